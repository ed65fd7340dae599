import type { Ledger, Report } from "../domain/patch.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";
import type { Guidance, Signal } from "../domain/signal.ts";
import type { Workspace } from "../sandbox/sandbox.ts";

/** What an engine is asked to do. All text of `signal` and `feedback` is untrusted. */
export type Task = {
  /** Names the run log: `<incident>/<attempt>`. */
  incident: string;
  attempt: number;
  signal: Signal;
  /** An excerpt or a stack that triage added to the signal. */
  detail?: string;
  policy: SettledPolicy;
  /** Repository instructions (`CLAUDE.md`, `AGENTS.md`), read from the default branch. */
  instructions?: string;
  guidance?: Guidance;
  /** Why the last attempt was not good enough. */
  feedback?: string;
  workspace: Workspace;
  /** Ends the attempt at once; `attempt` then throws this signal's reason. */
  signalAbort?: AbortSignal;
};

/** An attempt ends with work to take out of the workspace, or with a reason. */
export type Attempt =
  | { kind: "done"; report: Report; ledger: Ledger }
  | { kind: "none"; reason: Reason; note: string; ledger: Ledger };

/** Who makes the patch. It changes the workspace and says what it did; it never pushes, comments or decides. */
export type Engine = {
  name: "sandbox";
  /**
   * What the model or a limit ends is a value (`none` with its reason). Thrown are only an abort's reason and what broke
   * on our side, such as the sandbox; both leave nothing behind and may be tried again.
   */
  attempt(task: Task): Promise<Attempt>;
  /** Whether the model can be reached, for the readiness check. Must cost no tokens. */
  check(): Promise<{ ok: true } | { ok: false; problem: string }>;
};
