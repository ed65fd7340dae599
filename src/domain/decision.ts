import * as z from "zod";
import { CommitSha } from "./repository.ts";

/** What the gate says. `unknown` blocks like `fail`: what cannot be seen is never waved through. */
export const Outcome = z.enum(["pass", "pending", "unknown", "fail"]);
export type Outcome = z.infer<typeof Outcome>;

/** One condition, how it came out, and what that rests on. `rule` is stable; `text` is a sentence for people. */
export type Reason = { rule: string; outcome: Outcome; text: string; children?: Reason[] | undefined };
export const Reason: z.ZodType<Reason> = z.lazy(() =>
  z.strictObject({
    rule: z.string(),
    outcome: Outcome,
    text: z.string(),
    children: z.array(Reason).optional(),
  }),
);

/** The gate's decision about one pull request at one time, with its reasons as a tree. */
export const Decision = z.strictObject({
  decision: Outcome,
  /** One sentence. */
  summary: z.string(),
  reasons: Reason,
  /** Logins whose approvals counted. */
  approvedBy: z.array(z.string()),
  head: CommitSha,
  base: z.string(),
});
export type Decision = z.infer<typeof Decision>;

const order: readonly Outcome[] = ["pass", "pending", "unknown", "fail"];

/** The worst of several outcomes; `pass` of none. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  return order[Math.max(0, ...outcomes.map((outcome) => order.indexOf(outcome)))] ?? "fail";
}

/** The gate's check run. One name per base branch, because checks belong to a commit, not to a pull request. */
export function gateCheckName(base: string): string {
  return `self-heal/approval (${base})`;
}
