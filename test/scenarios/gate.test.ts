import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

const gate = "self-heal/approval (main)";
const mona = () => world.github.asUser(people.maintainer);
const ada = () => world.github.asUser("ada");
const collaborators = {
  [people.maintainer]: "maintain",
  ada: "write",
  root: "admin",
  [people.reporter]: "read",
} as const;

async function propose(policy = "", options: WorldOptions = {}): Promise<void> {
  world = await startWorld({
    repository: { files: { ...shopFiles, ".github/self-heal.yml": policy }, collaborators },
    scripts: attempts(fixSteps()),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
    ...options,
  });
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, shopReport);
  await mona().addLabel(world.name, number, "ai-fix");
  await world.settle();
}

beforeEach(async () => propose());
afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

type Run = Json & { id: number; status: string; conclusion: string | null; output: { title: string; summary: string } };
const pull = async () => (await world.repository.pulls())[0] as Json & { head: { sha: string; ref: string } };
/** The gate's check run on the present head. */
async function check(name = gate): Promise<Run | undefined> {
  const { sha } = (await pull()).head;
  return world.repository.checkRuns(sha).find((run) => run["name"] === name) as Run | undefined;
}
const outcome = async () => {
  const run = await check();
  return run?.status === "completed" ? run.conclusion : run?.status;
};
const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];

test("waits for a person, says for whom, and passes with the approval of somebody who did not ask for the fix", async () => {
  expect(await outcome()).toBe("in_progress");
  expect((await check())?.output.title).toMatch(/approval/);
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("success");
  expect((await check())?.output.summary).toContain("`ada`");
});

test("attack 3: who put the label on cannot approve the fix", async () => {
  await mona().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("in_progress");
  expect((await check())?.output.summary).toMatch(/mona.*asked/);
});

test("attack 3: who gave a command cannot approve it either", async () => {
  await ada().comment(world.name, 2, "/self-heal hold");
  await world.settle();
  await mona().comment(world.name, 2, "/self-heal go");
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("in_progress");
});

test("attack 4: approve, then push: the approval was for another commit", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  await world.github
    .asUser("root")
    .push(world.name, { "src/extra.js": "module.exports = 1;\n" }, (await pull()).head.ref);
  await world.settle();
  expect(await outcome()).toBe("in_progress");
});

test("attack 4: who pushed to the branch cannot approve it", async () => {
  await ada().push(world.name, { "src/extra.js": "module.exports = 1;\n" }, (await pull()).head.ref);
  await world.settle();
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("in_progress");
  expect((await check())?.output.summary).toMatch(/ada/);
});

test("attack 11: an approval ceases to count with the approver's write permission", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("success");
  world.repository.setRole("ada", "read");
  await world.app.upkeep.thorough();
  await world.settle();
  expect(await outcome()).toBe("in_progress");
});

test("attack 12: a request for changes blocks until somebody who may has dismissed it", async () => {
  await world.github.asUser("root").review(world.name, 2, { event: "APPROVE" });
  const { id } = await ada().review(world.name, 2, { event: "REQUEST_CHANGES", body: "no" });
  await world.settle();
  expect(await outcome()).toBe("failure");
  await mona().dismissReview(world.name, 2, id, "go on");
  await world.settle();
  // mona asked for the fix.
  expect(await outcome()).toBe("failure");
});

test("attack 13: a check of the same name by somebody else is left alone, and ours says what is true", async () => {
  const { sha } = (await pull()).head;
  const { checkRunId } = await world.github.runCi(world.name, sha, "success", { name: gate });
  await world.settle();
  const runs = world.repository.checkRuns(sha).filter(({ name }) => name === gate);
  expect(runs.map(({ id }) => id)).toContain(checkRunId);
  expect(runs.find(({ app }) => (app as { id: number }).id === world.github.app.id)).toMatchObject({
    status: "in_progress",
  });
});

