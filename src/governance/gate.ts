import { worst } from "../domain/decision.ts";
import type { Decision, Outcome, Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { Policy } from "../domain/policy.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { approvalsCondition, judgeApprovals } from "./gate-approvals.ts";
import { changedPaths, isApp } from "./gate-case.ts";
import type { Fix, GateCase } from "./gate-case.ts";
import { changesCondition } from "./gate-changes-requested.ts";
import { checksCondition } from "./gate-checks.ts";
import { codeOwnersCondition } from "./gate-code-owners.ts";
import { pathsCondition } from "./gate-paths.ts";
import { contributorsOf, proofCondition, provenanceCondition } from "./gate-provenance.ts";
import { code, count, listed, reason } from "./gate-reason.ts";
import { decisiveReviews } from "./gate-reviews.ts";
import { baseCondition, holdCondition, policyCondition, stateCondition } from "./gate-state.ts";
import { applyTiers, neededApprovals, tierCondition } from "./gate-tiers.ts";

/**
 * Whether a pull request may be merged, from what is known about it and the policy in force. The decision is the worst of
 * its conditions, which are the children of its reasons; deeper nodes say what a condition rests on. Never throws.
 *
 * `now` (UTC milliseconds) is the time of the decision: an approval that is dated after it does not count.
 */
export function decideGate(snapshot: Snapshot, policy: Policy, now: number): Decision {
  const judged = whatItIs(snapshot, policy);
  if ("outcome" in judged) return decide(snapshot, [judged], []);
  const { fix } = judged;
  const given: GateCase = {
    snapshot,
    policy,
    now,
    fix,
    contributors: contributorsOf(snapshot, fix),
    reviews: decisiveReviews(snapshot.reviews),
    paths: changedPaths(snapshot.files),
  };
  const approvals = judgeApprovals(given);
  const tiers = applyTiers(given);
  const conditions = [
    stateCondition(given),
    ...holdCondition(given),
    baseCondition(given),
    policyCondition(given),
    provenanceCondition(given),
    ...proofCondition(given),
    pathsCondition(given),
    approvalsCondition(approvals, neededApprovals(given, tiers)),
    changesCondition(given),
    ...tierCondition(tiers, approvals),
    codeOwnersCondition(given, approvals),
    checksCondition(given),
  ];
  const counted = isUnknown(approvals) ? [] : approvals.filter(({ counts }) => counts === "yes");
  return decide(
    snapshot,
    conditions,
    counted.map(({ login }) => login),
  );
}

/**
 * The decisions about several pull requests as one: the worst. For a check run on a commit that is the head of all of
 * them, and for a merge queue's group. Each is a child of the reasons. Throws where there is none to decide about.
 */
export function worstDecision(decisions: readonly Decision[]): Decision {
  const decision = worst(decisions.map((each) => each.decision));
  const decisive = decisions.find((each) => each.decision === decision);
  if (!decisive) throw new Error("cannot tell the worst of no decisions");
  if (decisions.length === 1) return decisive;
  const summary = `${count(decisions.length, "pull request")} decided together: ${decisive.reasons.text}`;
  return {
    ...decisive,
    summary,
    reasons: reason(
      "gate",
      decision,
      summary,
      decisions.map(({ reasons }) => reasons),
    ),
    approvedBy: decisive.approvedBy.filter((login) => decisions.every((each) => each.approvedBy.includes(login))),
  };
}

/** Whether it is for the gate to judge, and as what. A reason: it is not, or that cannot be said. */
function whatItIs(snapshot: Snapshot, policy: Policy): { fix: Fix | undefined } | Reason {
  const { origin, pull } = snapshot;
  if (isUnknown(origin))
    return reason("origin", "unknown", `Whether this is a fix cannot be said: ${code(origin.unknown)}`);
  if (origin.kind === "fix") return { fix: origin };
  if (pull.author && isApp(pull.author, snapshot)) {
    const text =
      "This App opened it but does not remember it as a fix. Close it, or merge its changes in one of your own.";
    return reason("origin", "unknown", text);
  }
  return policy.gate.scope === "bots"
    ? whose(snapshot)
    : reason("origin", "pass", "It is not a fix by Self-Heal; the gate judges fixes only.");
}

function whose({ origin, pull: { author } }: Snapshot): { fix: undefined } | Reason {
  if (author?.type === "Bot" || (!isUnknown(origin) && origin.kind === "bot")) return { fix: undefined };
  return author?.type === "User"
    ? reason("origin", "pass", "A person opened it; the gate judges the pull requests of machines only.")
    : reason("origin", "unknown", "Who opened it is unknown, so it may be a machine's.");
}

function decide(snapshot: Snapshot, conditions: readonly Reason[], approvedBy: readonly string[]): Decision {
  const { number, head, base } = snapshot.pull;
  const decision = worst(conditions.map(({ outcome }) => outcome));
  const summary = summaryOf(decision, conditions, approvedBy);
  const reasons = reason("gate", decision, `#${number} into ${code(base)}. ${summary}`, conditions);
  return { decision, summary, reasons, approvedBy: [...approvedBy], head, base };
}

const openings: { [O in Outcome]: string } = {
  pass: "It may be merged:",
  pending: "Waiting:",
  unknown: "It cannot be decided:",
  fail: "It must not be merged:",
};

function summaryOf(decision: Outcome, conditions: readonly Reason[], approvedBy: readonly string[]): string {
  if (decision === "pass" && approvedBy.length > 0)
    return `${openings.pass} approved by ${listed(approvedBy)}, and every condition holds.`;
  const decisive = conditions.filter(({ outcome }) => outcome === decision);
  const more = decisive.length > 1 && decision !== "pass" ? ` (and ${decisive.length - 1} more)` : "";
  return `${openings[decision]} ${decisive[0]?.text ?? "no condition was looked at."}${more}`;
}
