import type { Pull } from "../domain/incident.ts";
import type { Policy } from "../domain/policy.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { errorKind, errorStatus } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";
import { readPull } from "./pulls.ts";

/** `notYet`: GitHub will perhaps do it in a moment. `why` is in GitHub's words. */
export type Merge =
  | { kind: "merged"; sha: CommitSha; by: string }
  | { kind: "moved"; head: CommitSha }
  | { kind: "notYet"; why: string }
  | { kind: "refused"; why: string };

type Wanted = Pick<Pull, "number" | "head"> & { method: Policy["mergeMethod"] };

/**
 * Merges the named commit and no other. After a failure the pull request is read before anything else is said: GitHub may
 * have merged it all the same (chdsbd/kodiak#397). Needs scope `propose`.
 */
export async function mergePull(octokit: Octokit, repo: Repository, wanted: Wanted): Promise<Merge> {
  try {
    const target = { ...at(repo), pull_number: wanted.number, sha: wanted.head, merge_method: wanted.method };
    const { data } = await octokit.rest.pulls.merge(target);
    return { kind: "merged", sha: CommitSha.parse(data.sha), by: "self-heal" };
  } catch (error) {
    const kind = errorKind(error);
    // Not sent at all, or none of our making.
    if (kind === undefined || kind === "postponed") throw error;
    return explain(octokit, repo, { wanted, error });
  }
}

async function explain(
  octokit: Octokit,
  repo: Repository,
  { wanted, error }: { wanted: Wanted; error: unknown },
): Promise<Merge> {
  const now = await readPull(octokit, repo, wanted.number);
  const why = inGitHubsWords(error);
  if (now.mergeSha) return { kind: "merged", sha: now.mergeSha, by: now.mergedBy ?? "unknown" };
  if (now.head !== wanted.head) return { kind: "moved", head: now.head };
  const passes = isPassing(errorStatus(error), why) || (now.state === "open" && now.mergeable === "computing");
  return { kind: passes ? "notYet" : "refused", why };
}

/** Our clients put the request before the words; octokit's own error is the cause. */
function inGitHubsWords(error: unknown): string {
  if (error instanceof Error) return error.cause instanceof Error ? error.cause.message : error.message;
  return String(error);
}

/** An outage, or a base or head that GitHub has not caught up with (prow retries the same two). */
function isPassing(status: number | undefined, why: string): boolean {
  if (status === undefined || status >= 500 || status === 409) return true;
  return status === 405 && /base branch was modified/i.test(why);
}
