import type { CommitSha, TreeSha } from "../domain/repository.ts";

/** One path as it is to be. Modes are git's; `contents: null` deletes. */
export type Change = { path: string; mode: string; oldMode: string; contents: Buffer | null };

export type NewCommit = {
  branch: string;
  /** Where the branch must stand; the new commit's only parent. */
  expectedHead: CommitSha;
  /** The first line is the headline. */
  message: string;
  changes: readonly Change[];
  /** What the new commit must contain: nothing but what was proven is pushed. */
  expectedTree: TreeSha;
};
