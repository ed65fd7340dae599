import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { errorKind } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** The commit a branch points at. Undefined: no such branch, or a repository without a commit. */
export async function readBranch(octokit: Octokit, repo: Repository, branch: string): Promise<CommitSha | undefined> {
  try {
    const { data } = await octokit.rest.git.getRef({ ...at(repo), ref: `heads/${branch}` });
    return CommitSha.parse(data.object.sha);
  } catch (error) {
    // An empty repository answers 409 "Git Repository is empty".
    if (["not-found", "conflict"].includes(errorKind(error) ?? "")) return undefined;
    throw error;
  }
}

/** Makes a branch at a commit. A branch that is there already is left alone. Gives the commit it points at. */
export async function createBranch(
  octokit: Octokit,
  repo: Repository,
  branch: string,
  sha: CommitSha,
): Promise<CommitSha> {
  try {
    const { data } = await octokit.rest.git.createRef({ ...at(repo), ref: `refs/heads/${branch}`, sha });
    return CommitSha.parse(data.object.sha);
  } catch (error) {
    // 422: it exists, or the commit does not.
    if (errorKind(error) !== "invalid") throw error;
    const head = await readBranch(octokit, repo, branch);
    if (head === undefined) throw error;
    return head;
  }
}
