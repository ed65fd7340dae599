import { unknown } from "../../src/domain/fact.ts";
import { Policy } from "../../src/domain/policy.ts";
import type { ClassicFacts, ExpectationId, ProtectionFacts, RulesetFacts } from "../../src/domain/protection.ts";
import { protectionReport } from "../../src/governance/protection-report.ts";

export const appId = 4242;
export const actionsApp = 15_368;
/** 2026-06-01T00:00:00Z. */
export const at = Date.UTC(2026, 5, 1);
export const daysAgo = (days: number): number => at - days * 86_400_000;
const settingsUrl = "https://github.com/acme/shop/settings";

export const policyWith = (protection: object = {}): Policy => Policy.parse({ protection });

/** Says everything that the default policy asks for. */
export const strictRuleset = (changes: Partial<RulesetFacts> = {}): RulesetFacts => ({
  name: "main",
  source: { name: "Ruleset main", url: "https://github.com/acme/shop/rules/1" },
  pullRequest: { approvals: 1, dismissStale: true },
  checks: [
    { name: "lint", app: actionsApp },
    { name: "test", app: actionsApp },
    { name: "self-heal/approval (main)", app: appId },
  ],
  noForcePush: true,
  noDeletion: true,
  bypass: [],
  ...changes,
});

/** Says nothing. */
export const emptyRuleset = (changes: Partial<RulesetFacts> = {}): RulesetFacts =>
  strictRuleset({ name: "empty", pullRequest: null, checks: [], noForcePush: false, noDeletion: false, ...changes });

export const strictClassic = (changes: Partial<ClassicFacts> = {}): ClassicFacts => ({
  source: { name: "Classic branch protection", url: `${settingsUrl}/branches` },
  pullRequest: { approvals: 1, dismissStale: true, bypass: [] },
  checks: strictRuleset().checks,
  enforceAdmins: true,
  allowForcePushes: false,
  allowDeletions: false,
  ...changes,
});

/** All as the default policy expects it. */
export const goodFacts = (changes: Partial<ProtectionFacts> = {}): ProtectionFacts => ({
  fullName: "acme/shop",
  defaultBranch: "main",
  settingsUrl,
  rulesets: [strictRuleset()],
  classic: null,
  actions: { workflowPermissions: "write", mayApprove: true },
  secrets: [{ name: "ANTHROPIC_API_KEY", updatedAt: daysAgo(10) }],
  organizationSecrets: [],
  workflow: { path: ".github/workflows/ai-self-heal.yml", state: "active" },
  bypasses: [],
  reported: unknown("Not asked."),
  ...changes,
});

const parts = [
  "rulesets",
  "classic",
  "actions",
  "secrets",
  "organizationSecrets",
  "workflow",
  "bypasses",
  "reported",
] as const;
export type Part = (typeof parts)[number];
export const factParts: readonly Part[] = parts;

export const blind = (names: readonly Part[]): Partial<ProtectionFacts> =>
  Object.fromEntries(names.map((name) => [name, unknown(`${name} cannot be seen.`)]));

export const judged = (facts: ProtectionFacts, policy = policyWith()) =>
  protectionReport(facts, policy, { appId, at }).expectations;

export function expectation(id: ExpectationId, facts: ProtectionFacts, policy = policyWith()) {
  const found = judged(facts, policy).find((one) => one.id === id);
  if (!found) throw new Error(`the policy does not ask for ${id}`);
  return found;
}
