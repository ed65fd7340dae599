import * as z from "zod";
import { Command, commandNames, CommentRef } from "./command.ts";
import { Outcome } from "./decision.ts";
import { Pull } from "./incident.ts";
import { Patch, Ledger } from "./patch.ts";
import { SettledPolicy } from "./policy.ts";
import { Proof } from "./proof.ts";
import { reasonCodes } from "./reason.ts";
import { CommitSha } from "./repository.ts";
import { Actor, Guidance } from "./signal.ts";

/** Of a command's reason, this many characters are kept in the event log. */
export const maxWords = 2_000;

const reason = z.enum(reasonCodes);
const note = z.string().max(20_000);
/** What a person gave as a reason, kept with their command. */
const words = z.string().max(maxWords);
const by = z.string();
/** Whose word makes them a requester. Absent in events from before ids were kept: then there is only the login. */
const actor = Actor.optional();

const Verdict = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fix"),
    policy: SettledPolicy,
    confidence: z.number(),
    detail: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("hold"), policy: SettledPolicy, reason, note }),
  z.strictObject({ kind: z.literal("ignore"), reason, note }),
]);

/** Something that happened. Named in the past tense; never a request. Stored as JSON in the event log. */
export const Event = z.discriminatedUnion("type", [
  /** Another signal with the same fingerprint arrived; `requesters` is who asked for its fix or sent it. */
  z.strictObject({
    type: z.literal("recurred"),
    commit: z.string().optional(),
    note,
    requesters: z.array(Actor).optional(),
  }),
  z.strictObject({ type: z.literal("triaged"), verdict: Verdict }),
  z.strictObject({ type: z.literal("patchProduced"), patch: Patch }),
  z.strictObject({ type: z.literal("patchNotFound"), attempt: z.int(), reason, note, ledger: Ledger.optional() }),
  z.strictObject({ type: z.literal("proofPassed"), proof: Proof }),
  /** The proof rejected the patch; `feedback` is what the next attempt gets to read. */
  z.strictObject({ type: z.literal("proofFailed"), proof: Proof, reason, feedback: note }),
  /** A kill switch or a limit stood in the way of an effect. */
  z.strictObject({ type: z.literal("heldBack"), reason, note }),
  /** The fix branch carries the proven tree and the pull request is open. */
  z.strictObject({ type: z.literal("pullOpened"), pull: Pull }),
  /** The fix branch has a head that we did not put there. `by` is who pushed, where a webhook said so. */
  z.strictObject({ type: z.literal("headMoved"), head: CommitSha, by: Actor.optional() }),
  /** Some check on some commit finished. A hint only: the decision reads GitHub's present state. */
  z.strictObject({ type: z.literal("checksReported"), head: CommitSha }),
  z.strictObject({ type: z.literal("checksPassed"), head: CommitSha }),
  z.strictObject({ type: z.literal("checksFailed"), head: CommitSha, feedback: note }),
  /** The gate passed for this commit; nothing else may say so. */
  z.strictObject({ type: z.literal("approved"), by, head: CommitSha }),
  /** What the gate said, for the log: it changes no state. `policy` is the hash of the policy it was decided under. */
  z.strictObject({
    type: z.literal("gateDecided"),
    decision: Outcome,
    head: CommitSha,
    summary: note,
    approvedBy: z.array(z.string()),
    policy: z.string(),
  }),
  z.strictObject({ type: z.literal("mergeRefused"), note }),
  z.strictObject({ type: z.literal("pullMerged"), number: z.int(), sha: CommitSha, by }),
  z.strictObject({ type: z.literal("pullClosed"), number: z.int(), by }),
  z.strictObject({ type: z.literal("watchElapsed") }),
  z.strictObject({ type: z.literal("revertProposed"), number: z.int().positive() }),
  /** Somebody gave a command; whether it counts is asked from the permission API before it becomes one of the next. */
  z.strictObject({ type: z.literal("commandGiven"), command: Command, by: Actor, at: CommentRef }),
  z.strictObject({ type: z.literal("retryAsked"), guidance: Guidance, actor }),
  z.strictObject({ type: z.literal("stopAsked"), by }),
  z.strictObject({ type: z.literal("holdAsked"), by, actor, note: words }),
  z.strictObject({ type: z.literal("goAsked"), by, actor }),
  /** A person continues on the branch. */
  z.strictObject({ type: z.literal("takenOver"), by }),
  z.strictObject({ type: z.literal("notABugSaid"), by, note: words }),
  z.strictObject({ type: z.literal("revertAsked"), by, actor, note: words }),
  /** About the whole repository; the incident is only where it was said. */
  z.strictObject({ type: z.literal("pauseAsked"), by, note: words }),
  z.strictObject({ type: z.literal("resumeAsked"), by }),
  /** A command that did not count, and why: by this person, or in this phase. */
  z.strictObject({ type: z.literal("commandRefused"), command: z.enum(commandNames), by, why: words }),
  /** A monitor sees something wrong with the same service. For the log; it changes no state. */
  z.strictObject({
    type: z.literal("evidenceArrived"),
    title: z.string().max(300),
    detail: note,
    url: z.string().max(2_000).optional(),
    severity: z.enum(["info", "warning", "error", "critical"]),
  }),
  /** The sender says that the failure, or something that was evidence of it, is over. For the log, too. */
  z.strictObject({ type: z.literal("resolvedElsewhere"), by: z.string().max(300) }),
  /** People were told of a storm in this issue: commands there are about its incident. */
  z.strictObject({ type: z.literal("stormTold"), issue: z.int().positive() }),
  z.strictObject({ type: z.literal("effectFailed"), effect: z.string(), message: note }),
]);
export type Event = z.infer<typeof Event>;
export type On<T extends Event["type"]> = Extract<Event, { type: T }>;
