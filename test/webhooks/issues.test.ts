import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { context, signalOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const human = { id: 21031067, login: "Codertocat", type: "User" };
const labeled = { label: { name: "ai-fix" }, issue: { state: "open" } };
const opened = { issue: { labels: [{ name: "bug" }, { name: "AI-Fix" }] } };
test("a label is a signal asked for by the person who put it on, with the text as it is now", () => {
  const body =
    "It broke:\n```\nTypeError: no total\n    at total (/app/src/cart.js:3:7)\n    at node:internal/x:1:1\n```";
  const given = signalOf("issues.labeled", {
    ...labeled,
    issue: { state: "open", number: 12, title: "It broke", body },
  });
  expect(given).toEqual({
    origin: { kind: "issue", number: 12 },
    repository: { id: 186853002, installation: 7, owner: "Codertocat", name: "Hello-World" },
    title: "It broke",
    message: "It broke",
    detail: body,
    errorType: "TypeError",
    frames: [
      { file: "/app/src/cart.js", line: 3, column: 7, function: "total" },
      { file: "node:internal/x", line: 1, column: 1 },
    ],
    url: "https://github.com/Codertocat/Hello-World/issues/1",
    trust: "maintainer",
    requester: human,
    at: context.at,
  });
});

test("an issue opened with the label is a signal asked for by its author, and about the same issue", () => {
  expect(signalOf("issues.opened", opened)).toMatchObject({ origin: { kind: "issue", number: 1 }, requester: human });
});

test("an issue without a text has no detail", () => {
  expect(signalOf("issues.labeled", { ...labeled, issue: { state: "open", body: null } })).not.toHaveProperty("detail");
});

test("a text is cut to the signal's size with a mark", () => {
  const { detail, title } = signalOf("issues.labeled", {
    ...labeled,
    issue: { state: "open", title: "t".repeat(400), body: "😀".repeat(40_000) },
  });
  expect(title).toHaveLength(300);
  expect(title).toMatch(/ … \[cut\]$/);
  expect(detail?.length).toBeLessThanOrEqual(60_000);
  expect(detail?.isWellFormed()).toBe(true);
});

test.each<[string, GithubEventName, Json]>([
  ["is not the trigger label", "issues.labeled", { ...labeled, label: { name: "bug" } }],
  ["without the trigger label", "issues.opened", { issue: { labels: [] } }],
  ["on a pull request", "issues.labeled", { ...labeled, issue: { state: "open", pull_request: { url: "u" } } }],
  ["is closed", "issues.labeled", { ...labeled, issue: { state: "closed" } }],
  ["renovate[bot] is not a person", "issues.labeled", { ...labeled, ...bot }],
  ["renovate[bot] is not a person", "issues.opened", { ...opened, ...bot }],
  ["names no installation", "issues.labeled", { ...labeled, installation: undefined }],
])("%s: ignored", (why, name, patch) => expect(whyIgnored(name, patch)).toContain(why));
