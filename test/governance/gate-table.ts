import { expect, test } from "vitest";
import type { Decision, Outcome, Reason } from "../../src/domain/decision.ts";
import { Policy } from "../../src/domain/policy.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { decidedAt } from "../support/snapshot.ts";

/** One case of a condition: how its node comes out, and what it or a node below it says. `gate` is the policy's. */
export type Row = [title: string, given: Snapshot, outcome: Outcome, text: string, gate?: object];

/** One attack: how it is decided, and the rule that decides. */
export type Attack = [title: string, given: Snapshot, decision: Outcome, rule: string, gate?: object];

export function decide(given: Snapshot, gate: object = {}): Decision {
  return decideGate(given, Policy.parse({ gate }), decidedAt);
}

/** All nodes of one rule, in order. */
export function nodesOf(reason: Reason, rule: string): Reason[] {
  return [
    ...(reason.rule === rule ? [reason] : []),
    ...(reason.children ?? []).flatMap((child) => nodesOf(child, rule)),
  ];
}

export function testCondition(rule: string, rows: readonly Row[]): void {
  test.each(rows)(`${rule}: %s`, (...[, given, outcome, text, gate]) => {
    const found = nodesOf(decide(given, gate).reasons, rule);
    expect(found[0]?.outcome).toBe(outcome);
    expect(found.map((node) => node.text).join("\n")).toContain(text);
  });
}

export function testAttacks(attacks: readonly Attack[]): void {
  test.each(attacks)("attack %s", (...[, given, decision, rule, gate]) => {
    const decided = decide(given, gate);
    expect(decided.decision).toBe(decision);
    expect(decided.reasons.children?.find((condition) => condition.outcome === decision)?.rule).toBe(rule);
  });
}
