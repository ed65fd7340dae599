import type { CommitSha, Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { listResults } from "./check-results.ts";
import type { CheckRun, Status } from "./check-results.ts";
import { clip } from "./clip.ts";
import { sameText } from "./marker.ts";
import type { Octokit } from "./octokit.ts";

/** Never `neutral` or `skipped`: GitHub counts both as success. */
type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "timed_out";

type CreateParams = NonNullable<Parameters<Octokit["rest"]["checks"]["create"]>[0]>;
/** A note at lines of a file. */
export type Annotation = NonNullable<NonNullable<CreateParams["output"]>["annotations"]>[number];
/** A button. GitHub takes three; a label of 20 characters, a description of 40, an identifier of 20. */
type Button = NonNullable<CreateParams["actions"]>[number];

/** A check run of ours. `externalId` names it among the runs of the same name on the same commit. */
export type Check = {
  name: string;
  head: CommitSha;
  externalId: string;
  title: string;
  summary: string;
  text?: string;
  annotations?: readonly Annotation[];
  /** GitHub does not show them again: a change of these alone is not written. */
  actions?: readonly Button[];
} & ({ conclusion: Conclusion } | { status: "queued" | "in_progress" });

/** GitHub docs, "Create a check run": at most so many in one request. */
const maxAnnotations = 50;

/**
 * Posts a check run, or brings ours up to date; writes nothing when it is as it should be. Two requests, and one for each
 * 50 annotations more. Needs scope `report`. An App can only change its own runs, so a run of the same name by somebody
 * else is left alone. Annotations can be added but not taken away: a run that has some is replaced by a new one.
 */
export async function upsertCheck(octokit: Octokit, repo: Repository, check: Check): Promise<{ id: number }> {
  const { checks } = octokit.rest;
  const { id: app_id } = await octokit.self.identity();
  const { data } = await checks.listForRef({ ...at(repo), ref: check.head, check_name: check.name, app_id });
  const there = data.check_runs.filter((run) => run.external_id === check.externalId).sort((a, b) => b.id - a.id)[0];
  const wanted = wantedRun(check);
  const notes = check.annotations?.length ?? 0;
  const sameNotes = there?.output.annotations_count === notes;
  if (!there || !sameNotes) return post(octokit, repo, check);
  if (isAsWanted(there, wanted)) return { id: there.id };
  if (notes > 0) return post(octokit, repo, check);
  await checks.update({ ...at(repo), check_run_id: there.id, ...wanted });
  return { id: there.id };
}

async function post(octokit: Octokit, repo: Repository, check: Check): Promise<{ id: number }> {
  const { name, head: head_sha, externalId: external_id, annotations = [] } = check;
  const { output, ...wanted } = wantedRun(check);
  const [first = [], ...more] = inGroups(annotations);
  const notes = first.length > 0 && { annotations: [...first] };
  const run = { ...at(repo), name, head_sha, external_id, ...wanted, output: { ...output, ...notes } };
  const { id } = (await octokit.rest.checks.create(run)).data;
  for (const group of more) {
    const rest = { title: output.title, summary: output.summary, annotations: [...group] };
    await octokit.rest.checks.update({ ...at(repo), check_run_id: id, output: rest });
  }
  return { id };
}

function inGroups(annotations: readonly Annotation[]): (readonly Annotation[])[] {
  const groups = Math.ceil(annotations.length / maxAnnotations);
  return Array.from({ length: groups }, (_, n) => annotations.slice(n * maxAnnotations, (n + 1) * maxAnnotations));
}

function wantedRun(check: Check) {
  return {
    ...("conclusion" in check
      ? { status: "completed" as const, conclusion: check.conclusion }
      : { status: check.status }),
    output: {
      title: clip(check.title, 255),
      summary: clip(check.summary),
      ...(check.text !== undefined && { text: clip(check.text) }),
    },
    ...(check.actions && { actions: [...check.actions] }),
  };
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
  const { runs, statuses } = await listResults(octokit, repo, sha);
  const others = runs.filter(({ app, name }) => !(app?.id === ignoreAppId && name.startsWith("self-heal/")));
  const results = [...others.map(fromRun), ...statuses.map(fromStatus)];
  const failed = results.flatMap((result) => (result.state === "failed" ? [result.check] : []));
  if (failed.length > 0) return { state: "failed", failed };
  if (results.some(({ state }) => state === "pending")) return { state: "pending", failed };
  return { state: results.length > 0 ? "passed" : "none", failed };
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
