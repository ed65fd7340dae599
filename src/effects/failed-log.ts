import type { Repository } from "../domain/repository.ts";
import { readFailedJob } from "../github/workflow-logs.ts";
import { logExcerpt } from "../triage/log-excerpt.ts";
import type { Deps } from "./deps.ts";

/** What the first failed job of a workflow run printed, cut to the part that matters; undefined when the logs are gone. */
export async function failedLog(repository: Repository, run: number, deps: Deps): Promise<string | undefined> {
  const job = await readFailedJob(await deps.clients.for(repository, "read"), repository, run);
  return job && `Job "${job.job}"${job.step ? `, step "${job.step}"` : ""}:\n${logExcerpt(job.log)}`;
}
