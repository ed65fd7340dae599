import { expect, test } from "vitest";
import type { Decision } from "../../src/domain/decision.ts";
import { Policy } from "../../src/domain/policy.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { simulatePolicy } from "../../src/governance/policy-simulation.ts";
import { decidedAt, snapshot } from "../support/snapshot.ts";

const records = [{ number: 1, snapshot: snapshot(), at: decidedAt }];
const policy = (gate: object): Policy => Policy.parse({ gate });

test("a pull request that a new policy decides otherwise is told with the condition that turned", () => {
  const [one] = simulatePolicy(records, policy({}), policy({ approvals: 5 }), decideGate);
  expect(one).toMatchObject({ number: 1, before: "pass", after: "pending", flips: true });
  expect(one?.why).toMatch(/approv/i);
});

test("one that comes out the same needs no reason", () => {
  expect(simulatePolicy(records, policy({}), policy({ ignore: ["robot"] }), decideGate)).toEqual([
    { number: 1, before: "pass", after: "pass", flips: false, why: "" },
  ]);
});

test("each is decided at the time of its record", () => {
  const times: number[] = [];
  const decide = (...[shot, , now]: Parameters<typeof decideGate>): Decision => {
    times.push(now);
    return decideGate(shot, policy({}), now);
  };
  simulatePolicy(records, policy({}), policy({}), decide);
  expect(times).toEqual([decidedAt, decidedAt]);
});

test("the reason is the condition that made the decision, not one that only changed along", () => {
  const decision = (parts: Pick<Decision, "decision"> & { children: Decision["reasons"][] }): Decision => ({
    decision: parts.decision,
    summary: "summary",
    reasons: { rule: "all", outcome: parts.decision, text: "all", children: parts.children },
    approvedBy: [],
    head: snapshot().pull.head,
    base: "main",
  });
  const decisions = [
    decision({
      decision: "pass",
      children: [
        { rule: "a", outcome: "pass", text: "a ok" },
        { rule: "b", outcome: "pass", text: "b ok" },
      ],
    }),
    decision({
      decision: "fail",
      children: [
        { rule: "a", outcome: "pending", text: "a waits" },
        { rule: "b", outcome: "fail", text: "b fails" },
      ],
    }),
  ];
  const [one] = simulatePolicy(
    records,
    policy({}),
    policy({}),
    () => decisions.shift() ?? decision({ decision: "fail", children: [] }),
  );
  expect(one?.why).toBe("b fails");
});
