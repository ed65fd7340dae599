import type { Event } from "../domain/event.ts";
import { CommitSha } from "../domain/repository.ts";
import { ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** Merged or given up: whose pull request it was, the address finds out. */
export function pullClosed(payload: Payload<"pull_request.closed">): Inbound[] {
  const { pull_request: pull, sender } = payload;
  const { number } = pull;
  if (!pull.merged) return about(payload, number, { type: "pullClosed", number, by: sender.login });
  const sha = CommitSha.parse(pull.merge_commit_sha);
  return about(payload, number, { type: "pullMerged", number, sha, by: pull.merged_by?.login ?? sender.login });
}

/** Somebody pushed. Our own pushes are not news: the effect that made them reports them. */
export function pullSynchronized(payload: Payload<"pull_request.synchronize">, context: WebhookContext): Inbound[] {
  if (isOurs(payload.sender, context)) return ignored("the push is our own");
  const { number, head } = payload.pull_request;
  return about(payload, number, { type: "headMoved", head: CommitSha.parse(head.sha) });
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
