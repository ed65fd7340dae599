import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { context, eventOf, only, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);

const suite = { check_suite: { head_branch: "self-heal/abc-fix", head_sha: sha, app: { id: 15368 } } };
const settled = { sha, state: "failure", branches: [{ name: "main" }, { name: "self-heal/abc-fix" }] };
const reported = {
  address: { kind: "head", repository: 186853002, sha },
  event: { type: "checksReported", head: sha },
};

test("a suite on a fix branch is a hint", () => expect(eventOf("check_suite.completed", suite)).toEqual(reported));
test("a status on a fix branch is a hint", () => expect(eventOf("status", settled)).toEqual(reported));
test("a status on more branches than GitHub lists may be on a fix branch", () => {
  const branches = Array.from({ length: 10 }, (_, at) => ({ name: `b${at}` }));
  expect(eventOf("status", { ...settled, branches })).toEqual(reported);
});

test.each<[string, GithubEventName, Json]>([
  ["is our own", "check_suite.completed", { check_suite: { ...suite.check_suite, app: { id: context.appId } } }],
  ["is pending", "status", { ...settled, state: "pending" }],
])("%s: ignored", (why, name, patch) => expect(whyIgnored(name, patch)).toContain(why));

test.each<[GithubEventName, Json]>([
  ["check_suite.completed", { check_suite: { head_branch: "feature", head_sha: sha } }],
  ["check_suite.completed", { check_suite: { head_branch: null, head_sha: sha } }],
  ["status", { ...settled, branches: [{ name: "main" }] }],
])("%s on another branch only matters to a gate that is about this commit", (name, patch) => {
  expect(only(name, patch)).toEqual({ kind: "gates", installation: 7, repository: 186853002, head: sha });
});
