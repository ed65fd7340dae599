import type { Fact } from "../domain/fact.ts";
import type { CommitSha, Repository } from "../domain/repository.ts";
import { CheckResult } from "../domain/snapshot.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

export type CheckRun = Awaited<ReturnType<Octokit["rest"]["checks"]["listForRef"]>>["data"]["check_runs"][number];
export type Status = Awaited<
  ReturnType<Octokit["rest"]["repos"]["getCombinedStatusForRef"]>
>["data"]["statuses"][number];

/** What has reported on a commit, by name and App. Two requests for up to 100 of each. Needs scope `govern`. */
export async function readCheckResults(
  octokit: Octokit,
  repo: Repository,
  sha: CommitSha,
): Promise<Fact<CheckResult[]>> {
  return visible("What has reported on the head", "Checks: read and Commit statuses: read", async () => {
    const { runs, statuses } = await listResults(octokit, repo, sha);
    return [...runs.map(fromRun), ...statuses.map(fromStatus)];
  });
}

/** Check runs, the latest per name and App, and commit statuses, the latest per context. */
export async function listResults(
  octokit: Octokit,
  repo: Repository,
  ref: string,
): Promise<{ runs: CheckRun[]; statuses: Status[] }> {
  const target = { ...at(repo), ref, per_page: 100 };
  const [runs, statuses] = await Promise.all([
    octokit.paginate(octokit.rest.checks.listForRef, { ...target, filter: "latest" }),
    listStatuses(octokit, target),
  ]);
  return { runs: latest(runs), statuses };
}

/** A job that was run again is a new run, with a higher id. */
function latest(runs: CheckRun[]): CheckRun[] {
  const byName = new Map<string, CheckRun>();
  for (const run of runs.toSorted((a, b) => a.id - b.id)) byName.set(`${run.app?.id} ${run.name}`, run);
  return [...byName.values()];
}

/** `paginate` does not know the shape of this answer, in which a list stands beside other fields. */
async function listStatuses(
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

/** GitHub has more words for what has not begun. */
function fromRun({ name, app, status, conclusion }: CheckRun): CheckResult {
  const known = CheckResult.shape.status.safeParse(status);
  return { name, app: app?.id ?? null, status: known.data ?? "queued", conclusion };
}

function fromStatus({ context: name, state }: Status): CheckResult {
  if (state === "pending") return { name, app: null, status: "in_progress", conclusion: null };
  return { name, app: null, status: "completed", conclusion: state === "success" ? "success" : "failure" };
}
