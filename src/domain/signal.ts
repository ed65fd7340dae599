import * as z from "zod";
import { Repository } from "./repository.ts";

/** GitHub's number of an account: it survives a change of the login, and is never given to somebody else. */
export const AccountId = z.int().positive();

/**
 * Whoever caused an event, as GitHub names them. Permission is asked later, never assumed from here. Records from before
 * ids were kept have none.
 */
export const Actor = z.strictObject({ id: AccountId.optional(), login: z.string().min(1), type: z.string() });
export type Actor = z.infer<typeof Actor>;

/** One place in the code that a report points at. Lines and columns count from 1. */
export const Frame = z.strictObject({
  file: z.string().min(1),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
  function: z.string().optional(),
  /** The package, class or module that the code belongs to, where the sender or the stack names one. */
  module: z.string().max(300).optional(),
  /** Whether it is the application's own code, where the sender says so; else the path is asked. */
  inApp: z.boolean().optional(),
});
export type Frame = z.infer<typeof Frame>;

/** One of several errors of which one led to the other. */
export const Exception = z.strictObject({
  type: z.string().max(200).optional(),
  message: z.string().max(20_000).optional(),
  /** The crash site first. */
  frames: z.array(Frame).max(500),
});
export type Exception = z.infer<typeof Exception>;

/** Where a signal came from, with what is needed to answer there. */
export const Origin = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("issue"), number: z.int().positive() }),
  z.strictObject({ kind: z.literal("dispatch") }),
  z.strictObject({ kind: z.literal("workflow"), run: z.int().positive(), name: z.string() }),
  z.strictObject({ kind: z.literal("local") }),
  /** A monitor reported it: the configured source, its kind of sender, and what the sender calls the place. */
  z.strictObject({
    kind: z.literal("monitor"),
    source: z.string().max(100),
    sender: z.string().max(50),
    project: z.string().max(300),
  }),
  /** Not one failure but many at once; Self-Heal itself reports it, in an issue of its own. */
  z.strictObject({ kind: z.literal("storm"), issue: z.int().positive().optional() }),
]);
export type Origin = z.infer<typeof Origin>;

/**
 * One normalised report that something failed.
 * Every text in it is untrusted: cut to size here, and shown to a model only inside a delimited block.
 */
export const Signal = z.strictObject({
  origin: Origin,
  repository: Repository,
  title: z.string().min(1).max(300),
  errorType: z.string().max(200).optional(),
  message: z.string().max(20_000),
  /** The long text: an issue's body, a stack trace, an excerpt of a log. */
  detail: z.string().max(60_000).optional(),
  /** The crash site first, its callers after it. */
  frames: z.array(Frame).max(500),
  /** The whole chain, the outermost first and the root cause last; absent where there is only one. */
  exceptions: z.array(Exception).min(2).max(20).optional(),
  commit: z.string().optional(),
  environment: z.string().max(200).optional(),
  url: z.string().max(2_000).optional(),
  /** The version that failed, as the sender names it. */
  release: z.string().max(200).optional(),
  level: z.enum(["fatal", "error", "warning", "info"]).optional(),
  /** What the sender itself calls this failure; used for grouping where present. */
  group: z.string().max(300).optional(),
  /** Other names under which the sender knows the same failure: its own issue's id, an alert's fingerprint. */
  aliases: z.array(z.string().max(300)).max(20).optional(),
  /** `maintainer`: a person with write permission vouched for the text. `telemetry`: a machine sent it. */
  trust: z.enum(["maintainer", "telemetry"]),
  /** The person who asked for the fix, whose write permission triage checks. Absent for machines. */
  requester: Actor.optional(),
  /** Whoever caused the delivery, person or machine. They asked for the fix as much as a requester did. */
  sender: Actor.optional(),
  /** UTC milliseconds. */
  at: z.int(),
});
export type Signal = z.infer<typeof Signal>;

/** Which signals are the same failure: `v1:` and 32 hexadecimal digits. */
export const Fingerprint = z.string().regex(/^v1:[0-9a-f]{32}$/);
export type Fingerprint = z.infer<typeof Fingerprint>;

/** A human's words that steer the next attempt; from a review comment it carries the place in the diff. */
export const Guidance = z.strictObject({
  by: z.string(),
  text: z.string().max(10_000),
  path: z.string().optional(),
  line: z.int().positive().optional(),
  hunk: z.string().max(10_000).optional(),
});
export type Guidance = z.infer<typeof Guidance>;
