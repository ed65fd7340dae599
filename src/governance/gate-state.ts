import type { Reason } from "../domain/decision.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { GateCase } from "./gate-case.ts";
import { code, reason } from "./gate-reason.ts";

/** Whether the pull request is open for a merge at all. A merged one is judged by its other conditions, after the fact. */
export function stateCondition({ snapshot: { pull } }: GateCase): Reason {
  if (pull.merged) return reason("state", "pass", "It is merged already; this says how it would be judged.");
  if (pull.state === "closed") return reason("state", "fail", "It is closed. Reopen it, or let Self-Heal try again.");
  if (pull.draft) return reason("state", "pending", "It is a draft. Mark it as ready for review when it is.");
  return reason("state", "pass", "It is open and ready for review.");
}

/** What is held rests, whoever approved it. */
export function holdCondition({ fix }: GateCase): Reason[] {
  if (!fix || fix.onHold === null) return [];
  return [reason("hold", "pending", `It is on hold: ${code(fix.onHold)}. \`/self-heal go\` ends that.`)];
}

/** A fix is approved for the branch that it was proposed for, and from a branch of this repository. */
export function baseCondition({ snapshot: { pull }, fix }: GateCase): Reason {
  if (!fix) return reason("base", "pass", `It would be merged into ${code(pull.base)}.`);
  if (fix.base !== pull.base) {
    const text = `It was proposed for ${code(fix.base)} and now aims at ${code(pull.base)}. Set its base back to ${code(fix.base)}.`;
    return reason("base", "fail", text);
  }
  if (pull.fork)
    return reason("base", "fail", "Its branch is in a fork, where Self-Heal never pushes. Close it; it is not ours.");
  return reason("base", "pass", `It aims at ${code(pull.base)}, for which it was proposed.`);
}

const policyTexts: { [S in Snapshot["policy"]["state"]]: [outcome: Reason["outcome"], text: string] } = {
  valid: ["pass", "The policy in force is valid."],
  "last-good": ["pass", "The policy on the default branch has errors, so the last good one is in force. Correct it."],
  unknown: ["unknown", "The policy in force could not be read, so nobody can say what it asks for."],
};

/** Judged by the policy of the default branch, never by what the pull request brings. */
export function policyCondition({ snapshot: { policy } }: GateCase): Reason {
  const [outcome, text] = policyTexts[policy.state];
  return reason("policy", outcome, policy.note === "" ? text : `${text} ${code(policy.note)}`);
}
