import { actor } from "../access.ts";
import type { Caller } from "../access.ts";
import { json, list, text } from "../json.ts";
import { renderCheckRun, renderStatus, renderSuite, suiteResult } from "../render-checks.ts";
import { renderCommit } from "../render-git.ts";
import { renderRepository } from "../render.ts";
import { ApiError, created, found, invalid, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { Conclusion, Json } from "../types.ts";
import { announceCheck, announceSuite } from "../workflow-runs.ts";
import type { CheckRun, CheckStatus, CheckSuite, Repository, Status, World } from "../world.ts";
import { commitAt } from "./repositories.ts";

/** Check runs and suites, and the older commit statuses. */
export const checkHandlers: Record<string, RepositoryHandler> = {
  "checks/create": async ({ world, repository, caller, body }) => {
    assertApp(caller);
    const headSha = /^[0-9a-f]{40}$/.test(text(body["head_sha"]))
      ? await repository.git.resolve(text(body["head_sha"]))
      : undefined;
    if (!headSha) throw invalid(`No commit found for SHA: ${text(body["head_sha"])}`);
    const run: CheckRun = {
      id: world.nextId(),
      suite: suiteFor(world, repository, headSha),
      name: text(body["name"]),
      headSha,
      status: "queued",
      conclusion: null,
      externalId: "",
      detailsUrl: null,
      startedAt: world.now(),
      completedAt: undefined,
      output: { title: null, summary: null, text: null },
      annotations: [],
      actions: [],
    };
    const finished = change(world, run, body);
    repository.checks.push(run);
    await announceCheck({ world, repository, by: world.app.bot }, run, "created");
    if (finished) await finish(world, repository, run);
    return created(renderCheckRun(world, repository, run));
  },
  "checks/update": async ({ world, repository, caller, params, body }) => {
    assertApp(caller);
    const run = runIn(repository, params);
    if (run.suite.app.id !== world.app.id)
      throw new ApiError(
        403,
        "Invalid app_id `${world.app.id}` - check run can only be modified by the GitHub App that created it.",
      );
    if (change(world, run, body)) await finish(world, repository, run);
    return ok(renderCheckRun(world, repository, run));
  },
  "checks/get": ({ world, repository, params }) => ok(renderCheckRun(world, repository, runIn(repository, params))),
  "checks/list-for-ref": async (call) => {
    const sha = await commitAt(call.repository, call.params["ref"] ?? "");
    return listRuns(
      call,
      call.repository.checks.filter(({ headSha }) => headSha === sha),
    );
  },
  "checks/list-for-suite": (call) => {
    const suite = suiteIn(call.repository, call.params);
    return listRuns(
      call,
      call.repository.checks.filter((run) => run.suite === suite),
    );
  },
  "checks/list-suites-for-ref": async (call) => {
    const { world, repository, query } = call;
    const sha = await commitAt(repository, call.params["ref"] ?? "");
    const suites = repository.suites.filter(
      ({ headSha, app }) => headSha === sha && (query["app_id"] === undefined || String(app.id) === query["app_id"]),
    );
    return page(call, await Promise.all(suites.map((suite) => renderSuite(world, repository, suite))), "check_suites");
  },
  "checks/get-suite": async ({ world, repository, params }) =>
    ok(await renderSuite(world, repository, suiteIn(repository, params))),
  "repos/create-commit-status": createStatus,
  "repos/get-combined-status-for-ref": combinedStatus,
  "repos/list-commit-statuses-for-ref": async (call) => {
    const sha = await commitAt(call.repository, call.params["ref"] ?? "");
    const statuses = call.repository.statuses.filter((status) => status.sha === sha).toReversed();
    return page(
      call,
      statuses.map((status) => renderStatus(call.world, call.repository, status)),
    );
  },
};

function assertApp(caller: Caller): void {
  if (caller.kind !== "installation") throw new ApiError(403, "You must authenticate via a GitHub App.");
}

const runIn = (repository: Repository, params: Record<string, string>): CheckRun =>
  found(repository.checks.find(({ id }) => String(id) === params["check_run_id"]));
const suiteIn = (repository: Repository, params: Record<string, string>): CheckSuite =>
  found(repository.suites.find(({ id }) => String(id) === params["check_suite_id"]));

/** One suite per App and commit. */
function suiteFor(world: World, repository: Repository, headSha: string): CheckSuite {
  const known = repository.suites.find((suite) => suite.headSha === headSha && suite.app.id === world.app.id);
  if (known) return known;
  const now = world.now();
  const suite = {
    id: world.nextId(),
    app: world.app,
    headSha,
    headBranch: null,
    before: null,
    createdAt: now,
    updatedAt: now,
  };
  repository.suites.push(suite);
  return suite;
}

/** Takes over what the body has; true when this completes the run. A conclusion alone completes it, as on GitHub. */
function change(world: World, run: CheckRun, body: Json): boolean {
  const was = run.status;
  run.name = text(body["name"]) || run.name;
  run.externalId = text(body["external_id"]) || run.externalId;
  run.detailsUrl = text(body["details_url"]) || run.detailsUrl;
  if (typeof body["started_at"] === "string") run.startedAt = new Date(body["started_at"]);
  if (body["output"] !== undefined) changeOutput(run, json(body["output"]));
  if (body["actions"] !== undefined) run.actions = list(body["actions"]).map(json);
  if (body["status"] === "completed" && body["conclusion"] === undefined) {
    throw invalid("Missing conclusion: a completed check run needs one");
  }
  changeResult(world, run, body);
  return run.status === "completed" && was !== "completed";
}

/** Annotations are added to, fifty at a time; the rest is replaced. */
function changeOutput({ output, annotations }: CheckRun, given: Json): void {
  output.title = text(given["title"]) || output.title;
  output.summary = text(given["summary"]) || output.summary;
  output.text = text(given["text"]) || output.text;
  annotations.push(...list(given["annotations"]).map(json));
}

/** A new status without a conclusion opens a completed run again. */
function changeResult(world: World, run: CheckRun, body: Json): void {
  const { conclusion, status } = body;
  if (typeof conclusion === "string") {
    run.status = "completed";
    run.conclusion = conclusion as Conclusion; // checked against the description
    run.completedAt = completionTime(world, body);
  } else if (typeof status === "string") {
    run.status = status as CheckStatus; // likewise
    run.conclusion = null;
    run.completedAt = undefined;
  }
}

const completionTime = (world: World, body: Json): Date =>
  typeof body["completed_at"] === "string" ? new Date(body["completed_at"]) : world.now();

async function finish(world: World, repository: Repository, run: CheckRun): Promise<void> {
  await announceCheck({ world, repository, by: world.app.bot }, run, "completed");
  if (suiteResult(repository, run.suite).status === "completed")
    await announceSuite(world, repository, run.suite, world.app.bot);
}

function listRuns(call: RepositoryCall, runs: CheckRun[]): Reply {
  const { world, repository, query } = call;
  const newest = runs.toReversed();
  const chosen = newest.filter(
    (run) =>
      (query["check_name"] === undefined || run.name === query["check_name"]) &&
      (query["app_id"] === undefined || String(run.suite.app.id) === query["app_id"]) &&
      (query["status"] === undefined || run.status === query["status"]),
  );
  const isLatest = (run: CheckRun) =>
    newest.find((one) => one.name === run.name && one.suite.app.id === run.suite.app.id) === run;
  const shown = query["filter"] === "all" ? chosen : chosen.filter(isLatest);
  return page(
    call,
    shown.map((run) => renderCheckRun(world, repository, run)),
    "check_runs",
  );
}

async function createStatus({ world, repository, caller, params, body }: RepositoryCall): Promise<Reply> {
  const sha = await commitAt(repository, params["sha"] ?? "");
  const status: Status = {
    id: world.nextId(),
    sha,
    state: text(body["state"]) as Status["state"], // checked against the description
    context: text(body["context"]) || "default",
    description: typeof body["description"] === "string" ? body["description"] : null,
    targetUrl: typeof body["target_url"] === "string" ? body["target_url"] : null,
    creator: actor(world, caller),
    createdAt: world.now(),
  };
  repository.statuses.push(status);
  await announceStatus(world, repository, status);
  return created(renderStatus(world, repository, status));
}

async function announceStatus(world: World, repository: Repository, status: Status): Promise<void> {
  const commit = renderCommit(world, repository, await repository.git.commit(status.sha));
  const at = [...repository.refs].filter(([ref, sha]) => ref.startsWith("refs/heads/") && sha === status.sha);
  const url = `${world.url}/repos/${repository.fullName}/commits/${status.sha}`;
  const { id, sha, state, description, target_url, context, created_at, updated_at, avatar_url } = renderStatus(
    world,
    repository,
    status,
  );
  world.emit("status", {
    repository,
    sender: status.creator,
    payload: {
      id,
      sha: sha ?? status.sha,
      name: repository.fullName,
      avatar_url,
      target_url,
      context,
      description,
      state,
      created_at,
      updated_at,
      commit,
      branches: at.map(([ref]) => ({
        name: ref.slice("refs/heads/".length),
        commit: { sha: status.sha, url },
        protected: false,
      })),
    },
  });
}

/** The newest status of each context counts; without any, `pending`. */
async function combinedStatus(call: RepositoryCall): Promise<Reply> {
  const { world, repository } = call;
  const sha = await commitAt(repository, call.params["ref"] ?? "");
  const all = repository.statuses.filter((status) => status.sha === sha).toReversed();
  const latest = all.filter((status) => all.find(({ context }) => context === status.context) === status);
  const url = `${world.url}/repos/${repository.fullName}/commits/${sha}`;
  return ok({
    state: combine(latest.map(({ state }) => state)),
    statuses: latest.map((status) => renderStatus(world, repository, status)),
    sha,
    total_count: latest.length,
    repository: renderRepository(world, repository),
    commit_url: url,
    url: `${url}/status`,
  });
}

function combine(states: Status["state"][]): string {
  if (states.some((state) => state === "failure" || state === "error")) return "failure";
  return states.length === 0 || states.includes("pending") ? "pending" : "success";
}
