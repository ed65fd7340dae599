import { GraphqlRefusal } from "./graphql-refusal.ts";
import { openPull } from "./pulls.ts";
import { moveRef } from "./refs.ts";
import { noReply } from "./render-git.ts";
import type { Account, PullIssue, Repository, World } from "./world.ts";

export type RevertRequest = { title?: string; body?: string; draft: boolean; by: Account; viaApp: boolean };

/** What GitHub's Revert button does: a branch with the reverse of the merge, and a pull request for it. */
export async function revertPull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  request: RevertRequest,
): Promise<PullIssue> {
  const { pull, number, title } = issue;
  const { git } = repository;
  const base = repository.refs.get(`refs/heads/${pull.base.ref}`);
  if (!pull.mergeSha || !base) throw new GraphqlRefusal("UNPROCESSABLE", "Pull request is not merged");
  const merge = await git.commit(pull.mergeSha);
  const tree = merge.parents[0] ? await git.mergeTrees(pull.mergeSha, base, merge.parents[0]) : undefined;
  if (!tree) throw new GraphqlRefusal("UNPROCESSABLE", "This pull request could not be reverted automatically");
  const revertTitle = request.title ?? `Revert "${title}"`;
  const person = { name: request.by.login, email: noReply(request.by), date: world.now() };
  const message = `${revertTitle}\n\nThis reverts commit ${pull.mergeSha}.`;
  const sha = await git.writeCommit({ tree, parents: [base], author: person, committer: person, message });
  repository.signed.add(sha);
  const branch = freeBranch(repository, `revert-${number}-${pull.head.ref}`);
  await moveRef({ world, repository, by: request.by }, `refs/heads/${branch}`, sha);
  return openPull(world, repository, {
    head: branch,
    base: pull.base.ref,
    title: revertTitle,
    body: request.body ?? `Reverts ${repository.fullName}#${number}`,
    draft: request.draft,
    user: request.by,
    viaApp: request.viaApp,
  });
}

function freeBranch(repository: Repository, name: string): string {
  for (let at = 0; ; at += 1) {
    const candidate = at === 0 ? name : `${name}-${at}`;
    if (!repository.refs.has(`refs/heads/${candidate}`)) return candidate;
  }
}
