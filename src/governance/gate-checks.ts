import { gateCheckName, worst } from "../domain/decision.ts";
import type { Outcome, Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { CheckResult, RuledCheck, Snapshot } from "../domain/snapshot.ts";
import type { GateCase } from "./gate-case.ts";
import { code, count, reason, summed } from "./gate-reason.ts";

const rule = "checks";

/** Whether every required check succeeded on the head commit. Skipped and neutral is not success here, as it is for GitHub. */
export function checksCondition({ snapshot, policy }: GateCase): Reason {
  const { checks, requiredChecks } = snapshot;
  if (isUnknown(checks)) return reason(rule, "unknown", `The checks could not be read: ${code(checks.unknown)}`);
  const asked = policy.gate.checks.map(({ name, app = null }): RuledCheck => ({ name, app, source: "the policy" }));
  const ruled = isUnknown(requiredChecks) ? [] : requiredChecks;
  const nodes = without(duplicatesJoined([...ruled, ...asked]), snapshot).map((wanted) => checkReason(wanted, checks));
  if (isUnknown(requiredChecks))
    nodes.unshift(
      reason(rule, "unknown", `Which checks GitHub requires could not be read: ${code(requiredChecks.unknown)}`),
    );
  if (nodes.length === 0) return reason(rule, "pass", "No checks are required, so none of them says that this works.");
  const green = nodes.filter(({ outcome }) => outcome === "pass").length;
  return summed(rule, `${green} of ${count(nodes.length, "required check")} succeeded.`, nodes);
}

/** The gate does not wait for itself. The same name pinned to another App is another check. */
function without(required: readonly RuledCheck[], { app, pull }: Snapshot): RuledCheck[] {
  const own = gateCheckName(pull.base);
  return required.filter((check) => check.name !== own || (check.app !== null && check.app !== app.id));
}

/** Several rules may require the same check. */
function duplicatesJoined(required: readonly RuledCheck[]): RuledCheck[] {
  const known = new Map<string, RuledCheck>();
  for (const check of required) {
    const key = `${check.app}/${check.name}`;
    const before = known.get(key);
    const source = before && before.source !== check.source ? `${before.source}, ${check.source}` : check.source;
    known.set(key, { ...check, source });
  }
  return [...known.values()];
}

/**
 * A check run and a commit status of one name must both have succeeded, as GitHub has it. A status can spoil a check that
 * is pinned to an App but never stand in for it, because anybody with write access can post one.
 */
function checkReason({ name, app, source }: RuledCheck, checks: readonly CheckResult[]): Reason {
  const named = checks.filter((check) => check.name === name);
  const own = app === null ? named : named.filter((check) => check.app === app);
  const pinned = app === null ? "not pinned to an App" : `of App ${app}`;
  const who = `${code(name)} (${pinned}, required by ${code(source)})`;
  if (own.length === 0) {
    const others = named.length > 0 ? " What others reported under this name does not count." : "";
    return reason(rule, "pending", `${who} is missing.${others}`);
  }
  const results = [...own, ...named.filter((check) => app !== null && check.app === null)];
  const worths = results.map(outcomeOfCheck);
  const outcome = worst(worths);
  const result = results[worths.indexOf(outcome)];
  return reason(rule, outcome, `${who} ${result ? told(result) : "is missing"}.`);
}

const unfinished = new Set(["action_required", "waiting", "pending", "expected"]);

function outcomeOfCheck({ status, conclusion }: CheckResult): Outcome {
  if (status !== "completed") return "pending";
  if (conclusion === null) return "unknown";
  if (conclusion === "success") return "pass";
  return unfinished.has(conclusion) ? "pending" : "fail";
}

function told({ status, conclusion }: CheckResult): string {
  if (status !== "completed") return `is ${status === "queued" ? "queued" : "running"}`;
  if (conclusion === "success") return "succeeded";
  if (conclusion === null) return "ended without a result";
  if (conclusion === "skipped" || conclusion === "neutral") return `ended as ${conclusion}, which is not success`;
  return `ended as ${code(conclusion)}`;
}
