import type { Fingerprint } from "./signal.ts";

/** Which signals are the same failure, and what that was told from. Stored, so that a later rule can be compared. */
export type Grouping = {
  fingerprint: Fingerprint;
  /** Of the rule. A changed rule gets a new one, and a new prefix of the fingerprint. */
  version: 1;
  /**
   * What decided: the number, the sender's own word (`custom`), the workflow's name, the stack, the error's type and
   * message (`exception`), a message alone, or the alert's title where there is nothing else.
   */
  reason: "issue" | "custom" | "workflow" | "stack" | "exception" | "message" | "alert";
  /** Exactly what was hashed, beside the repository. */
  inputs: string[];
};
