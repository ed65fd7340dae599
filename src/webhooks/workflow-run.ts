import { fixBranchPrefix } from "../domain/incident.ts";
import type { Repository } from "../domain/repository.ts";
import { CommitSha } from "../domain/repository.ts";
import { checksReported } from "./checks.ts";
import { clip, firstLine } from "./clip.ts";
import { ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

const failures: readonly unknown[] = ["failure", "timed_out", "startup_failure"];

/** Runs that nobody's pull request started: what is red here is red for everybody. */
const ownEvents: readonly string[] = ["push", "schedule", "workflow_dispatch"];

type Run = Payload<"workflow_run.completed">["workflow_run"];

/** A red run on the default branch is a signal; any run on a fix branch is a hint to look at its checks. */
export function workflowRunCompleted(payload: Payload<"workflow_run.completed">, context: WebhookContext): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const run = payload.workflow_run;
  if (run.head_repository?.id !== repository.id) return ignored("the run is about a fork");
  if (run.head_branch?.startsWith(fixBranchPrefix)) return checksReported(repository, run.head_sha, run.head_branch);
  const obstacle = notASignal(run, payload.repository.default_branch);
  return obstacle ? ignored(obstacle) : [failureSignal(run, repository, context)];
}

function notASignal({ conclusion, event, head_branch }: Run, defaultBranch: string): string | undefined {
  if (!failures.includes(conclusion)) return `the run ended with ${conclusion}`;
  if (head_branch !== defaultBranch) return `the run is on ${head_branch}, not on ${defaultBranch}`;
  return ownEvents.includes(event) ? undefined : `the run was started by ${event}`;
}

function failureSignal(run: Run, repository: Repository, { at }: WebhookContext): Inbound {
  const name = clip(run.name || run.path, 200);
  const title = firstLine(`${name} failed on ${run.head_branch}`, 300);
  const sha = CommitSha.parse(run.head_sha);
  const subject = firstLine(run.head_commit?.message ?? "", 300);
  return {
    kind: "signal",
    signal: {
      origin: { kind: "workflow", run: run.id, name },
      repository,
      title,
      message: `The workflow ${name} ended with ${run.conclusion} on ${sha.slice(0, 12)}${subject && ` (${subject})`}.`,
      frames: [],
      commit: sha,
      url: clip(run.html_url, 2_000),
      trust: "telemetry",
      at,
    },
  };
}
