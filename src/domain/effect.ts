import * as z from "zod";
import { Command, CommentRef } from "./command.ts";
import { Pull } from "./incident.ts";
import { Patch } from "./patch.ts";
import { Proof } from "./proof.ts";
import { CommitSha } from "./repository.ts";
import { Actor, Guidance } from "./signal.ts";

const attempt = z.int().positive();

/**
 * An order, in the imperative. Run at least once, so each is safe to repeat: branch names, check ids and comment
 * markers derive from the incident and the attempt.
 */
export const Effect = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("triage") }),
  z.strictObject({
    type: z.literal("fix"),
    attempt,
    guidance: Guidance.optional(),
    feedback: z.string().optional(),
    pull: Pull.optional(),
  }),
  z.strictObject({ type: z.literal("prove"), patch: Patch }),
  z.strictObject({ type: z.literal("propose"), patch: Patch, proof: Proof, pull: Pull.optional() }),
  /** Read the pull request's present state and report what webhooks may have missed. */
  z.strictObject({ type: z.literal("observe"), pull: Pull, afterSeconds: z.number().min(0) }),
  z.strictObject({ type: z.literal("markReady"), pull: Pull }),
  z.strictObject({ type: z.literal("merge"), pull: Pull }),
  z.strictObject({ type: z.literal("watch"), afterSeconds: z.number().min(0) }),
  /** `asked`: a person wants it, with their reason; else the failure came back. */
  z.strictObject({
    type: z.literal("revert"),
    pull: Pull,
    mergeSha: CommitSha,
    asked: z.strictObject({ by: z.string(), note: z.string() }).optional(),
  }),
  z.strictObject({ type: z.literal("closePull"), pull: Pull }),
  /** Check who gave a command, react to the comment, and turn it into an event if it counts. */
  z.strictObject({ type: z.literal("answer"), command: Command, by: Actor, at: CommentRef }),
  /** Bring the progress comment and the proof check up to the incident's present state. */
  z.strictObject({ type: z.literal("report") }),
]);
export type Effect = z.infer<typeof Effect>;
export type Order<T extends Effect["type"]> = Extract<Effect, { type: T }>;

/** Effects that occupy a sandbox or a model: the App caps how many run at once. */
export const heavyEffects: readonly Effect["type"][] = ["fix", "prove"];

/** Seconds to wait before the effect is due. */
export function delaySeconds(effect: Effect): number {
  return "afterSeconds" in effect ? effect.afterSeconds : 0;
}
