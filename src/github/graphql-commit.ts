import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { readBranch } from "./branches.ts";
import type { Change, NewCommit } from "./new-commit.ts";
import type { Octokit } from "./octokit.ts";

const mutation = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } } }
}`;

type Answer = { createCommitOnBranch: { commit: { oid: string; tree: { oid: string } } } };

/** One request. GitHub compares the head itself (`expectedHeadOid`), so nobody's commit can be overwritten. */
export async function commitWithGraphql(octokit: Octokit, repo: Repository, commit: NewCommit): Promise<CommitSha> {
  const [headline = "", ...rest] = commit.message.split("\n");
  const { createCommitOnBranch } = await octokit.graphql<Answer>(mutation, {
    input: {
      branch: { repositoryNameWithOwner: `${repo.owner}/${repo.name}`, branchName: commit.branch },
      expectedHeadOid: commit.expectedHead,
      message: { headline, body: rest.join("\n").trim() },
      fileChanges: {
        additions: commit.changes.flatMap(addition),
        deletions: commit.changes.flatMap(({ path, contents }) => (contents ? [] : [{ path }])),
      },
    },
  });
  const { oid, tree } = createCommitOnBranch.commit;
  if (tree.oid === commit.expectedTree) return CommitSha.parse(oid);
  await putBack(octokit, repo, { commit, oid });
  throw new Error(`the commit on ${commit.branch} had tree ${tree.oid}, not ${commit.expectedTree}; it was taken back`);
}

function addition({ path, contents }: Change): { path: string; contents: string }[] {
  return contents ? [{ path, contents: contents.toString("base64") }] : [];
}

/** What was proven is not what was pushed. A commit that somebody put on top in the meantime is never thrown away. */
async function putBack(
  octokit: Octokit,
  repo: Repository,
  { commit, oid }: { commit: NewCommit; oid: string },
): Promise<void> {
  const head = await readBranch(octokit, repo, commit.branch);
  if (head !== oid) throw new Error(`the commit ${oid} on ${commit.branch} does not hold the proven tree`);
  const ref = `heads/${commit.branch}`;
  await octokit.rest.git.updateRef({ ...at(repo), ref, sha: commit.expectedHead, force: true });
}
