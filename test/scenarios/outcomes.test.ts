import { afterEach, expect, test } from "vitest";
import { addTest, attempts, final, fixSteps, rightEdit, shopFiles, shopReport, wrongEdit } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

async function heal(options: WorldOptions, by = people.maintainer): Promise<void> {
  world = await startWorld({ repository: { files: { ...shopFiles } }, ...options });
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, shopReport);
  await world.github.asUser(by).addLabel(world.name, number, "ai-fix");
  await world.settle();
}

const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];
const comment = () => world.comments(1)[0];
const withPolicy = (text: string) => ({ repository: { files: { ...shopFiles, ".github/self-heal.yml": text } } });

test("a patch that breaks another test is rejected by the proof; the second attempt, told why, succeeds", async () => {
  await heal({ scripts: attempts(fixSteps([wrongEdit]), fixSteps()) });
  const now = await incident();
  expect(now?.state).toMatchObject({ phase: "checking", tries: { attempt: 2 } });
  const types = (await world.app.store.events(now?.id ?? ("" as never))).map(({ event }) => event.type);
  expect(types.filter((type) => type.startsWith("proof"))).toEqual(["proofFailed", "proofPassed"]);
  const second = world.model.requests.find((request) => JSON.stringify(request).includes("attempt 2"));
  expect(JSON.stringify(second)).toContain("The last patch was rejected");
  expect(await world.repository.pulls()).toHaveLength(1);
});

test("a fix that only passes by editing the old tests is rejected", async () => {
  const loosen = {
    tool: "edit",
    input: {
      file_path: "test/average.test.js",
      old_string: "assert.strictEqual(average([5]), 5)",
      new_string: "assert.ok(average([5]) >= 0)",
    },
  } as const;
  await heal({ ...withPolicy("limits:\n  attempts: 1\n"), scripts: attempts(fixSteps([wrongEdit, loosen])) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "gaveUp" });
  expect((await incident())?.proof).toMatchObject({ verdict: "rejected" });
  expect(await world.repository.pulls()).toEqual([]);
});

test("a patch that touches a protected path is rejected, and the comment says what to do", async () => {
  const edit = {
    tool: "edit",
    input: { file_path: ".github/workflows/ci.yml", old_string: "npm test", new_string: "true" },
  } as const;
  await heal({ scripts: attempts(fixSteps([rightEdit, edit])) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "gaveUp", reason: "protected-path" });
  expect(comment()).toContain("Reason: `protected-path`. Change that file by hand");
  expect(Object.keys(await world.repository.branches())).toEqual(["main"]);
});

test("no fix: the comment says why and what a human can do next", async () => {
  await heal({ scripts: attempts([{ calls: [addTest] }, { final: "NO FIX: no-repro: it is 0 here" }]) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "gaveUp", reason: "no-repro" });
  expect(comment()).toContain("Reason: `no-repro`. Add steps or a failing test");
  expect(comment()).toContain("it is 0 here");
});

test("a fix without a test is verified, not proven", async () => {
  const steps = [
    { calls: [{ tool: "read", input: { file_path: "src/average.js" } }] },
    { calls: [rightEdit] },
    { final },
  ] as const;
  await heal({ scripts: attempts(steps) });
  expect((await incident())?.proof).toMatchObject({ verdict: "verified" });
  const [pull] = await world.repository.pulls();
  expect(JSON.stringify(pull?.["labels"])).toContain("self-heal:verified");
});

test("the label counts only when its applier has write permission", async () => {
  await heal(
    {
      scripts: attempts(fixSteps()),
      repository: {
        files: { ...shopFiles },
        collaborators: { [people.maintainer]: "write", [people.reporter]: "triage" },
      },
    },
    people.reporter,
  );
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "ignored", reason: "not-authorized" });
  expect(world.model.requests).toEqual([]);
});

test("an invalid policy stops fixing and names every mistake", async () => {
  await heal({ ...withPolicy("enabeld: true\nlimits:\n  turns: many\n"), scripts: attempts(fixSteps()) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "policy-invalid" });
  expect(comment()).toMatch(/enabeld/);
  expect(comment()).toMatch(/limits\.turns/);
  expect(world.model.requests).toEqual([]);
});

test("a policy that says enabled: false stops fixing", async () => {
  await heal({ ...withPolicy("enabled: false\n"), scripts: attempts(fixSteps()) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "ignored", reason: "disabled" });
});

test("the App's kill switch stops fixing", async () => {
  await heal({ env: { SELF_HEAL_ENABLED: "false" }, scripts: attempts(fixSteps()) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "disabled" });
  expect(world.model.requests).toEqual([]);
});

test("setup that fails is the repository's problem, and said so", async () => {
  await heal({ ...withPolicy("setup:\n  - echo no such tool; exit 3\n"), scripts: attempts(fixSteps()) });
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "setup-failed" });
  expect(comment()).toContain("no such tool");
});

test("a policy's own commands and labels are used", async () => {
  await heal({
    ...withPolicy("labels: [robot]\nverify:\n  - node --test test/average.test.js\n"),
    scripts: attempts(fixSteps()),
  });
  const now = await incident();
  expect(now?.proof?.verify.map(({ command }) => command)).toEqual(["node --test test/average.test.js"]);
  expect(JSON.stringify((await world.repository.pulls())[0]?.["labels"])).toContain("robot:proven");
});

test("without verify commands a fix is unproven and its check run does not pass", async () => {
  const files = { "README.md": "x\n", "src/average.js": shopFiles["src/average.js"] ?? "" };
  const steps = [
    { calls: [{ tool: "read", input: { file_path: "src/average.js" } }] },
    { calls: [rightEdit] },
    { final },
  ] as const;
  await heal({ repository: { files }, scripts: attempts(steps) });
  const now = await incident();
  expect(now?.proof).toMatchObject({ verdict: "unproven" });
  const head = now?.state.phase === "checking" ? now.state.pull.head : "";
  expect(world.repository.checkRuns(head)[0]).toMatchObject({ name: "self-heal/proof", conclusion: "action_required" });
});
