import type { Caller } from "./access.ts";
import type { Person } from "./bare-git.ts";
import { judgeMerge, recordSuite } from "./merge-rules.ts";
import { markMerged } from "./pulls.ts";
import { refsMoved } from "./refs.ts";
import { noReply } from "./render-git.ts";
import { ApiError } from "./reply.ts";
import type { Account, PullIssue, Repository, World } from "./world.ts";

export type MergeRequest = {
  sha?: string;
  method: "merge" | "squash" | "rebase";
  title?: string;
  message?: string;
  by: Account;
  caller: Caller;
};

/** Merges with a real commit. Throws 405 when it cannot be merged or a rule forbids it, and 409 when the head is not the one asked for. */
export async function mergePull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  request: MergeRequest,
): Promise<string> {
  const { pull } = issue;
  if (pull.mergedAt || issue.state === "closed") throw new ApiError(405, "Pull Request is not mergeable");
  if (pull.draft) throw new ApiError(405, "Pull Request is still a draft");
  if (request.sha !== undefined && request.sha !== pull.head.sha) {
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  }
  const result = await judgeMerge({ world, repository, issue }, request.caller);
  const sha = await writeMerge(world, repository, issue, request);
  await repository.git.updateRef(`refs/heads/${pull.base.ref}`, sha);
  const act = { world, repository, by: request.by };
  await markMerged(act, issue, sha);
  recordSuite({ world, repository, issue }, { by: request.by, after: sha, result });
  await refsMoved(act);
  return sha;
}

async function writeMerge(
  world: World,
  repository: Repository,
  issue: PullIssue,
  request: MergeRequest,
): Promise<string> {
  const { git } = repository;
  const { head, base } = issue.pull;
  const tree = await git.mergeTree(base.sha, head.sha);
  if (!tree) throw new ApiError(405, "Pull Request is not mergeable");
  const author: Person = { name: request.by.name, email: noReply(request.by), date: world.now() };
  const committer: Person = { name: "GitHub", email: "noreply@github.com", date: world.now() };
  if (request.method === "rebase") return rebase(repository, { ...issue, pull: issue.pull }, committer);
  const isMerge = request.method === "merge";
  const title =
    request.title ??
    (isMerge
      ? `Merge pull request #${issue.number} from ${repository.owner.login}/${head.ref}`
      : `${issue.title} (#${issue.number})`);
  const body = request.message ?? (isMerge ? issue.title : "");
  const parents = isMerge ? [base.sha, head.sha] : [base.sha];
  const sha = await git.writeCommit({
    tree,
    parents,
    author,
    committer,
    message: body === "" ? title : `${title}\n\n${body}`,
  });
  repository.signed.add(sha);
  return sha;
}

/** One new commit for each of the head's, on top of the base. */
async function rebase(repository: Repository, { pull }: PullIssue, committer: Person): Promise<string> {
  const { git } = repository;
  let onto = pull.base.sha;
  for (const id of (await git.log(`${pull.base.sha}..${pull.head.sha}`)).toReversed()) {
    const commit = await git.commit(id);
    const tree = await git.mergeTrees(commit.parents[0] ?? onto, onto, id);
    if (!tree) throw new ApiError(405, "This branch can't be rebased");
    onto = await git.writeCommit({ ...commit, tree, parents: [onto], committer });
  }
  return onto;
}
