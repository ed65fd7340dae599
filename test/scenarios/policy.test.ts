import { afterEach, expect, test } from "vitest";
import type { Json } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({
    repository: { files: { ...shopFiles }, collaborators: { [people.maintainer]: "maintain", ada: "write" } },
    scripts: attempts(fixSteps()),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
    ...options,
  });
  await world.settle();
}

type Check = Json & { conclusion: string; output: { title: string; summary: string; text: string | null } };
const mona = () => world.github.asUser(people.maintainer);
const path = ".github/self-heal.yml";
const working = 'mode: fix\nonboarding: "off"\n';
const policyCheck = (sha: string) =>
  world.repository.checkRuns(sha).find(({ name }) => name === "self-heal/policy") as Check | undefined;
const policyIssue = () => world.repository.issues().find(({ title }) => String(title).includes("policy has errors"));

async function proposePolicy(text: string): Promise<Check | undefined> {
  const sha = await mona().push(world.name, { [path]: text }, "policy");
  await mona().openPull(world.name, { head: "policy", base: "main", title: "change the policy" });
  await world.settle();
  return policyCheck(sha);
}

async function heal(): Promise<void> {
  const { number } = await mona().openIssue(world.name, shopReport);
  await mona().addLabel(world.name, number, "ai-fix");
  await world.settle();
}

test("a pull request that breaks the policy gets a failing check with the line and what was meant", async () => {
  await start();
  const check = await proposePolicy(`${working}gate:\n  aprovals: 2\n`);
  expect(check).toMatchObject({ conclusion: "failure" });
  const annotations = await mona().request(`GET /repos/${world.name}/check-runs/${check?.["id"] as number}`);
  expect(annotations).toMatchObject({ output: { annotations_count: 1 } });
  expect(JSON.stringify(check)).toContain("approvals");
});

test("a pull request that changes the policy is simulated on the fixes there were", async () => {
  await start();
  await heal();
  const [fix] = await world.repository.pulls();
  await world.github.asUser("ada").review(world.name, Number(fix?.["number"]), { event: "APPROVE" });
  await world.settle();
  const check = await proposePolicy(`${working}gate:\n  approvals: 2\n`);
  expect(check).toMatchObject({ conclusion: "success" });
  const text = `${check?.output.summary}${check?.output.text}`;
  expect(text).toContain(`#${String(fix?.["number"])}`);
  expect(text).toMatch(/pass/);
  expect(text).toMatch(/pending/);
});

test("a pull request that leaves the policy alone gets no such check", async () => {
  await start();
  const sha = await mona().push(world.name, { "src/a.js": "1;\n" }, "other");
  await mona().openPull(world.name, { head: "other", base: "main", title: "something else" });
  await world.settle();
  expect(policyCheck(sha)).toBeUndefined();
});

test("a broken policy on the default branch: the last good one stays, fixing stops, one check and one issue say so", async () => {
  await start();
  const sha = await mona().push(world.name, { [path]: `${working}limits:\n  usd: lots\n` });
  await world.settle();
  expect(policyCheck(sha)).toMatchObject({ conclusion: "failure" });
  expect(policyIssue()).toMatchObject({ state: "open" });
  const standing = await world.app.store.standing(world.repository.id);
  expect(standing?.policy).toMatchObject({ policy: { mode: "fix" } });
  expect(standing?.policy?.problems).toHaveLength(1);
  await heal();
  expect((await world.app.store.incidents({ limit: 1 }))[0]?.state).toMatchObject({ reason: "policy-invalid" });
  expect(world.model.requests).toEqual([]);
  await mona().push(world.name, { [path]: working });
  await world.settle();
  expect(policyIssue()).toMatchObject({ state: "closed" });
  expect((await world.app.store.standing(world.repository.id))?.policy?.problems).toEqual([]);
});

test("what the organisation locks cannot be loosened, and the check says which key and why", async () => {
  await start();
  const home = await world.github.addRepository({
    owner: "acme",
    name: ".github",
    files: { "self-heal.yml": 'onboarding: "off"\ngate:\n  approvals: 2\nlocked: [gate.approvals]\n' },
  });
  await world.github.install(home.fullName);
  await world.settle();
  await world.app.upkeep.settings();
  await world.settle();
  expect((await world.app.store.standing(world.repository.id))?.policy?.policy.gate.approvals).toBe(2);
  const loosened = await proposePolicy(`${working}gate:\n  approvals: 1\n`);
  expect(loosened).toMatchObject({ conclusion: "failure" });
  expect(JSON.stringify(loosened?.output)).toContain("gate.approvals");
});

test("attack 17: a fix pull request's own copy of the policy is not looked at", async () => {
  await start();
  await heal();
  const [fix] = (await world.repository.pulls()) as [Json & { head: { ref: string }; number: number }];
  await mona().push(world.name, { [path]: `${working}gate:\n  role: admin\n` }, fix.head.ref);
  await world.github.asUser("ada").review(world.name, fix.number, { event: "APPROVE" });
  await world.settle();
  const [now] = (await world.repository.pulls()) as [Json & { head: { sha: string } }];
  const gate = world.repository.checkRuns(now.head.sha).find(({ name }) => name === "self-heal/approval (main)");
  expect(gate).toMatchObject({ conclusion: "failure" });
  expect(JSON.stringify(gate)).toContain("self-heal.yml");
});
