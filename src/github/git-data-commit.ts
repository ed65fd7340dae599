import { isUtf8 } from "node:buffer";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import type { Change, NewCommit } from "./new-commit.ts";
import type { Octokit } from "./octokit.ts";

type CreateTree = NonNullable<Parameters<Octokit["rest"]["git"]["createTree"]>[0]>;
type Entry = CreateTree["tree"][number];
type Mode = "100644" | "100755" | "120000";

/**
 * The same commit out of blobs, a tree and a ref: four requests and one per binary file. The tree is compared before
 * anything points at it. GitHub signs the commit because it names no author.
 */
export async function commitWithGitData(octokit: Octokit, repo: Repository, commit: NewCommit): Promise<CommitSha> {
  const { git } = octokit.rest;
  const base = await git.getCommit({ ...at(repo), commit_sha: commit.expectedHead });
  const entries: Entry[] = [];
  for (const change of commit.changes) entries.push(await entry(octokit, repo, change));
  const tree = await git.createTree({ ...at(repo), base_tree: base.data.tree.sha, tree: entries });
  if (tree.data.sha !== commit.expectedTree)
    throw new Error(`the changes for ${commit.branch} made tree ${tree.data.sha}, not ${commit.expectedTree}`);
  const parents = [commit.expectedHead];
  const made = await git.createCommit({ ...at(repo), message: commit.message, tree: tree.data.sha, parents });
  const sha = CommitSha.parse(made.data.sha);
  // Without force: refused (422) when the branch has got other commits.
  await git.updateRef({ ...at(repo), ref: `heads/${commit.branch}`, sha, force: false });
  return sha;
}

async function entry(octokit: Octokit, repo: Repository, { path, mode, oldMode, contents }: Change): Promise<Entry> {
  if (contents === null) return { path, mode: fileMode(oldMode), type: "blob", sha: null };
  if (isUtf8(contents) && !contents.includes(0))
    return { path, mode: fileMode(mode), type: "blob", content: contents.toString("utf8") };
  const encoded = { content: contents.toString("base64"), encoding: "base64" };
  const blob = await octokit.rest.git.createBlob({ ...at(repo), ...encoded });
  return { path, mode: fileMode(mode), type: "blob", sha: blob.data.sha };
}

function fileMode(mode: string): Mode {
  if (mode === "100644" || mode === "100755" || mode === "120000") return mode;
  throw new Error(`a file cannot be committed with mode ${mode}`);
}
