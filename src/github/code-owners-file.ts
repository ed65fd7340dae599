import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/** The first that exists counts (GitHub docs, "About code owners"); "" is the root. */
const places = [".github", "", "docs"];
/** GitHub does not load a larger one (same page). */
const maxBytes = 3_000_000;

/**
 * The text of CODEOWNERS on a branch; `null` where there is none. It is looked for by trees, because a "not found" costs a
 * request each time while an unchanged tree is free. Two to four requests. Needs scope `govern`.
 */
export async function readCodeOwners(octokit: Octokit, repo: Repository, branch: string): Promise<Fact<string | null>> {
  return visible<Fact<string | null>>("CODEOWNERS", "Contents: read", async () => {
    const root = await readTree(octokit, repo, branch);
    for (const place of places) {
      const folder = place === "" ? root : await readFolder(octokit, repo, { root, place });
      const file = folder.entries.find(({ path }) => path === "CODEOWNERS");
      if (file) return readText(octokit, repo, file);
      if (folder.truncated)
        return unknown(`GitHub does not list all files of ${branch}, so CODEOWNERS may be among them`);
    }
    return null;
  });
}

type Entry = Awaited<ReturnType<Octokit["rest"]["git"]["getTree"]>>["data"]["tree"][number];
type Tree = { entries: Entry[]; truncated: boolean };

async function readTree(octokit: Octokit, repo: Repository, tree_sha: string): Promise<Tree> {
  const { data } = await octokit.rest.git.getTree({ ...at(repo), tree_sha });
  return { entries: data.tree, truncated: data.truncated };
}

async function readFolder(
  octokit: Octokit,
  repo: Repository,
  { root, place }: { root: Tree; place: string },
): Promise<Tree> {
  const folder = root.entries.find(({ path, type }) => path === place && type === "tree");
  return folder ? readTree(octokit, repo, folder.sha) : { entries: [], truncated: false };
}

async function readText(octokit: Octokit, repo: Repository, { mode, sha, size }: Entry): Promise<Fact<string>> {
  if (mode === "120000")
    return unknown("CODEOWNERS is not a plain file on the base branch, so nobody can say who owns what. Replace it.");
  if ((size ?? 0) > maxBytes)
    return unknown("CODEOWNERS is larger than 3 MB on the base branch, so GitHub ignores it. Make it smaller.");
  const { data } = await octokit.rest.git.getBlob({ ...at(repo), file_sha: sha });
  return Buffer.from(data.content, "base64").toString("utf8");
}
