import { CommitSha, TreeSha } from "../domain/repository.ts";
import { runChild } from "./child.ts";
import { git, gitEnvironment, GitError, gitLine, hardening } from "./git.ts";
import type { Host } from "./host.ts";
import { openJob } from "./job.ts";
import type { Layers } from "./layers.ts";
import type { MirrorDirectory } from "./mirror-directory.ts";
import { composeTrees, describe, diffText, diffTrees, listFiles, readFileOf } from "./objects.ts";
import type { Removals } from "./removals.ts";
import type { Mirror, OpenOptions, Workspace } from "./sandbox.ts";
import type { Trees } from "./trees.ts";
import { createWorkspace } from "./workspace.ts";

export type Workshop = { host: Host; removals: Removals; trees: Trees; layers: Layers };

/** The git objects of one repository, and work trees made from them. */
export function createMirror(workshop: Workshop, directory: MirrorDirectory): Mirror {
  return {
    fetch: directory.fetch,
    treeOf: async (commit) =>
      directory.repairing(commit, async () =>
        TreeSha.parse(await gitLine(directory, ["rev-parse", "--verify", `${commit}^{tree}`])),
      ),
    mergeBase: async (a, b) => {
      const base = await gitLine(directory, ["merge-base", a, b], { accept: [1] });
      return base === "" ? undefined : CommitSha.parse(base);
    },
    list: async (tree) => listFiles(directory, tree),
    read: async (tree, path) => readFileOf(directory, tree, path),
    diff: async (from, to) => diffTrees(directory, from, to),
    diffText: async (from, to, maxChars) => diffText(directory, from, to, maxChars),
    compose: async (onto, from, paths) => composeTrees(directory, onto, from, paths),
    keep: async (tree, name) => {
      await git(directory, ["update-ref", `refs/kept/${name.replaceAll(/[^\w/-]/g, "-")}`, tree]);
    },
    commit: async (tree, parent, message) => {
      const args = ["commit-tree", tree, "-p", parent, "-F", "-"];
      return CommitSha.parse(await gitLine(directory, args, { input: message, env: author }));
    },
    publish: async (commit, { directory: target, branch }) => {
      const settings = [...hardening, "-c", "protocol.file.allow=always", "-c", "safe.bareRepository=all"];
      const refspec = `${commit}:refs/heads/${branch}`;
      // Fetched from there, not pushed from here: a push would run the repository's hooks.
      const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
      const argv = ["git", "-C", target, ...settings, "fetch", ...flags, directory.path, refspec];
      const { exitCode, stderr } = await runChild({ argv, env: gitEnvironment(directory.gitConfig) });
      if (exitCode !== 0) throw new GitError("fetch", exitCode, stderr);
    },
    open: async (options) => directory.repairing(options.base, async () => openWorkspace(workshop, directory, options)),
  };
}

const author = {
  GIT_AUTHOR_NAME: "Self-Heal",
  GIT_AUTHOR_EMAIL: "self-heal@localhost",
  GIT_COMMITTER_NAME: "Self-Heal",
  GIT_COMMITTER_EMAIL: "self-heal@localhost",
};

async function openWorkspace(
  { host, removals, trees, layers }: Workshop,
  directory: MirrorDirectory,
  options: OpenOptions,
): Promise<Workspace> {
  const { tree, base } = options;
  const [found, baseTree] = await describe(directory, [`${tree}^{tree}`, `${base}^{tree}`]);
  if (!found || !baseTree) throw new Error(`tree ${tree} or commit ${base} is not in the mirror`);
  const commitTree = TreeSha.parse(baseTree.id);
  // From the base's tree: an attempt's tree differs from it in a few files, which are cheaper to write than to keep.
  const ground = await trees.ground(directory, commitTree);
  const place = { ground, directory, tree, commit: base, commitTree };
  const openBare = async () => openJob(host, removals, { ...place, exclude: [] });
  const held: { release: () => void }[] = [ground];
  const release = () => {
    for (const { release: letGo } of held) letGo();
  };
  try {
    const layer = await layers.layer({ ...options, directory, openBare });
    if (layer) held.push(layer);
    const job = await openJob(host, removals, { ...place, layer: layer?.files, exclude: layer?.exclude ?? [] });
    return createWorkspace(host, job, { directory, tree, layer, release });
  } catch (error) {
    release();
    throw error;
  }
}
