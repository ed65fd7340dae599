import { randomUUID } from "node:crypto";
import { renderCheckRun, renderJob, renderRun, renderSuite, renderWorkflow } from "./render-checks.ts";
import type { CiOptions, Conclusion } from "./types.ts";
import type { Account, Act, CheckRun, CheckSuite, Job, Repository, Workflow, WorkflowRun, World } from "./world.ts";

/** GitHub Actions: runs, their jobs, the check runs they show as, and the webhooks of all of these. */

export type Trigger = { sha: string; branch: string; event: string; by: Account };

/** Asks the test's CI what becomes of a commit, in the background. */
export function runWorkflow(world: World, repository: Repository, trigger: Trigger): void {
  const { ci } = world;
  if (!ci) return;
  world.later(async () => {
    const { sha, branch } = trigger;
    const result = await ci({ repository: repository.fullName, sha, branch, files: () => readFiles(repository, sha) });
    if (result === undefined) return;
    const { conclusion, ...options } = typeof result === "string" ? { conclusion: result } : result;
    const run = await startRun(world, repository, { ...trigger, ...options });
    await finishRun(world, repository, run, conclusion);
  });
}

/** Every file of a commit as text. */
export async function readFiles(repository: Repository, sha: string): Promise<Record<string, string>> {
  const blobs = (await repository.git.tree(sha, true)).filter(({ type }) => type === "blob");
  const texts = await Promise.all(
    blobs.map(async (blob) => [blob.path, (await repository.git.blob(blob.sha)).toString()]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}

export async function startRun(world: World, repository: Repository, start: Trigger & CiOptions): Promise<WorkflowRun> {
  const now = world.now();
  const workflow = workflowFor(world, repository, start);
  const suite: CheckSuite = {
    id: world.nextId(),
    app: world.actions,
    headSha: start.sha,
    headBranch: start.branch,
    before: null,
    createdAt: now,
    updatedAt: now,
  };
  repository.suites.push(suite);
  const [title = ""] = (await repository.git.commit(start.sha)).message.split("\n");
  const run: WorkflowRun = {
    id: world.nextId(),
    workflow,
    suite,
    number: repository.runs.filter((one) => one.workflow === workflow).length + 1,
    attempt: 1,
    event: start.event,
    headSha: start.sha,
    headBranch: start.branch,
    title,
    actor: start.by,
    status: "queued",
    conclusion: null,
    createdAt: now,
    updatedAt: now,
    jobs: [],
  };
  repository.runs.push(run);
  await announceRun(world, repository, run, "requested");
  await startJob(world, repository, run, { name: start.job ?? workflow.name, log: start.log ?? "" });
  return run;
}

function workflowFor(
  world: World,
  repository: Repository,
  { name = "test", path = `.github/workflows/${name}.yml` }: CiOptions,
): Workflow {
  const known = repository.workflows.find((workflow) => workflow.path === path);
  if (known) return known;
  const workflow = { id: world.nextId(), name, path, createdAt: world.now() };
  repository.workflows.push(workflow);
  return workflow;
}

async function startJob(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  { name, log }: { name: string; log: string },
): Promise<Job> {
  // A job of GitHub Actions has the id of its check run.
  const id = world.nextId();
  const check: CheckRun = {
    id,
    suite: run.suite,
    name,
    headSha: run.headSha,
    status: "queued",
    conclusion: null,
    externalId: randomUUID(),
    detailsUrl: `${world.url}/${repository.fullName}/actions/runs/${run.id}/job/${id}`,
    startedAt: world.now(),
    completedAt: undefined,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  const job: Job = { id, run, attempt: run.attempt, check, name, log };
  repository.checks.push(check);
  run.jobs.push(job);
  await announceCheck({ world, repository, by: world.actions.bot }, check, "created");
  announceJob(world, repository, job, "queued");
  run.status = "in_progress";
  check.status = "in_progress";
  await announceRun(world, repository, run, "in_progress");
  announceJob(world, repository, job, "in_progress");
  return job;
}

export async function finishRun(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  conclusion: Conclusion,
): Promise<void> {
  const now = world.now();
  for (const job of run.jobs.filter(({ attempt }) => attempt === run.attempt)) {
    Object.assign(job.check, { status: "completed", conclusion, completedAt: now });
    job.log = stampLines(job.log === "" ? defaultLog(conclusion) : job.log, now);
    announceJob(world, repository, job, "completed");
    await announceCheck({ world, repository, by: world.actions.bot }, job.check, "completed");
  }
  Object.assign(run, { status: "completed", conclusion, updatedAt: now });
  run.suite.updatedAt = now;
  await announceRun(world, repository, run, "completed");
  await announceSuite(world, repository, run.suite, run.actor);
}

const defaultLog = (conclusion: Conclusion) =>
  conclusion === "success" ? "ok" : "##[error]Process completed with exit code 1.";

/** Each line of a job's log begins with its time. */
function stampLines(log: string, now: Date): string {
  const time = now.toISOString().replace("Z", "0000Z");
  return log
    .split("\n")
    .map((line) => (/^\d{4}-\d\d-\d\dT/.test(line) ? line : `${time} ${line}`))
    .join("\n");
}

/** A new attempt of the failed jobs. With a `ci`, that says how it ends; otherwise `runCi` with `runId` does. */
export async function rerunFailed(world: World, repository: Repository, run: WorkflowRun, by: Account): Promise<void> {
  const failed = run.jobs.filter(({ attempt, check }) => attempt === run.attempt && check.conclusion !== "success");
  Object.assign(run, {
    attempt: run.attempt + 1,
    status: "queued",
    conclusion: null,
    updatedAt: world.now(),
    actor: by,
  });
  await announceRun(world, repository, run, "requested");
  for (const { name } of failed) await startJob(world, repository, run, { name, log: "" });
  const { ci } = world;
  if (!ci) return;
  world.later(async () => {
    const { headSha: sha, headBranch: branch } = run;
    const result = await ci({ repository: repository.fullName, sha, branch, files: () => readFiles(repository, sha) });
    await finishRun(world, repository, run, typeof result === "string" ? result : (result?.conclusion ?? "success"));
  });
}

async function announceRun(world: World, repository: Repository, run: WorkflowRun, action: string): Promise<void> {
  const rendered = await renderRun(world, repository, run);
  const payload = { workflow_run: rendered, workflow: renderWorkflow(world, repository, run.workflow) };
  world.emit(`workflow_run.${action}`, { repository, sender: run.actor, payload });
}

function announceJob(world: World, repository: Repository, job: Job, action: string): void {
  world.emit(`workflow_job.${action}`, {
    repository,
    sender: job.run.actor,
    payload: { workflow_job: renderJob(world, repository, job) },
  });
}

/** `created` and `completed` of a check run; in webhooks its suite is more than an id. */
export async function announceCheck(act: Act, check: CheckRun, action: string): Promise<void> {
  const { world, repository, by: sender } = act;
  const suite = await renderSuite(world, repository, check.suite);
  const rendered = { ...renderCheckRun(world, repository, check), check_suite: suite };
  world.emit(`check_run.${action}`, { repository, sender, payload: { check_run: rendered } });
}

export async function announceSuite(
  world: World,
  repository: Repository,
  suite: CheckSuite,
  sender: Account,
): Promise<void> {
  world.emit("check_suite.completed", {
    repository,
    sender,
    payload: { check_suite: await renderSuite(world, repository, suite) },
  });
}
