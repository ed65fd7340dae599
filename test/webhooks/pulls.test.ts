import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { context, eventOf, payload, read, tasksOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const human = { id: 21031067, login: "Codertocat", type: "User" };

const address = { kind: "pull", repository: 186853002, number: 2 };
const head = { number: 2, head: { sha } };

test("merged", () => {
  const pull_request = { number: 2, merged: true, merge_commit_sha: sha, merged_by: { login: "mona" } };
  const event = { type: "pullMerged", number: 2, sha, by: "mona" };
  expect(eventOf("pull_request.closed", { pull_request })).toEqual({ address, event });
});

test("closed without a merge", () => {
  const pull_request = { number: 2, merged: false, merge_commit_sha: sha };
  const event = { type: "pullClosed", number: 2, by: "Codertocat" };
  expect(eventOf("pull_request.closed", { pull_request })).toEqual({ address, event });
});

test.each([human, { id: 2, login: "renovate[bot]", type: "Bot" }, { id: 3, login: "self-heal[bot]", type: "User" }])(
  "a push by %j moves the head",
  (sender) => {
    const given = eventOf("pull_request.synchronize", { pull_request: head, sender });
    expect(given).toEqual({ address, event: { type: "headMoved", head: sha, by: sender } });
  },
);

const looks = [
  { kind: "gate", number: 2 },
  { kind: "policyChange", number: 2 },
];

test("our own push is no news to the lifecycle, nor any bot's while our login is not known; the gate looks all the same", () => {
  const ours = { pull_request: head, sender: { login: "Self-Heal[bot]", type: "Bot" } };
  expect(tasksOf("pull_request.synchronize", ours)).toEqual(looks);
  expect(read("pull_request.synchronize", payload("pull_request.synchronize", ours))).toHaveLength(2);
  const { botLogin: _, ...unknown } = context;
  const other = payload("pull_request.synchronize", { pull_request: head, ...bot });
  expect(read("pull_request.synchronize", other, unknown).map(({ kind }) => kind)).toEqual(["task", "task"]);
});

test.each<[GithubEventName, Json, object[]]>([
  ["pull_request.opened", {}, looks],
  ["pull_request.reopened", {}, looks],
  ["pull_request.edited", { changes: { base: { ref: { from: "main" }, sha: { from: sha } } } }, looks],
  ["pull_request.ready_for_review", {}, looks.slice(0, 1)],
  ["pull_request.converted_to_draft", {}, looks.slice(0, 1)],
  ["pull_request.closed", { pull_request: { number: 2, merged: false } }, looks.slice(0, 1)],
])("%s lets the gate be decided", (name, patch, tasks) => {
  expect(tasksOf(name, { pull_request: { number: 2 }, ...patch })).toEqual(tasks);
});

test("an edited title is none of the gate's business", () => {
  const patch = { changes: { title: { from: "old" }, base: undefined } };
  expect(whyIgnored("pull_request.edited", patch)).toContain("only the text");
});
