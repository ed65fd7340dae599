import * as z from "zod";
import { CommitSha, TreeSha } from "./repository.ts";

/** One command that was run in a fresh sandbox. `exitCode` is null when it was killed (`killedBy` says why). */
export const RunRecord = z.strictObject({
  command: z.string(),
  tree: TreeSha,
  exitCode: z.int().nullable(),
  killedBy: z.enum(["timeout", "output", "abort", "oom"]).optional(),
  ms: z.number().min(0),
  /** SHA-256 of the whole output, hexadecimal. */
  outputHash: z.string(),
  /** The end of the output, for people. */
  tail: z.string(),
});
export type RunRecord = z.infer<typeof RunRecord>;

export const Verdict = z.enum(["proven", "verified", "unproven", "rejected"]);
export type Verdict = z.infer<typeof Verdict>;

/** Something the patch inspection objects to. */
export const Finding = z.strictObject({
  rule: z.enum(["protected-path", "too-large", "binary", "symlink", "mode", "submodule", "refused-path", "empty"]),
  path: z.string().optional(),
  message: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** The record of what was run on which tree, before and after, and the verdict. */
export const Proof = z.strictObject({
  verdict: Verdict,
  base: CommitSha,
  tree: TreeSha,
  /** The patch's own test files, which make up the reproduction. */
  testFiles: z.array(z.string()),
  findings: z.array(Finding),
  /** Base + the patch's tests: must fail. */
  before: RunRecord.optional(),
  /** Base + the whole patch: must pass. */
  after: RunRecord.optional(),
  /** The policy's verify commands on base + the whole patch. */
  verify: z.array(RunRecord),
  /** The same commands on the base alone: failures that the base has too don't count. */
  baseline: z.array(RunRecord),
  /** Base tests + the patch's sources: must pass. */
  oldTests: z.array(RunRecord),
  /** Whether the failure before is the one that was reported; `unknown` where the signal has no error of its own. */
  sameFailure: z.enum(["yes", "no", "unknown"]),
  /** One sentence: why this verdict. */
  reason: z.string(),
});
export type Proof = z.infer<typeof Proof>;
