import type { Caller } from "./access.ts";
import { invalid } from "./reply.ts";
import { noReply } from "./render-git.ts";
import type { Account, Repository, World } from "./world.ts";
import { assertWorkflowsAllowed } from "./workflow-files.ts";

export type FileChanges = {
  parent: string;
  message: string;
  additions: { path: string; content: Buffer }[];
  deletions: string[];
  caller: Caller;
  by: Account;
};

const noObject = "0".repeat(40);

/**
 * The commit of `createCommitOnBranch`: signed by GitHub, its author the caller. A path keeps the mode it has; a new
 * one becomes an ordinary file, because the mutation has no way to say otherwise.
 */
export async function commitFiles(world: World, repository: Repository, changes: FileChanges): Promise<string> {
  const { git } = repository;
  const { parent, message, additions, deletions, caller, by } = changes;
  const modes = new Map(
    (await git.tree(parent, true)).filter(({ type }) => type === "blob").map(({ path, mode }) => [path, mode]),
  );
  const env = { GIT_INDEX_FILE: `${git.directory}/index-${world.nextId()}` };
  await git.line(["read-tree", parent], { env });
  const rows: string[] = [];
  for (const path of deletions) {
    if (!modes.has(path)) {
      throw invalid(`A path was requested for deletion which does not exist as of commit oid \`${parent}\`: ${path}`);
    }
    rows.push(`0 ${noObject}\t${path}\0`);
  }
  for (const { path, content } of additions) {
    if (isBadPath(path)) {
      throw invalid(`A path was requested that is invalid: ${path}`);
    }
    rows.push(`${modes.get(path) ?? "100644"} ${await git.writeBlob(content)}\t${path}\0`);
  }
  await git.run(["update-index", "--add", "-z", "--index-info"], { env, input: rows.join("") });
  const tree = await git.line(["write-tree"], { env });
  const author = { name: by.login, email: noReply(by), date: world.now() };
  const committer = { name: "GitHub", email: "noreply@github.com", date: world.now() };
  const sha = await git.writeCommit({ tree, parents: [parent], author, committer, message });
  await assertWorkflowsAllowed(repository, caller, { from: parent, to: sha });
  if (caller.kind === "installation") repository.signed.add(sha);
  return sha;
}

/** Paths that git must not be given: outside the tree, or its own folder. */
export function isBadPath(path: string): boolean {
  return path === "" || path.startsWith("/") || path.split("/").some((part) => /^(\.\.?|\.git|)$/i.test(part));
}
