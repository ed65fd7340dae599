import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** A failed job of a workflow run. `log` is the end of what it printed; empty where GitHub has deleted the logs. */
export type FailedJob = { job: string; step?: string; log: string; url: string };

const maxLogBytes = 200_000;
// A log is only ever read forwards; this bounds the time for a job that printed without end.
const maxReadBytes = 100_000_000;
const timeoutMs = 60_000;

/** The first failed job of a run's latest attempt, or undefined when none failed. Two requests. Needs scope `read`. */
export async function readFailedJob(octokit: Octokit, repo: Repository, runId: number): Promise<FailedJob | undefined> {
  const { actions } = octokit.rest;
  const jobs = await octokit.paginate(actions.listJobsForWorkflowRun, {
    ...at(repo),
    run_id: runId,
    filter: "latest",
    per_page: 100,
  });
  const job = jobs.find(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out");
  if (!job) return undefined;
  const step = job.steps?.find(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out")?.name;
  const log = (await readLog(octokit, repo, job.id)) ?? "";
  return { job: job.name, ...(step && { step }), log, url: job.html_url ?? "" };
}

/**
 * GitHub answers with a link to a file elsewhere that is valid for a minute and needs no token, so it is fetched without.
 * Read as a stream: logs of hundreds of megabytes exist.
 */
async function readLog(octokit: Octokit, repo: Repository, job: number): Promise<string | undefined> {
  const answer = await octokit.rest.actions
    .downloadJobLogsForWorkflowRun({ ...at(repo), job_id: job, request: { redirect: "manual" } })
    .catch(whenMissing(undefined));
  const { location } = answer?.headers ?? {};
  if (!location) return undefined;
  const response = await fetch(location, { signal: AbortSignal.timeout(timeoutMs) });
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok || !response.body) throw new Error(`the log of job ${job} answered ${response.status}`);
  return tail(response.body);
}

async function tail(body: AsyncIterable<Uint8Array>): Promise<string> {
  let kept = Buffer.alloc(0);
  let read = 0;
  for await (const chunk of body) {
    read += chunk.length;
    const both = Buffer.concat([kept, chunk]);
    kept = both.subarray(-maxLogBytes);
    if (read > maxReadBytes) break;
  }
  const text = kept.toString("utf8");
  // The cut may have gone through a line, or through a character.
  return read > kept.length ? text.slice(text.indexOf("\n") + 1) : text;
}
