import type { Policy } from "../domain/policy.ts";
import { ExpectationId } from "../domain/protection.ts";
import type { ProtectionFacts, ProtectionReport } from "../domain/protection.ts";
import { judgeBypass } from "./protection-bypass.ts";
import { demandsOf, judgeDemand } from "./protection-demands.ts";
import type { Judged, Judging } from "./protection-demands.ts";
import { layersOf } from "./protection-layers.ts";
import {
  judgeActionsApprovals,
  judgeRotation,
  judgeSecrets,
  judgeWorkflow,
  judgeWorkflowPermissions,
} from "./protection-settings.ts";

const titles: { [I in ExpectationId]: string } = {
  "pull-request": "A pull request is required",
  approvals: "Approvals are required",
  "dismiss-stale": "New commits dismiss approvals",
  "required-checks": "Checks are required",
  "pinned-checks": "Required checks are pinned to their App",
  "gate-check": "The gate's check is required from this App",
  "no-bypass": "Nobody can bypass the rules",
  "no-force-push": "Force pushes are refused",
  "no-deletion": "The default branch cannot be deleted",
  "workflow-permissions": "Workflow permissions",
  "actions-may-approve": "Whether GitHub Actions may approve pull requests",
  "workflow-file": "The workflow is there and active",
  secrets: "Secrets are there",
  "secret-rotation": "Secrets are rotated",
};

/**
 * A repository's settings beside what its policy asks for: one expectation per thing that it asks, in a fixed order.
 * Classic protection and rulesets add up. What cannot be seen is `unknown`, unless what can be seen decides it already.
 * `at` in UTC milliseconds.
 */
export function protectionReport(
  facts: ProtectionFacts,
  { protection: policy }: Policy,
  { appId, at }: { appId: number; at: number },
): ProtectionReport {
  const judged = judge({ facts, policy, appId, at });
  const expectations = ExpectationId.options.flatMap((id) => {
    const found = judged[id];
    return found ? [{ id, title: titles[id], ...found }] : [];
  });
  return { at, defaultBranch: facts.defaultBranch, expectations };
}

function judge(judging: Judging): Partial<Record<ExpectationId, Judged | undefined>> {
  const { facts, policy } = judging;
  const layers = layersOf(facts);
  const demands = demandsOf(judging);
  return {
    ...Object.fromEntries(demands.map((demand) => [demand.id, judgeDemand(demand, layers)])),
    "no-bypass": policy.noBypass && demands.length > 0 ? judgeBypass(layers, demands, facts) : undefined,
    "workflow-permissions": judgeWorkflowPermissions(judging),
    "actions-may-approve": judgeActionsApprovals(judging),
    "workflow-file": judgeWorkflow(judging),
    secrets: judgeSecrets(judging),
    "secret-rotation": judgeRotation(judging),
  };
}

/**
 * In mode `block`: what stands in the way of opening a fix, one line each. What is unknown does, too, but for one thing:
 * GitHub shows who may bypass a ruleset only with Administration: write, so with the permissions that the App asks for
 * nothing would ever be opened. Bypasses show afterwards, in the drift issue.
 */
export function blocks(report: ProtectionReport, { protection }: Policy): string[] {
  if (protection.mode !== "block") return [];
  return report.expectations
    .filter(({ id, result }) => result === "fail" || (result === "unknown" && id !== "no-bypass"))
    .map(({ title, result, found }) => `${title}: ${result}. ${found}`);
}
