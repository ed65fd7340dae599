import { gateCheckName } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { RequiredCheck } from "../domain/policy-gate.ts";
import type { ProtectionFacts } from "../domain/protection.ts";
import { layersOf } from "./protection-layers.ts";

/** The App that a check is to be pinned to, or why nobody knows. */
type CheckApp = { app: number } | { why: string };

/**
 * The App of a check: the one that the policy names, else the one it is pinned to already, else the only one that was
 * seen to report it. No id is built in: GitHub Actions has another one on every GitHub Enterprise Server.
 */
export function appOf({ name, app }: RequiredCheck, facts: ProtectionFacts): CheckApp {
  if (app !== undefined) return { app };
  const [pinned, ...others] = new Set(
    ruled(facts).flatMap((check) => (check.name === name && check.app !== null ? [check.app] : [])),
  );
  if (pinned !== undefined && others.length === 0) return { app: pinned };
  if (isUnknown(facts.reported)) return { why: facts.reported.unknown };
  const reporters = [...new Set(facts.reported.filter((check) => check.name === name).map((check) => check.app))];
  const [only] = reporters;
  if (only === undefined) return { why: "no check of that name was seen on the latest commits" };
  if (reporters.length > 1) return { why: `several report it: ${reporters.map((id) => id ?? "a status").join(", ")}` };
  return only === null ? { why: "it is a commit status, which does not name its App" } : { app: only };
}

/** Whether a check is required already, or was seen on the latest commits. */
export function isSeen(name: string, facts: ProtectionFacts): boolean {
  const reported = isUnknown(facts.reported) ? [] : facts.reported;
  return [...ruled(facts), ...reported].some((check) => check.name === name);
}

/** Whether GitHub requires the gate's check on the default branch; undefined where that cannot be seen. */
export function isGateRequired(facts: ProtectionFacts): boolean | undefined {
  const gate = gateCheckName(facts.defaultBranch);
  if (ruled(facts).some(({ name }) => name === gate)) return true;
  return layersOf(facts).hidden.length > 0 ? undefined : false;
}

function ruled(facts: ProtectionFacts): { name: string; app: number | null }[] {
  return layersOf(facts).layers.flatMap(({ checks }) => checks);
}
