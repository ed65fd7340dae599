import * as z from "zod";
import { CommitSha, TreeSha } from "./repository.ts";

/** What an attempt cost. Tokens as the model's API reports them; `usd` from the price table; `seconds` of wall time. */
export const Ledger = z.strictObject({
  model: z.string(),
  turns: z.int().min(0),
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cacheReadTokens: z.int().min(0),
  cacheWriteTokens: z.int().min(0),
  usd: z.number().min(0),
  seconds: z.number().min(0),
});
export type Ledger = z.infer<typeof Ledger>;

/** One changed path, read from git objects (never from a work tree). Modes are git's, `000000` where absent. */
export const PatchFile = z.strictObject({
  path: z.string().min(1),
  change: z.enum(["added", "modified", "deleted"]),
  oldMode: z.string(),
  mode: z.string(),
  binary: z.boolean(),
  added: z.int().min(0),
  removed: z.int().min(0),
  /** Bytes of the new blob; 0 for a deletion. */
  bytes: z.int().min(0),
});
export type PatchFile = z.infer<typeof PatchFile>;

/** What the agent says about its work. Untrusted text, shown to reviewers under the agent's name. */
export const Report = z.strictObject({
  title: z.string().max(200),
  rootCause: z.string().max(8_000),
  changes: z.string().max(8_000),
  unchecked: z.string().max(8_000),
});
export type Report = z.infer<typeof Report>;

/**
 * A change against a base commit, as a tree object that is kept in the repository's mirror.
 * `base` is what the proof compares with; `parent` is the commit the new commit goes on top of (the base, or the
 * head of the fix branch on a retry). Untrusted until inspected.
 */
export const Patch = z.strictObject({
  attempt: z.int().positive(),
  base: CommitSha,
  parent: CommitSha,
  tree: TreeSha,
  files: z.array(PatchFile),
  /** Paths that were left behind when the tree was taken out of the sandbox, with the cause. */
  refused: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  report: Report,
  ledger: Ledger,
});
export type Patch = z.infer<typeof Patch>;
