import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { ClassicFacts, ProtectionFacts, RulesetFacts, Source } from "../domain/protection.ts";

/**
 * One set of rules for the default branch: a ruleset, or classic protection. GitHub enforces all of them at once, so a
 * demand is met where one layer makes it.
 */
export type Layer = {
  kind: "ruleset" | "classic";
  source: Source;
  pullRequest: { approvals: number; dismissStale: boolean } | null;
  checks: RulesetFacts["checks"];
  noForcePush: boolean;
  noDeletion: boolean;
  /** Who may ignore this layer. */
  bypass: Fact<string[]>;
};

/** `hidden`: why some layers cannot be seen; empty where all of them are. */
export type Layers = { layers: readonly Layer[]; hidden: readonly string[] };

export function layersOf({ rulesets, classic }: ProtectionFacts): Layers {
  return {
    layers: [
      ...(isUnknown(rulesets) ? [] : rulesets.map((ruleset) => ({ kind: "ruleset" as const, ...ruleset }))),
      ...(isUnknown(classic) || classic === null ? [] : [classicLayer(classic)]),
    ],
    hidden: [rulesets, classic].flatMap((part) => (isUnknown(part) ? [part.unknown] : [])),
  };
}

/**
 * `enforceAdmins` and the list of those who may skip pull requests count together: GitHub does not document which of the
 * two wins, so either one is a way around.
 */
function classicLayer({ enforceAdmins, allowForcePushes, allowDeletions, ...classic }: ClassicFacts): Layer {
  return {
    kind: "classic",
    ...classic,
    noForcePush: !allowForcePushes,
    noDeletion: !allowDeletions,
    bypass: [...(enforceAdmins ? [] : ["administrators"]), ...(classic.pullRequest?.bypass ?? [])],
  };
}
