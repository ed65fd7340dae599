import * as z from "zod";
import { Patch } from "./patch.ts";
import { SettledPolicy } from "./policy.ts";
import { Proof } from "./proof.ts";
import { reasonCodes } from "./reason.ts";
import { CommitSha } from "./repository.ts";
import { Sample } from "./samples.ts";
import { Actor, Fingerprint, Guidance, Signal } from "./signal.ts";
import { StormCount } from "./storm.ts";

/** A short id that people can read out and that names branches: 8 lower-case letters and digits. */
export const IncidentId = z
  .string()
  .regex(/^[a-z0-9]{8}$/)
  .brand<"IncidentId">();
export type IncidentId = z.infer<typeof IncidentId>;

/** Fix branches, and only they, start like this. */
export const fixBranchPrefix = "self-heal/";

/** The fix pull request. `head` is the commit that checks and approvals are about. */
export const Pull = z.strictObject({ number: z.int().positive(), head: CommitSha, branch: z.string() });
export type Pull = z.infer<typeof Pull>;

/**
 * How often it was tried. `attempt` only grows and names things; `automatic` and `ci` count since a human last spoke.
 */
export const Tries = z.strictObject({ attempt: z.int().min(0), automatic: z.int().min(0), ci: z.int().min(0) });
export type Tries = z.infer<typeof Tries>;

const reason = z.enum(reasonCodes);
const common = { tries: Tries, pull: Pull.optional() };
const open = { tries: Tries, pull: Pull };

export const Outcome = z.enum(["healed", "rejected", "ignored", "gaveUp", "reverted", "needsHuman"]);
export type Outcome = z.infer<typeof Outcome>;

/** Where an incident is in its life. Stored as JSON, so the schema is also the migration check. */
export const State = z.discriminatedUnion("phase", [
  z.strictObject({ phase: z.literal("triaging"), guidance: Guidance.optional() }),
  z.strictObject({
    phase: z.literal("held"),
    reason,
    note: z.string(),
    /** Held before triage was over: whoever goes on starts with it, so that nothing is fixed that triage would refuse. */
    untriaged: z.strictObject({ guidance: Guidance.optional() }).optional(),
    ...common,
  }),
  z.strictObject({ phase: z.literal("fixing"), ...common }),
  z.strictObject({ phase: z.literal("proving"), patch: Patch, ...common }),
  z.strictObject({ phase: z.literal("proposing"), patch: Patch, proof: Proof, ...common }),
  z.strictObject({ phase: z.literal("checking"), ...open }),
  z.strictObject({ phase: z.literal("awaitingApproval"), ...open }),
  z.strictObject({ phase: z.literal("merging"), approvedBy: z.string(), ...open }),
  z.strictObject({ phase: z.literal("watching"), pull: Pull, mergeSha: CommitSha }),
  z.strictObject({
    phase: z.literal("reverting"),
    pull: Pull,
    mergeSha: CommitSha,
    revert: z.int().positive().optional(),
    /** The person who asked for the revert; absent where the failure came back. */
    askedBy: z.string().optional(),
  }),
  z.strictObject({
    phase: z.literal("closed"),
    outcome: Outcome,
    reason,
    note: z.string(),
    pull: Pull.optional(),
    /** The merge that can still be taken back. */
    mergeSha: CommitSha.optional(),
    /** The revert that somebody asked for afterwards; its number once it is there. */
    revert: z.union([z.enum(["asked", "failed"]), z.int().positive()]).optional(),
  }),
]);
export type State = z.infer<typeof State>;
export type Phase = State["phase"];
export type In<P extends Phase> = Extract<State, { phase: P }>;

/** The pull requests of an incident: the fix, then its revert. */
export function pullNumbers(state: State): number[] {
  const pull = "pull" in state && state.pull ? [state.pull.number] : [];
  return "revert" in state && typeof state.revert === "number" ? [...pull, state.revert] : pull;
}

/** One failure being healed, as it is kept. Times are UTC milliseconds. */
export const Incident = z.strictObject({
  id: IncidentId,
  fingerprint: Fingerprint,
  signal: Signal,
  /** How many signals were about this failure, the first included. */
  signals: z.int().positive(),
  /** Some of them. */
  samples: z.array(Sample).optional(),
  /** When the latest arrived. */
  lastSeenAt: z.int().optional(),
  /** What a storm's own incident counts. */
  storm: StormCount.optional(),
  /** A person said `go` or `retry`: what only slows machines down does not hold it. */
  asked: z.literal(true).optional(),
  state: State,
  /** Read from the default branch at triage; absent before. A pull request cannot change its own rules. */
  policy: SettledPolicy.optional(),
  /** The latest patch and proof, kept when the phase moves on, for comments and the pull request's body. */
  patch: Patch.optional(),
  proof: Proof.optional(),
  /** Who asked for this fix, or for something about it: none of them can approve it. */
  requesters: z.array(Actor).default([]),
  /** Who pushed to the fix branch beside the App, as webhooks named them. */
  pushers: z.array(Actor).default([]),
  /** The closed incident that this one follows. */
  follows: IncidentId.optional(),
  openedAt: z.int(),
  changedAt: z.int(),
});
export type Incident = z.infer<typeof Incident>;
