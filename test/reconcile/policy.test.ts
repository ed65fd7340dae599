import { afterEach, beforeEach, expect, test } from "vitest";
import type { TaskOutcome } from "../../src/domain/recall.ts";
import type { Standing } from "../../src/domain/standing.ts";
import type { Deps } from "../../src/reconcile/deps.ts";
import { policy } from "../../src/reconcile/policy.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";
import { recallOf } from "../support/recall.ts";

const path = ".github/self-heal.yml";

let stage: Stage;
let standing: Standing | undefined;
beforeEach(async () => {
  stage = await openStage({ files: { [path]: "gate:\n  approvals: 2\n" } });
  standing = undefined;
});
afterEach(() => stage.close());

/** Runs the task as a process that has just started, and remembers what it found out. */
async function run(): Promise<TaskOutcome> {
  const deps: Deps = {
    clients: stage.restart(),
    appId: stage.github.app.id,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => 1_000,
  };
  const task = { kind: "policy", repository: stage.repo } as const;
  const outcome = await policy({ task, recall: recallOf({ standing }), signal: AbortSignal.timeout(60_000) }, deps);
  // The store merges the same way; a key that is undefined is forgotten there, and these are all set.
  standing = { repository: stage.repo, status: "active", ...standing, ...outcome.standing } as Standing;
  return outcome;
}

const writes = (): string[] => stage.requests().filter((request) => !request.startsWith("GET"));
const push = async (text: string): Promise<string> => stage.ada.push("acme/shop", { [path]: text }, "main");

test("a good policy is remembered, and nothing is written", async () => {
  stage.requests();
  const { note } = await run();
  expect(note).toBe("the policy is valid; what is in force has changed");
  expect(standing).toMatchObject({
    defaultBranch: "main",
    policy: { policy: { gate: { approvals: 2 } }, problems: [] },
  });
  expect(writes()).toEqual([]);
  expect((await run()).note).toBe("the policy is valid");
});

test("a broken one is told in a check with the line and in one issue, and the last good one stays", async () => {
  await run();
  await push("gate:\n  approvals: 2\n  aprovals: 3\n");
  expect((await run()).note).toBe("the policy has an error; the last good one is in force");
  expect(standing?.policy).toMatchObject({ policy: { gate: { approvals: 2 } }, problems: [expect.any(String)] });
  const [check] = stage.view.checkRuns(await stage.view.head("main"));
  expect(check).toMatchObject({
    name: "self-heal/policy",
    conclusion: "failure",
    output: { title: "1 error", annotations_count: 1 },
  });
  const [issue] = stage.view.issues();
  expect(issue).toMatchObject({
    title: "Self-Heal: the policy has errors",
    state: "open",
    number: standing?.issues?.policy,
  });
  expect(issue?.["body"]).toMatch(
    /^<!-- self-heal:policy -->[\s\S]*self-heal\.yml@[0-9a-f]{7}:3:3: .*did you mean `gate.approvals`/,
  );
  stage.requests();
  await run();
  expect(writes()).toEqual([]);
});

test("another mistake brings the same issue up to date", async () => {
  await push("[");
  await run();
  await push("enabled: perhaps\n");
  await run();
  expect(stage.view.issues()).toHaveLength(1);
  expect(stage.view.issues()[0]?.["body"]).toContain("`enabled` must be `true` or `false`");
});

test("the issue closes itself with a word when the policy is good again, and the check turns", async () => {
  await push("[");
  await run();
  await push("gate:\n  approvals: 3\n");
  await run();
  const [issue] = stage.view.issues();
  expect(issue).toMatchObject({ state: "closed" });
  expect(stage.view.comments(Number(issue?.["number"]))).toMatchObject([
    { body: expect.stringContaining("valid again") },
  ]);
  expect(stage.view.checkRuns(await stage.view.head("main"))).toMatchObject([{ conclusion: "success" }]);
  expect(standing?.policy).toMatchObject({ policy: { gate: { approvals: 3 } }, problems: [] });
  stage.requests();
  await run();
  expect(writes()).toEqual([]);
});

test("a renamed default branch is where the policy is read", async () => {
  await stage.view.renameDefaultBranch("trunk");
  await run();
  expect(standing).toMatchObject({ defaultBranch: "trunk", policy: { policy: { gate: { approvals: 2 } } } });
});

test("a repository that is gone leaves everything as it was", async () => {
  await run();
  stage.view.delete();
  expect(await run()).toEqual({ note: "the repository is gone or out of reach" });
});
