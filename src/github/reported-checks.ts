import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { listResults } from "./check-results.ts";
import type { Octokit } from "./octokit.ts";

type Reported = { name: string; app: number | null };

/**
 * Who reports which checks here: those on the latest commit of a branch and on the pull request that was merged into it
 * last, because some only run there. `app` is `null` for a commit status, which does not name its App. Five requests.
 */
export async function readReportedChecks(octokit: Octokit, repo: Repository, branch: string): Promise<Reported[]> {
  const { data: pulls } = await octokit.rest.pulls.list({
    ...at(repo),
    state: "closed",
    base: branch,
    sort: "updated",
    direction: "desc",
    per_page: 20,
  });
  // Not one that is merely open: what it brings was agreed to by nobody.
  const merged = pulls.find(({ merged_at: time }) => time !== null);
  const refs = [branch, ...(merged ? [merged.head.sha] : [])];
  const found = await Promise.all(refs.map(async (ref) => reportedOn(octokit, repo, ref)));
  const byKey = new Map(found.flat().map((check) => [`${check.app} ${check.name}`, check]));
  return [...byKey.values()];
}

async function reportedOn(octokit: Octokit, repo: Repository, ref: string): Promise<Reported[]> {
  const { runs, statuses } = await listResults(octokit, repo, ref);
  return [
    ...runs.map(({ name, app }) => ({ name, app: app?.id ?? null })),
    ...statuses.map(({ context }) => ({ name: context, app: null })),
  ];
}
