import { expect, test } from "vitest";
import { context, eventOf, payload, read, whyIgnored } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const human = { login: "Codertocat", type: "User" };

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

test.each([human, { login: "renovate[bot]", type: "Bot" }, { login: "self-heal[bot]", type: "User" }])(
  "a push by %j moves the head",
  (sender) => {
    const given = eventOf("pull_request.synchronize", { pull_request: head, sender });
    expect(given).toEqual({ address, event: { type: "headMoved", head: sha } });
  },
);

test("our own push is ignored, and any bot's while our login is not known", () => {
  const ours = { pull_request: head, sender: { login: "Self-Heal[bot]", type: "Bot" } };
  expect(whyIgnored("pull_request.synchronize", ours)).toBe("the push is our own");
  const { botLogin: _, ...unknown } = context;
  const other = payload("pull_request.synchronize", { pull_request: head, ...bot });
  expect(read("pull_request.synchronize", other, unknown)).toEqual([{ kind: "ignored", why: "the push is our own" }]);
});
