import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { eventOf, payload, read, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const human = { login: "Codertocat", type: "User" };

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

test("an approving review is an approval of its commit, and a command where its text holds one", () => {
  const review = { id: 8, state: "approved", commit_id: sha, body: "/self-heal status" };
  const given = read(
    "pull_request_review.submitted",
    payload("pull_request_review.submitted", { review, pull_request: { number: 2 } }),
  );
  expect(given).toEqual([
    { kind: "event", address: pull, event: { type: "approved", by: "Codertocat", head: sha } },
    {
      kind: "event",
      address: pull,
      event: {
        type: "commandGiven",
        command: { name: "status", text: "" },
        by: human,
        at: { kind: "review", id: 8, number: 2 },
      },
    },
  ]);
});

test("an approval of an unknown commit approves nothing, but its command counts", () => {
  const review = { state: "approved", commit_id: null, body: "/self-heal stop" };
  expect(eventOf("pull_request_review.submitted", { review }).event).toMatchObject({ type: "commandGiven" });
});

test.each<[string, GithubEventName, Json]>([
  ["holds no command", "issue_comment.created", { comment: { body: "> /self-heal stop" } }],
  ["holds no command", "pull_request_review.submitted", { review: { state: "commented", body: null } }],
  ["holds no command", "pull_request_review.submitted", { review: { state: "changes_requested", body: "no" } }],
  ["is not a person", "pull_request_review.submitted", { review: { state: "approved", commit_id: sha }, ...bot }],
  ["is not a person", "issue_comment.created", { comment: { body: "/self-heal stop" }, ...bot }],
  ["is not a person", "pull_request_review_comment.created", { comment: { body: "/self-heal stop" }, ...bot }],
])("%s: ignored", (why, name, patch) => expect(whyIgnored(name, patch)).toContain(why));
