import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";
import type { GitHubOptions } from "./types.ts";

const withActions: GitHubOptions = {
  app: {
    permissions: {
      contents: "write",
      issues: "write",
      pull_requests: "write",
      checks: "write",
      statuses: "write",
      actions: "write",
    },
    events: ["check_run", "check_suite", "workflow_run", "workflow_job", "status", "pull_request", "push"],
  },
};

test("a check run goes from queued to completed and is only its App's to change", async () => {
  const { github, octokit, shop, at, alice } = await stage();
  const head_sha = await shop.head();
  const { data } = await octokit.rest.checks.create({
    ...at,
    name: "self-heal/proof",
    head_sha,
    status: "in_progress",
    external_id: "inc-1",
  });
  expect(data).toMatchObject({ status: "in_progress", conclusion: null, app: { slug: "self-heal" } });
  await octokit.rest.checks.update({
    ...at,
    check_run_id: data.id,
    conclusion: "success",
    output: { title: "proven", summary: "it is" },
  });
  expect(shop.checkRuns(head_sha)).toMatchObject([
    { status: "completed", conclusion: "success", completed_at: expect.any(String), output: { title: "proven" } },
  ]);
  const { checkRunId } = await github.runCi("acme/shop", head_sha, "success");
  expect(await statusOf(octokit.rest.checks.update({ ...at, check_run_id: checkRunId, conclusion: "failure" }))).toBe(
    403,
  );
  expect(await statusOf(alice.request("POST /repos/acme/shop/check-runs", { name: "mine", head_sha }))).toBe(403);
  expect(await statusOf(octokit.rest.checks.create({ ...at, name: "x", head_sha: "0".repeat(40) }))).toBe(422);
  const runs = (await octokit.rest.checks.listForRef({ ...at, ref: "main", app_id: github.app.id })).data;
  expect(runs).toMatchObject({ total_count: 1, check_runs: [{ name: "self-heal/proof" }] });
  const suites = (await octokit.rest.checks.listSuitesForRef({ ...at, ref: "main" })).data.check_suites;
  expect(suites.map(({ app, conclusion }) => [app?.slug, conclusion])).toEqual([
    ["self-heal", "success"],
    ["github-actions", "success"],
  ]);
  github.assertValid();
});

test("of check runs with one name the latest counts", async () => {
  const { octokit, shop, at } = await stage();
  const head_sha = await shop.head();
  for (const conclusion of ["failure", "success"] as const)
    await octokit.rest.checks.create({ ...at, name: "gate", head_sha, conclusion });
  const list = async (filter: "latest" | "all") =>
    (await octokit.rest.checks.listForRef({ ...at, ref: head_sha, filter })).data.check_runs.map(
      ({ conclusion }) => conclusion,
    );
  expect(await list("latest")).toEqual(["success"]);
  expect(await list("all")).toEqual(["success", "failure"]);
});

test("a CI run sends all its webhooks, and its log can be downloaded", async () => {
  const { github, octokit, shop, at } = await stage(withActions);
  const { runId, jobId } = await github.runCi("acme/shop", await shop.head(), "failure", {
    name: "test",
    log: "AssertionError: 1 != 2",
  });
  await github.idle();
  expect(github.deliveries.map(({ event, action }) => `${event}.${action}`).slice(1)).toEqual([
    "workflow_run.requested",
    "check_run.created",
    "workflow_job.queued",
    "workflow_run.in_progress",
    "workflow_job.in_progress",
    "workflow_job.completed",
    "check_run.completed",
    "workflow_run.completed",
    "check_suite.completed",
  ]);
  expect(github.deliveries.at(-2)?.payload).toMatchObject({
    workflow_run: { id: runId, conclusion: "failure", head_branch: "main", event: "push" },
  });
  const { data: jobs } = await octokit.rest.actions.listJobsForWorkflowRun({ ...at, run_id: runId });
  expect(jobs).toMatchObject({ total_count: 1, jobs: [{ id: jobId, conclusion: "failure" }] });
  const { data: log } = await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: jobId });
  expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z AssertionError: 1 != 2$/);
  github.assertValid();
});

test("failed jobs are run again as a new attempt", async () => {
  const { github, octokit, shop, at } = await stage(withActions);
  const { runId } = await github.runCi("acme/shop", await shop.head(), "failure");
  await octokit.rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: runId });
  expect((await octokit.rest.actions.getWorkflowRun({ ...at, run_id: runId })).data).toMatchObject({
    run_attempt: 2,
    status: "in_progress",
  });
  expect(await statusOf(octokit.rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: runId }))).toBe(403);
  await github.runCi("acme/shop", await shop.head(), "success", { runId });
  const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...at, head_sha: await shop.head() });
  expect(data).toMatchObject({ total_count: 1, workflow_runs: [{ run_attempt: 2, conclusion: "success" }] });
  github.assertValid();
});

test("automatic CI answers for the default branch and for each head of a pull request", async () => {
  const asked: string[] = [];
  const { github, octokit, shop, alice, at } = await stage({
    ...withActions,
    ci: async ({ branch, files }) => {
      asked.push(branch);
      return "broken.txt" in (await files()) ? { conclusion: "failure", log: "broken" } : "success";
    },
  });
  await alice.push("acme/shop", { "broken.txt": "x" }, "fix");
  await github.idle();
  expect(asked).toEqual([]);
  const { number } = await alice.openPull("acme/shop", { head: "fix", base: "main", title: "t" });
  await github.idle();
  const head = await alice.push("acme/shop", { "broken.txt": null }, "fix");
  await github.idle();
  await alice.merge("acme/shop", number, { method: "squash" });
  await github.idle();
  expect(asked).toEqual(["fix", "fix", "main"]);
  expect(shop.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["failure", "success", "success"]);
  const suites = github.deliveries.filter(({ event, action }) => event === "check_suite" && action === "completed");
  expect(suites[0]?.payload).toMatchObject({ check_suite: { conclusion: "failure", pull_requests: [{ number }] } });
  expect((await octokit.rest.checks.listForRef({ ...at, ref: head })).data.check_runs).toMatchObject([
    { name: "test", conclusion: "success" },
  ]);
  github.assertValid();
});

test("the newest status of each context makes the combined one", async () => {
  const { github, octokit, shop, at } = await stage(withActions);
  const sha = await shop.head();
  const combined = async () => (await octokit.rest.repos.getCombinedStatusForRef({ ...at, ref: "main" })).data;
  expect(await combined()).toMatchObject({ state: "pending", total_count: 0 });
  const set = (context: string, state: "failure" | "success") =>
    octokit.rest.repos.createCommitStatus({ ...at, sha, context, state });
  await set("ci/a", "failure");
  expect((await combined()).state).toBe("failure");
  await set("ci/a", "success");
  expect(await combined()).toMatchObject({ state: "success", total_count: 1 });
  await github.idle();
  expect(github.deliveries.filter(({ event }) => event === "status").map(({ payload }) => payload["state"])).toEqual([
    "failure",
    "success",
  ]);
  github.assertValid();
});
