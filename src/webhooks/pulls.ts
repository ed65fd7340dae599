import type { Event } from "../domain/event.ts";
import { CommitSha } from "../domain/repository.ts";
import { actorOf, ignored, notInstalled, repositoryOf, taskOn } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** Merged or given up: whose pull request it was, the address finds out. */
export function pullClosed(payload: Payload<"pull_request.closed">): Inbound[] {
  const { pull_request: pull, sender } = payload;
  const { number } = pull;
  const closed: Event = { type: "pullClosed", number, by: sender.login };
  const event = pull.merged
    ? ({
        type: "pullMerged",
        number,
        sha: CommitSha.parse(pull.merge_commit_sha),
        by: pull.merged_by?.login ?? sender.login,
      } as const)
    : closed;
  return [...about(payload, number, event), ...gate(payload, number)];
}

/** Somebody pushed. Our own pushes are not news: the effect that made them reports them. */
export function pullSynchronized(payload: Payload<"pull_request.synchronize">, context: WebhookContext): Inbound[] {
  const { sender } = payload;
  const { number, head } = payload.pull_request;
  const moved: Event = { type: "headMoved", head: CommitSha.parse(head.sha), by: actorOf(sender) };
  return [...(isOurs(sender, context) ? [] : about(payload, number, moved)), ...looks(payload, number)];
}

type Changed =
  | "pull_request.opened"
  | "pull_request.reopened"
  | "pull_request.edited"
  | "pull_request.ready_for_review"
  | "pull_request.converted_to_draft";

/** A pull request is there, or is aimed at another branch, or is (no longer) a draft. */
export function pullChanged(payload: Payload<Changed>): Inbound[] {
  const { number } = payload.pull_request;
  if (payload.action === "edited" && !payload.changes.base) return ignored("only the text of the pull request changed");
  return payload.action === "opened" || payload.action === "reopened" || payload.action === "edited"
    ? looks(payload, number)
    : gate(payload, number);
}

/** What may be merged, and whether the policy it brings is right. */
function looks(payload: Parameters<typeof taskOn>[0], number: number): Inbound[] {
  return taskOn(payload, (repository) => [
    { kind: "gate", repository, number },
    { kind: "policyChange", repository, number },
  ]);
}

function gate(payload: Parameters<typeof taskOn>[0], number: number): Inbound[] {
  return taskOn(payload, (repository) => ({ kind: "gate", repository, number }));
}

/**
 * While our own login is not known every bot is taken for us: a push that is missed is found by the next look at the
 * pull request, but one of our own taken for somebody else's would undo the attempt that made it.
 */
function isOurs({ login, type }: { login: string; type?: string }, { botLogin }: WebhookContext): boolean {
  if (type !== "Bot") return false;
  return botLogin === undefined || login.toLowerCase() === botLogin.toLowerCase();
}

function about(payload: Parameters<typeof repositoryOf>[0], number: number, event: Event): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  return [{ kind: "event", address: { kind: "pull", repository: repository.id, number }, event }];
}
