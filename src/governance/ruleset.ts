import { gateCheckName } from "../domain/decision.ts";
import type { Policy } from "../domain/policy.ts";
import type { ProtectionPolicy } from "../domain/policy-protection.ts";
import type { ProtectionFacts } from "../domain/protection.ts";
import { appOf, isSeen } from "./protection-checks.ts";

/** The one ruleset that belongs to this App. It never changes another one, nor classic protection. */
const rulesetName = "Self-Heal";

type StatusCheck = { context: string; integration_id?: number };

/** As GitHub's API takes it (`POST /repos/{owner}/{repo}/rulesets`). */
type Rule =
  | {
      type: "pull_request";
      parameters: {
        required_approving_review_count: number;
        dismiss_stale_reviews_on_push: boolean;
        require_code_owner_review: boolean;
        require_last_push_approval: boolean;
        required_review_thread_resolution: boolean;
      };
    }
  | {
      type: "required_status_checks";
      parameters: { strict_required_status_checks_policy: boolean; required_status_checks: StatusCheck[] };
    }
  | { type: "non_fast_forward" }
  | { type: "deletion" };

type RulesetBody = {
  name: string;
  target: "branch";
  enforcement: "active";
  bypass_actors: never[];
  conditions: { ref_name: { include: string[]; exclude: string[] } };
  rules: Rule[];
};

/**
 * The ruleset that makes the policy's expectations hold. A check that was never seen is left out, because requiring it
 * would block every merge; one whose App nobody knows is left unpinned. The report names both.
 */
export function expectedRuleset(
  { protection }: Policy,
  { appId, facts }: { appId: number; facts: ProtectionFacts },
): RulesetBody {
  const checks = statusChecks(protection, facts, appId);
  return {
    name: rulesetName,
    target: "branch",
    enforcement: "active",
    bypass_actors: [],
    // Follows a renamed default branch.
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      ...pullRequestRule(protection),
      ...(checks.length > 0 ? [checksRule(checks)] : []),
      ...(protection.noForcePush ? [{ type: "non_fast_forward" as const }] : []),
      ...(protection.noDeletion ? [{ type: "deletion" as const }] : []),
    ],
  };
}

function pullRequestRule({ pullRequest, approvals, dismissStale }: ProtectionPolicy): Rule[] {
  if (!pullRequest && approvals === 0 && !dismissStale) return [];
  return [
    {
      type: "pull_request",
      parameters: {
        required_approving_review_count: approvals,
        dismiss_stale_reviews_on_push: dismissStale,
        require_code_owner_review: false,
        // Somebody other than whoever pushed last: an approval of one's own push is none.
        require_last_push_approval: approvals > 0,
        required_review_thread_resolution: false,
      },
    },
  ];
}

function checksRule(checks: StatusCheck[]): Rule {
  return {
    type: "required_status_checks",
    parameters: { strict_required_status_checks_policy: false, required_status_checks: checks },
  };
}

function statusChecks(
  { checks, pinned, gate }: ProtectionPolicy,
  facts: ProtectionFacts,
  appId: number,
): StatusCheck[] {
  const seen = checks.filter(({ name }) => isSeen(name, facts));
  const wanted = seen.map((check): StatusCheck => {
    const found = pinned || check.app !== undefined ? appOf(check, facts) : { why: "the policy does not pin it" };
    return { context: check.name, ...("app" in found && { integration_id: found.app }) };
  });
  const ours = { context: gateCheckName(facts.defaultBranch), integration_id: appId };
  return gate ? [...wanted.filter(({ context }) => context !== ours.context), ours] : wanted;
}

/**
 * Whether a ruleset is as it should be. Parameters that we do not set are the owner's business (GitHub fills in its own
 * defaults); a rule, check or bypass too many is not.
 */
export function sameRuleset(wanted: RulesetBody, there: unknown): boolean {
  return covers(wanted, there);
}

function covers(wanted: unknown, there: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there) || there.length !== wanted.length) return false;
    return wanted.every((item) => there.some((other) => covers(item, other)));
  }
  if (!isRecord(wanted)) return wanted === there;
  return isRecord(there) && Object.entries(wanted).every(([key, value]) => covers(value, there[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
