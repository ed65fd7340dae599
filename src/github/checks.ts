import type { CommitSha, Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { clip } from "./clip.ts";
import { sameText } from "./marker.ts";
import type { Octokit } from "./octokit.ts";

/** Never `neutral` or `skipped`: GitHub counts both as success. */
type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "timed_out";

/** A check run of ours. `externalId` names it among the runs of the same name on the same commit. */
export type Check = {
  name: string;
  head: CommitSha;
  externalId: string;
  title: string;
  summary: string;
  text?: string;
} & ({ conclusion: Conclusion } | { status: "queued" | "in_progress" });

/**
 * Posts a check run, or brings ours up to date; writes nothing when it is as it should be. Two requests. Needs scope
 * `report`. An App can only change its own runs, so a run of the same name by somebody else is left alone.
 */
export async function upsertCheck(octokit: Octokit, repo: Repository, check: Check): Promise<{ id: number }> {
  const { checks } = octokit.rest;
  const { id: app_id } = await octokit.self.identity();
  const { data } = await checks.listForRef({ ...at(repo), ref: check.head, check_name: check.name, app_id });
  const there = data.check_runs.find((run) => run.external_id === check.externalId);
  const wanted = {
    ...("conclusion" in check
      ? { status: "completed" as const, conclusion: check.conclusion }
      : { status: check.status }),
    output: {
      title: clip(check.title, 255),
      summary: clip(check.summary),
      ...(check.text !== undefined && { text: clip(check.text) }),
    },
  };
  if (!there) {
    const { name, head, externalId } = check;
    const made = await checks.create({ ...at(repo), name, head_sha: head, external_id: externalId, ...wanted });
    return { id: made.data.id };
  }
  if (!isAsWanted(there, wanted)) await checks.update({ ...at(repo), check_run_id: there.id, ...wanted });
  return { id: there.id };
}

type Output = { title?: string | null; summary?: string | null; text?: string | null };
type Shown = { status: string; conclusion?: string | null; output: Output };

function isAsWanted(there: Shown, wanted: Shown): boolean {
  return (
    there.status === wanted.status &&
    (there.conclusion ?? undefined) === wanted.conclusion &&
    (["title", "summary", "text"] as const).every((part) => sameText(there.output[part], wanted.output[part] ?? ""))
  );
}

/** A check or status that failed. `run` is the id of the GitHub Actions run behind it, for its log. */
type FailedCheck = { name: string; url: string; summary: string; run?: number };

/** A failure counts at once, a missing result only while nothing failed. `none`: nothing has reported at all. */
export type ChecksState = { state: "none" | "pending" | "passed" | "failed"; failed: FailedCheck[] };

type CheckRun = Awaited<ReturnType<Octokit["rest"]["checks"]["listForRef"]>>["data"]["check_runs"][number];
type Status = Awaited<ReturnType<Octokit["rest"]["repos"]["getCombinedStatusForRef"]>>["data"]["statuses"][number];
type Result = { state: "pending" | "passed" } | { state: "failed"; check: FailedCheck };

// `action_required` waits for a person (an approval, a signature): no other code would turn it green.
const notFailed: readonly (string | null)[] = ["success", "neutral", "skipped", "action_required"];
const maxSummaryChars = 4_000;

/**
 * What CI says about a commit: check runs (the latest per name and App) and commit statuses (the latest per context).
 * Our own checks don't count. Two requests for up to 100 of each. Needs scope `read`.
 */
export async function readChecks(
  octokit: Octokit,
  repo: Repository,
  sha: CommitSha,
  { ignoreAppId }: { ignoreAppId: number },
): Promise<ChecksState> {
  const target = { ...at(repo), ref: sha, per_page: 100 };
  const runs = await octokit.paginate(octokit.rest.checks.listForRef, { ...target, filter: "latest" });
  const others = runs.filter(({ app, name }) => !(app?.id === ignoreAppId && name.startsWith("self-heal/")));
  const results = [...latest(others).map(fromRun), ...(await readStatuses(octokit, target)).map(fromStatus)];
  const failed = results.flatMap((result) => (result.state === "failed" ? [result.check] : []));
  if (failed.length > 0) return { state: "failed", failed };
  if (results.some(({ state }) => state === "pending")) return { state: "pending", failed };
  return { state: results.length > 0 ? "passed" : "none", failed };
}

/** A job that was run again is a new run, with a higher id. */
function latest(runs: CheckRun[]): CheckRun[] {
  const byName = new Map<string, CheckRun>();
  for (const run of runs.toSorted((a, b) => a.id - b.id)) byName.set(`${run.app?.id} ${run.name}`, run);
  return [...byName.values()];
}

/** `paginate` does not know the shape of this answer, in which a list stands beside other fields. */
async function readStatuses(
  octokit: Octokit,
  target: { owner: string; repo: string; ref: string; per_page: number },
): Promise<Status[]> {
  const statuses: Status[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await octokit.rest.repos.getCombinedStatusForRef({ ...target, page });
    statuses.push(...data.statuses);
    if (statuses.length >= data.total_count || data.statuses.length === 0) return statuses;
  }
}

function fromRun({ name, status, conclusion, output, ...run }: CheckRun): Result {
  if (status !== "completed") return { state: "pending" };
  if (notFailed.includes(conclusion)) return { state: "passed" };
  const summary = [output.title, output.summary, output.text].filter(Boolean).join("\n\n") || `${conclusion}`;
  const url = run.details_url ?? run.html_url ?? "";
  const actionsRun = /\/actions\/runs\/(\d+)/.exec(url)?.[1];
  const check = { name, url, summary: clip(summary, maxSummaryChars) };
  return { state: "failed", check: { ...check, ...(actionsRun && { run: Number(actionsRun) }) } };
}

function fromStatus({ state, context, target_url: url, description }: Status): Result {
  if (state === "pending") return { state: "pending" };
  if (state === "success") return { state: "passed" };
  return { state: "failed", check: { name: context, url: url ?? "", summary: description ?? state } };
}
