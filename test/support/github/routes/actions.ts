import { actor } from "../access.ts";
import { renderJob, renderRun, renderWorkflow } from "../render-checks.ts";
import { ApiError, created, found, invalid, nothing, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import { rerunFailed } from "../workflow-runs.ts";
import type { Job, Repository, Workflow, WorkflowRun, World } from "../world.ts";
import { json, text } from "../json.ts";

/** GitHub Actions as the API shows it. */
export const actionsHandlers: Record<string, RepositoryHandler> = {
  "actions/list-workflow-runs-for-repo": listRuns,
  "actions/get-workflow-run": async ({ world, repository, params }) =>
    ok(await renderRun(world, repository, runIn(repository, params))),
  "actions/list-jobs-for-workflow-run": (call) => {
    const run = runIn(call.repository, call.params);
    const jobs = run.jobs.filter(({ attempt }) => call.query["filter"] === "all" || attempt === run.attempt);
    return page(
      call,
      jobs.map((job) => renderJob(call.world, call.repository, job)),
      "jobs",
    );
  },
  "actions/get-job-for-workflow-run": ({ world, repository, params }) =>
    ok(renderJob(world, repository, jobIn(repository, params))),
  "actions/download-job-logs-for-workflow-run": ({ world, repository, params }) => {
    const job = jobIn(repository, params);
    if (job.check.status !== "completed") throw new ApiError(404, "Not Found");
    // The real one is a signed address at a storage service, good for a minute.
    return { status: 302, headers: { location: `${world.url}/_logs/${repository.id}/${job.id}` } };
  },
  "actions/re-run-workflow-failed-jobs": async ({ world, repository, caller, params }) => {
    const run = runIn(repository, params);
    if (run.status !== "completed") throw new ApiError(403, "This workflow is already running");
    if (run.conclusion === "success") throw new ApiError(403, "This workflow run cannot be retried");
    await rerunFailed(world, repository, run, actor(world, caller));
    return created({});
  },
  "actions/list-repo-workflows": (call) =>
    page(
      call,
      call.repository.workflows.map((workflow) => renderWorkflow(call.world, call.repository, workflow)),
      "workflows",
    ),
  "actions/get-workflow": async ({ world, repository, params }) => {
    const key = params["workflow_id"] ?? "";
    const workflow = workflowIn(repository, key) ?? (await workflowOfFile(world, repository, key));
    return ok(renderWorkflow(world, repository, found(workflow)));
  },
  "actions/create-workflow-dispatch": dispatch,
};

/** Known by id or file name, once it has run. */
const workflowIn = (repository: Repository, key: string): Workflow | undefined =>
  repository.workflows.find(({ id, path }) => String(id) === key || path.endsWith(`/${key}`));

/** A file on the default branch is a workflow before it has ever run. */
async function workflowOfFile(world: World, repository: Repository, key: string): Promise<Workflow | undefined> {
  const path = `.github/workflows/${key}`;
  const head = repository.refs.get(`refs/heads/${repository.defaultBranch}`);
  const files = head === undefined ? [] : await repository.git.tree(head, true);
  if (!files.some((file) => file.path === path)) return undefined;
  const workflow = { id: world.nextId(), name: key.replace(/\.ya?ml$/, ""), path, createdAt: world.now() };
  repository.workflows.push(workflow);
  return workflow;
}

const runIn = (repository: Repository, params: Record<string, string>): WorkflowRun =>
  found(repository.runs.find(({ id }) => String(id) === params["run_id"]));

function jobIn(repository: Repository, params: Record<string, string>): Job {
  return found(repository.runs.flatMap(({ jobs }) => jobs).find(({ id }) => String(id) === params["job_id"]));
}

async function listRuns(call: RepositoryCall): Promise<Reply> {
  const { world, repository, query } = call;
  const wants = (key: string, value: string) => query[key] === undefined || query[key] === value;
  const runs = repository.runs.filter(
    (run) =>
      wants("branch", run.headBranch) &&
      wants("event", run.event) &&
      wants("head_sha", run.headSha) &&
      (wants("status", run.status) || wants("status", run.conclusion ?? "")),
  );
  return page(
    call,
    await Promise.all(runs.toReversed().map((run) => renderRun(world, repository, run))),
    "workflow_runs",
  );
}

/** Finds the workflow by id or file name; the run itself is the test's to make. */
function dispatch({ world, repository, caller, params, body }: RepositoryCall): Reply {
  const key = params["workflow_id"] ?? "";
  const workflow = found(workflowIn(repository, key));
  const branch = text(body["ref"]).replace("refs/heads/", "");
  if (!repository.refs.has(`refs/heads/${branch}`)) throw invalid(`No ref found for: ${branch}`);
  const payload = { inputs: json(body["inputs"]), ref: `refs/heads/${branch}`, workflow: workflow.path };
  world.emit("workflow_dispatch", { repository, sender: actor(world, caller), payload });
  return nothing();
}