test("attack 19: retargeted to another branch, it does not pass there", async () => {
  await mona().push(world.name, { "a.txt": "a\n" }, "release");
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  await mona().retarget(world.name, 2, "release");
  await world.settle();
  const run = await check("self-heal/approval (release)");
  expect(run).toMatchObject({ conclusion: "failure" });
});

test("attack 22: a second pull request with the same head does not lend its result", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  expect(await outcome()).toBe("success");
  const { sha } = (await pull()).head;
  await mona().request(`POST /repos/${world.name}/git/refs`, { ref: "refs/heads/self-heal/copy", sha });
  await mona().push(world.name, { "b.txt": "b\n" }, "release");
  await mona().openPull(world.name, { head: "self-heal/copy", base: "release", title: "the same" });
  await world.settle();
  await world.app.upkeep.thorough();
  await world.settle();
  expect(
    world.repository
      .checkRuns(sha)
      .filter(({ name, conclusion }) => name === "self-heal/approval (release)" && conclusion === "success"),
  ).toEqual([]);
});

test("attack 29: a merge past the gate is reported, with who merged", async () => {
  await world.github.asUser("root").merge(world.name, 2);
  await world.settle();
  const standing = await world.app.store.standing(world.repository.id);
  expect(standing?.ungated).toMatchObject([{ number: 2, by: "root" }]);
  const issue = world.repository.issues().find(({ title }) => String(title).includes("branch protection"));
  expect(issue).toMatchObject({ state: "open" });
  expect(String(issue?.["body"])).toContain("#2");
});

test("an approved merge is not reported", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  await ada().merge(world.name, 2);
  await world.settle();
  expect((await world.app.store.standing(world.repository.id))?.ungated).toBeUndefined();
});

test("an approved merge stays approved, whatever becomes of the approver", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  await mona().merge(world.name, 2);
  await world.settle();
  world.repository.setRole("ada", "read");
  for (const body of ["late", "later"]) {
    await mona().review(world.name, 2, { event: "COMMENT", body });
    await world.settle();
  }
  expect((await world.app.store.standing(world.repository.id))?.ungated).toBeUndefined();
});

test("events without consequences write nothing", async () => {
  world.github.clearRequests();
  await world.app.upkeep.thorough();
  await world.app.upkeep.undecided();
  await world.settle();
  await ada().review(world.name, 2, { event: "COMMENT", body: "looks good so far" });
  await world.settle();
  const writes = world.github.requests.filter(
    ({ method, token, path }) => token === "installation" && method !== "GET" && !path.endsWith("/access_tokens"),
  );
  expect(writes).toEqual([]);
});

test("the buttons on the check are commands", async () => {
  const run = await check();
  await ada().pressButton(world.name, run?.id ?? 0, "explain");
  await world.settle();
  expect(world.comments(2).at(-1)).toMatch(/approval/);
  await ada().pressButton(world.name, run?.id ?? 0, "hold");
  await world.settle();
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "on-hold" });
});

test("what is on hold does not pass, whatever was approved", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  await mona().comment(world.name, 2, "/self-heal hold");
  await world.settle();
  expect(await outcome()).not.toBe("success");
  await mona().comment(world.name, 2, "/self-heal go");
  await world.settle();
  expect(await outcome()).toBe("success");
});

test("every decision is in the incident's log", async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
  const events = await world.app.store.events((await incident())?.id ?? ("" as never));
  const decisions = events.flatMap(({ event }) => (event.type === "gateDecided" ? [event] : []));
  expect(decisions.at(-1)).toMatchObject({ decision: "pass", approvedBy: ["ada"] });
});

test("a pull request that the gate does not judge costs nothing and gets no check", async () => {
  const head = await mona().push(world.name, { "c.txt": "c\n" }, "feature");
  await world.settle();
  world.github.clearRequests();
  await mona().openPull(world.name, { head: "feature", base: "main", title: "by hand" });
  await world.settle();
  expect(world.repository.checkRuns(head)).toEqual([]);
});
