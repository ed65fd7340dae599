import type { CommitSha, Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { readBranch } from "./branches.ts";
import { commitWithGitData } from "./git-data-commit.ts";
import { commitWithGraphql } from "./graphql-commit.ts";
import { errorKind } from "./github-error.ts";
import type { Change, NewCommit } from "./new-commit.ts";
import type { Octokit } from "./octokit.ts";

/** `moved`: the branch stands somewhere else, on a commit that is not ours. Nothing was changed. */
export type Committed = { kind: "committed"; head: CommitSha } | { kind: "moved"; head: CommitSha };

/**
 * Puts one commit on a branch, as the App, signed by GitHub. Safe to repeat: a commit of ours with the same parent and
 * tree is taken as done. One request where all files are plain; throws, with the branch as it was, when the resulting
 * tree is not the expected one.
 */
export async function commitTree(octokit: Octokit, repo: Repository, commit: NewCommit): Promise<Committed> {
  try {
    if (commit.changes.every(isPlain)) return committed(await commitWithGraphql(octokit, repo, commit));
    // The mutation compares the head by itself; moving a ref does not.
    const head = await readBranch(octokit, repo, commit.branch);
    if (head !== commit.expectedHead) return await settle(octokit, repo, { commit, head });
    return committed(await commitWithGitData(octokit, repo, commit));
  } catch (error) {
    const kind = errorKind(error);
    if (kind === undefined || !["conflict", "not-found", "invalid"].includes(kind)) throw error;
    const head = await readBranch(octokit, repo, commit.branch);
    if (head === commit.expectedHead) throw error;
    return settle(octokit, repo, { commit, head });
  }
}

function committed(head: CommitSha): Committed {
  return { kind: "committed", head };
}

type Found = { commit: NewCommit; head: CommitSha | undefined };

/** The branch does not stand where it should: it has moved, perhaps to our own commit, made before a crash. */
async function settle(octokit: Octokit, repo: Repository, { commit, head }: Found): Promise<Committed> {
  if (head === undefined) throw new Error(`the branch ${commit.branch} is gone`);
  const { data } = await octokit.rest.repos.getCommit({ ...at(repo), ref: head, per_page: 1 });
  const parents = data.parents.map(({ sha }) => sha).join();
  if (data.commit.tree.sha !== commit.expectedTree || parents !== commit.expectedHead) return { kind: "moved", head };
  const { login } = await octokit.self.identity();
  const author = data.author && "login" in data.author ? data.author.login : undefined;
  return author === login ? committed(head) : { kind: "moved", head };
}

/** The GraphQL mutation writes plain files only: it knows no executables and no symbolic links. */
function isPlain({ mode, oldMode }: Change): boolean {
  return [mode, oldMode].every((value) => value === "100644" || value === "000000");
}
