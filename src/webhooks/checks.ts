import { fixBranchPrefix } from "../domain/incident.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** GitHub lists no more branches than this in a `status` payload. */
const maxBranches = 10;

/** Some App's checks finished on a fix branch. Our own suite says nothing that we do not know. */
export function checkSuiteCompleted(payload: Payload<"check_suite.completed">, { appId }: WebhookContext): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const suite = payload.check_suite;
  if (suite.app?.id === appId) return ignored("the check suite is our own");
  return checksReported(repository, suite.head_sha, suite.head_branch);
}

/** A commit status settled. A status names a commit, and only by the way the branches whose head it is. */
export function commitStatus(payload: Payload<"status">): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  if (payload.state === "pending") return ignored("the status is pending");
  const branches = payload.branches ?? [];
  const fixes = branches.length >= maxBranches ? [fixBranchPrefix] : branches.map(({ name }) => name);
  return checksReported(repository, payload.sha, fixes.find(isFixBranch));
}

/**
 * A hint to read the checks of a commit: the decision is made on GitHub's present state. The lifecycle only wants to hear
 * about fix branches; a gate may be about any.
 */
export function checksReported(
  { id, installation }: Repository,
  sha: string,
  branch: string | null | undefined,
): Inbound[] {
  const head = CommitSha.parse(sha);
  const gates: Inbound = { kind: "gates", installation, repository: id, head };
  if (!isFixBranch(branch ?? "")) return [gates];
  return [
    { kind: "event", address: { kind: "head", repository: id, sha: head }, event: { type: "checksReported", head } },
    gates,
  ];
}

function isFixBranch(name: string): boolean {
  return name.startsWith(fixBranchPrefix);
}
