import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { eventOf, payload, read, tasksOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const human = { id: 21031067, login: "Codertocat", type: "User" };

const pull = { kind: "pull", repository: 186853002, number: 2 };

test("a command on an issue is addressed to the issue", () => {
  const patch = {
    issue: { number: 1 },
    comment: { id: 5, body: "Hm.\n/self-heal retry check the rounding\nplease" },
  };
  expect(eventOf("issue_comment.created", patch)).toEqual({
    address: { kind: "issue", repository: 186853002, number: 1 },
    event: {
      type: "commandGiven",
      command: { name: "retry", text: "check the rounding\nplease" },
      by: human,
      at: { kind: "issueComment", id: 5, number: 1 },
    },
  });
});

test("a command on a pull request is addressed to the pull request", () => {
  const patch = { issue: { number: 2, pull_request: { url: "u" } }, comment: { body: "/self-heal stop" } };
  expect(eventOf("issue_comment.created", patch).address).toEqual(pull);
});

test("an unknown command is answered with help that names it", () => {
  const { event } = eventOf("issue_comment.created", { comment: { body: "/self-heal fxi it" } });
  expect(event).toMatchObject({ type: "commandGiven", command: { name: "help", text: "unknown: fxi" } });
});

test("a review comment takes its place in the diff along", () => {
  const comment = {
    id: 6,
    body: "/self-heal retry not here",
    path: "src/a.js",
    line: null,
    original_line: 4,
    diff_hunk: "@@ -1 +1 @@",
  };
  expect(eventOf("pull_request_review_comment.created", { pull_request: { number: 2 }, comment })).toEqual({
    address: pull,
    event: {
      type: "commandGiven",
      command: { name: "retry", text: "not here", place: { path: "src/a.js", line: 4, hunk: "@@ -1 +1 @@" } },
      by: human,
      at: { kind: "reviewComment", id: 6, number: 2 },
    },
  });
});

test("a review asks for the gate to be decided, and its text may hold a command", () => {
  const review = { id: 8, state: "approved", commit_id: sha, body: "/self-heal status" };
  const patch = { review, pull_request: { number: 2 } };
  expect(tasksOf("pull_request_review.submitted", patch)).toEqual([{ kind: "gate", number: 2 }]);
  expect(eventOf("pull_request_review.submitted", patch)).toEqual({
    address: pull,
    event: {
      type: "commandGiven",
      command: { name: "status", text: "" },
      by: human,
      at: { kind: "review", id: 8, number: 2 },
    },
  });
});

test.each<[GithubEventName, Json]>([
  ["pull_request_review.submitted", { review: { state: "commented", body: null } }],
  ["pull_request_review.submitted", { review: { state: "approved", commit_id: null }, ...bot }],
  ["pull_request_review.dismissed", {}],
  ["pull_request_review.edited", {}],
])("%s only asks for the gate to be decided: what the payload says is not believed", (name, patch) => {
  expect(tasksOf(name, { ...patch, pull_request: { number: 2 } })).toEqual([{ kind: "gate", number: 2 }]);
  expect(read(name, payload(name, patch))).toHaveLength(1);
});

test.each<[string, GithubEventName, Json]>([
  ["holds no command", "issue_comment.created", { comment: { body: "> /self-heal stop" } }],
  ["is not a person", "issue_comment.created", { comment: { body: "/self-heal stop" }, ...bot }],
  ["is not a person", "pull_request_review_comment.created", { comment: { body: "/self-heal stop" }, ...bot }],
])("%s: ignored", (why, name, patch) => expect(whyIgnored(name, patch)).toContain(why));
