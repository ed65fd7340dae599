import { expect, test } from "vitest";
import { eventOf, signalOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };
const redRun = {
  workflow_run: {
    conclusion: "failure",
    event: "push",
    head_branch: "main",
    head_sha: sha,
    head_repository: { id: 9 },
  },
  repository: { id: 9, default_branch: "main" },
};

test.each(["failure", "timed_out", "startup_failure"])("%s on the default branch is a signal", (conclusion) => {
  const patch = { ...redRun, workflow_run: { ...redRun.workflow_run, conclusion, id: 5, name: "CI" }, ...bot };
  expect(signalOf("workflow_run.completed", patch)).toMatchObject({
    origin: { kind: "workflow", run: 5, name: "CI" },
    title: "CI failed on main",
    commit: sha,
    trust: "telemetry",
  });
});

test.each(["success", "failure", "cancelled"])(
  "%s on a fix branch is a hint to look at the checks of its head",
  (conclusion) => {
    const run = { ...redRun.workflow_run, conclusion, event: "pull_request", head_branch: "self-heal/abc-fix" };
    expect(eventOf("workflow_run.completed", { ...redRun, workflow_run: run })).toEqual({
      address: { kind: "head", repository: 9, sha },
      event: { type: "checksReported", head: sha },
    });
  },
);

test.each<[string, Json]>([
  ["ended with success", { conclusion: "success" }],
  ["ended with cancelled", { conclusion: "cancelled" }],
  ["on feature, not on main", { head_branch: "feature" }],
  ["started by pull_request", { event: "pull_request" }],
  ["started by dynamic", { event: "dynamic" }],
  ["about a fork", { head_repository: { id: 10 } }],
  ["about a fork", { head_branch: "self-heal/abc", head_repository: { id: 10 } }],
  ["about a fork", { head_repository: null }],
])("%s: ignored", (why, run) => {
  const patch = { ...redRun, workflow_run: { ...redRun.workflow_run, ...run } };
  expect(whyIgnored("workflow_run.completed", patch)).toContain(why);
});
