import { CommitSha } from "../domain/repository.ts";
import { fixBranchPrefix, ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** GitHub lists no more branches than this in a `status` payload. */
const maxBranches = 10;

/** Some App's checks finished on a fix branch. Our own suite says nothing that we do not know. */
export function checkSuiteCompleted(payload: Payload<"check_suite.completed">, { appId }: WebhookContext): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const suite = payload.check_suite;
  if (suite.app?.id === appId) return ignored("the check suite is our own");
  if (!suite.head_branch?.startsWith(fixBranchPrefix)) return ignored("the check suite is not on a fix branch");
  return checksReported(repository.id, suite.head_sha);
}

/** A commit status settled. A status names a commit, and only by the way the branches whose head it is. */
export function commitStatus(payload: Payload<"status">): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  if (payload.state === "pending") return ignored("the status is pending");
  const branches = payload.branches ?? [];
  const may = branches.length >= maxBranches || branches.some(({ name }) => name.startsWith(fixBranchPrefix));
  return may ? checksReported(repository.id, payload.sha) : ignored("the status is not on a fix branch");
}

/** A hint to read the checks of a commit: the decision is made on GitHub's present state. */
export function checksReported(repository: number, sha: string): Inbound[] {
  const head = CommitSha.parse(sha);
  return [{ kind: "event", address: { kind: "head", repository, sha: head }, event: { type: "checksReported", head } }];
}
