import { renderAccount, renderApp, renderRepository, stamp, stampOrNull } from "./render.ts";
import { renderSimpleCommit } from "./render-git.ts";
import type { CheckRun, CheckSuite, Job, Repository, Status, Workflow, WorkflowRun, World } from "./world.ts";
import { nodeId } from "./world.ts";
import type { Conclusion, Json } from "./types.ts";

/** Open pull requests whose head is this commit; empty for forks, which this stand-in does not have. */
function pullsOf(world: World, repository: Repository, sha: string): Json[] {
  const { id, name } = repository;
  const repo = { id, name, url: `${world.url}/repos/${repository.fullName}` };
  return repository.issues.flatMap(({ number, state, pull }) => {
    if (!pull || state === "closed" || pull.head.sha !== sha) return [];
    const url = `${world.url}/repos/${repository.fullName}/pulls/${number}`;
    return [{ id: pull.id, number, url, head: { ...pull.head, repo }, base: { ...pull.base, repo } }];
  });
}

export function renderCheckRun(world: World, repository: Repository, run: CheckRun): Json {
  const url = `${world.url}/repos/${repository.fullName}/check-runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CR", run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${world.url}/${repository.fullName}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `${world.url}/${repository.fullName}/runs/${run.id}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: stamp(run.startedAt),
    completed_at: stampOrNull(run.completedAt),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite.id },
    app: renderApp(world, run.suite.app),
    pull_requests: pullsOf(world, repository, run.headSha),
  };
}

const worst: readonly Conclusion[] = [
  "failure",
  "timed_out",
  "cancelled",
  "action_required",
  "success",
  "neutral",
  "skipped",
];

/** A suite's result is that of its runs. */
export function suiteResult(
  repository: Repository,
  suite: CheckSuite,
): { status: string; conclusion: Conclusion | null } {
  const runs = repository.checks.filter((run) => run.suite === suite);
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some(({ status }) => status !== "completed")) return { status: "in_progress", conclusion: null };
  return {
    status: "completed",
    conclusion: worst.find((one) => runs.some(({ conclusion }) => conclusion === one)) ?? null,
  };
}

export async function renderSuite(world: World, repository: Repository, suite: CheckSuite): Promise<Json> {
  const url = `${world.url}/repos/${repository.fullName}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CS", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteResult(repository, suite),
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsOf(world, repository, suite.headSha),
    app: renderApp(world, suite.app),
    created_at: stamp(suite.createdAt),
    updated_at: stamp(suite.updatedAt),
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: repository.checks.filter((run) => run.suite === suite).length,
    check_runs_url: `${url}/check-runs`,
    head_commit: renderSimpleCommit(await repository.git.commit(suite.headSha)),
    repository: renderRepository(world, repository),
  };
}

export function renderStatus(world: World, repository: Repository, status: Status): Json {
  return {
    url: `${world.url}/repos/${repository.fullName}/statuses/${status.sha}`,
    avatar_url: `${world.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: nodeId("SC", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: stamp(status.createdAt),
    updated_at: stamp(status.createdAt),
    creator: renderAccount(world, status.creator),
  };
}

export function renderWorkflow(world: World, repository: Repository, workflow: Workflow): Json {
  return {
    id: workflow.id,
    node_id: nodeId("W", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: repository.settings.workflowStates[workflow.path.replace(/^.*\//, "")] ?? "active",
    created_at: stamp(workflow.createdAt),
    updated_at: stamp(workflow.createdAt),
    url: `${world.url}/repos/${repository.fullName}/actions/workflows/${workflow.id}`,
    html_url: `${world.url}/${repository.fullName}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${world.url}/${repository.fullName}/workflows/${workflow.name}/badge.svg`,
  };
}

export async function renderRun(world: World, repository: Repository, run: WorkflowRun): Promise<Json> {
  const url = `${world.url}/repos/${repository.fullName}/actions/runs/${run.id}`;
  const parts = ["jobs", "logs", "artifacts", "cancel", "rerun"].map((part) => [`${part}_url`, `${url}/${part}`]);
  const repo = renderRepository(world, repository);
  const commit = await repository.git.commit(run.headSha);
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId("WFR", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: run.suite.id,
    check_suite_node_id: nodeId("CS", run.suite.id),
    url,
    html_url: `${world.url}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: pullsOf(world, repository, run.headSha),
    created_at: stamp(run.createdAt),
    updated_at: stamp(run.updatedAt),
    actor: renderAccount(world, run.actor),
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: stamp(run.createdAt),
    triggering_actor: renderAccount(world, run.actor),
    ...Object.fromEntries(parts),
    check_suite_url: `${world.url}/repos/${repository.fullName}/check-suites/${run.suite.id}`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${world.url}/repos/${repository.fullName}/actions/workflows/${run.workflow.id}`,
    head_commit: renderSimpleCommit(commit),
    repository: repo,
    head_repository: repo,
  };
}

export function renderJob(world: World, repository: Repository, job: Job): Json {
  const { run, check } = job;
  const api = `${world.url}/repos/${repository.fullName}`;
  const started = stamp(check.startedAt);
  const completed = stampOrNull(check.completedAt);
  const { status, conclusion } = check;
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflow.name,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: check.id ? nodeId("CR", check.id) : "",
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${world.url}/${repository.fullName}/actions/runs/${run.id}/job/${job.id}`,
    status,
    conclusion,
    created_at: started,
    started_at: started,
    completed_at: completed,
    name: job.name,
    steps:
      status === "queued"
        ? []
        : [{ name: `Run ${job.name}`, status, conclusion, number: 1, started_at: started, completed_at: completed }],
    check_run_url: `${api}/check-runs/${check.id}`,
    labels: ["ubuntu-latest"],
    runner_id: status === "queued" ? null : 1,
    runner_name: status === "queued" ? null : "GitHub Actions 1",
    runner_group_id: status === "queued" ? null : 0,
    runner_group_name: status === "queued" ? null : "GitHub Actions",
  };
}
