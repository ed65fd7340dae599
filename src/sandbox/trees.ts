import { join } from "node:path";
import type { TreeSha } from "../domain/repository.ts";
import { git } from "./git.ts";
import type { GitDirectory } from "./git.ts";
import type { Host } from "./host.ts";
import type { Removals } from "./removals.ts";
import { openShelf } from "./shelf.ts";

/** A materialised tree to mount below a work tree, and how to get from it to the tree that is wanted. */
export type Ground = {
  /** The directory with the files. */
  files: string;
  /** git's index of those files, with their times. */
  index: string;
  /** Which tree that is. */
  tree: TreeSha;
  release: () => void;
};

export type Trees = { ground(directory: GitDirectory, tree: TreeSha): Promise<Ground> };

// A switch writes this many files at most: about as long as mounting takes. Above, a full checkout pays.
const maxSwitchedFiles = 300;

/** Keeps checked-out trees, one copy for all work trees that start from it. */
export function createTrees(host: Host, removals: Removals): Trees {
  const shelf = openShelf(host, "trees", { entries: 40, bytes: 20 * 1024 ** 3 }, removals);
  const newest = new Map<string, TreeSha>();
  const underWay = new Map<TreeSha, Promise<void>>();

  const take = async (tree: TreeSha): Promise<Ground | undefined> => {
    const taken = await shelf.take(tree);
    return (
      taken && { tree, files: join(taken.path, "files"), index: join(taken.path, "index"), release: taken.release }
    );
  };
  const near = async (directory: GitDirectory, tree: TreeSha): Promise<Ground | undefined> => {
    const other = newest.get(directory.path);
    if (other === undefined) return undefined;
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", other, tree];
    const changed = await git(directory, args).catch(() => undefined);
    const count = changed?.stdout.filter((byte) => byte === 0).length ?? Infinity;
    return count <= maxSwitchedFiles ? take(other) : undefined;
  };
  const materialise = async (directory: GitDirectory, tree: TreeSha) => {
    const draft = await shelf.draft(["files"]);
    await checkOut(host, directory, tree, draft);
    await shelf.add(tree, draft, "");
    newest.set(directory.path, tree);
  };
  return {
    ground: async (directory, tree) => {
      const ready = (await take(tree)) ?? (await near(directory, tree));
      if (ready) return ready;
      const work = underWay.get(tree) ?? materialise(directory, tree).finally(() => underWay.delete(tree));
      underWay.set(tree, work);
      await work;
      const ground = await take(tree);
      if (ground === undefined) throw new Error(`tree ${tree} vanished while it was prepared`);
      return ground;
    },
  };
}

/** Objects come from the mirror, attributes from its own override: no filter of the repository runs. */
async function checkOut(host: Host, directory: GitDirectory, tree: TreeSha, draft: string): Promise<void> {
  const args = ["-c", "core.bare=false", "-c", "checkout.workers=2", `--work-tree=${draft}/files`];
  await git(directory, [...args, "read-tree", "-u", "--reset", tree], {
    identity: host.identity,
    env: { GIT_INDEX_FILE: join(draft, "index") },
    timeoutMs: 600_000,
  });
}
