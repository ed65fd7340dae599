import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptedInstead, isAtLeastAsTight, policyOrder } from "../../src/governance/policy-order.ts";
import { policyKeys } from "../../src/governance/policy-schema.ts";
import { policyValue } from "../support/policy-arbitrary.ts";

const keys = policyKeys().map(([key]) => key);

test("every rule of the policy has an order, and nothing else has", () => {
  expect(Object.keys(policyOrder)).toEqual(keys);
});

describe("where the organisation's value is locked", () => {
  test.each<[key: string, organisation: unknown, accepted: unknown[], refused: unknown[]]>([
    ["enabled", false, [false], [true]],
    ["enabled", true, [true, false], []],
    ["mode", undefined, [undefined, "observe"], ["fix"]],
    ["mode", "fix", ["fix", undefined, "observe"], []],
    ["merge", "manual", ["manual"], ["auto"]],
    ["mergeMethod", "squash", ["squash"], ["merge"]],
    ["verify", ["npm test"], [["npm test"], ["npm run lint", "npm test"]], [[], ["npm run lint"], undefined]],
    ["verify", undefined, [undefined], [["true"]]],
    ["paths.protected", ["a"], [["a", "b"]], [[], ["b"]]],
    ["limits.usd", 2, [2, 1], [2.01]],
    ["limits.watchHours", 24, [24, 48], [23]],
    ["gate.scope", "fixes", ["fixes", "bots"], []],
    ["gate.approvals", 2, [2, 3], [1]],
    ["gate.role", "maintain", ["maintain", "admin"], ["write"]],
    ["gate.teams", [], [[], ["a"]], []],
    ["gate.teams", ["a", "b"], [["a"], ["b", "a"]], [[], ["c"], ["a", "c"]]],
    ["gate.ignore", ["bot"], [["bot", "x"]], [[]]],
    ["gate.pushers", true, [true], [false]],
    ["gate.failingAuthor", false, [false, true], []],
    ["gate.checks", [{ name: "test" }], [[{ name: "test", app: 5 }, { name: "x" }]], [[], [{ name: "lint" }]]],
    [
      "gate.checks",
      [{ name: "test", app: 5 }],
      [[{ name: "test", app: 5 }]],
      [[{ name: "test" }], [{ name: "test", app: 6 }]],
    ],
    [
      "gate.tiers",
      [{ name: "a", approvals: 2, teams: [] }],
      [
        [
          { name: "b", approvals: 1, teams: [] },
          { name: "a", approvals: 2, teams: [] },
        ],
      ],
      [[], [{ name: "a", approvals: 1, teams: [] }]],
    ],
    ["protection.mode", "report", ["report", "block", "enforce"], []],
    ["protection.mode", "block", ["block"], ["report", "enforce"]],
    ["protection.workflow", ".github/workflows/a.yml", [".github/workflows/a.yml"], [false, ".github/workflows/b.yml"]],
    ["protection.workflow", false, [false, ".github/workflows/b.yml"], []],
    ["protection.actionsMayApprove", "yes", ["yes", "no"], ["any"]],
    ["commands.revert", "maintain", ["maintain", "admin"], ["write", "none"]],
    ["commands.stop", "write", ["write"], ["read", "admin"]],
    ["retentionDays", 30, [30], [29, 31]],
  ])("%s at %j accepts %j and refuses %j", (key, organisation, accepted, refused) => {
    for (const value of accepted) expect([value, isAtLeastAsTight(key, organisation, value)]).toEqual([value, true]);
    for (const value of refused) expect([value, isAtLeastAsTight(key, organisation, value)]).toEqual([value, false]);
  });

  test("a key that is not in the table accepts nothing but the same", () => {
    expect([isAtLeastAsTight("new.key", 1, 1), isAtLeastAsTight("new.key", 1, 2)]).toEqual([true, false]);
  });
});

// One refused step must not be possible in two accepted ones.
test.each(keys)("the order of %s is reflexive and transitive", (key) => {
  const value = policyValue(key);
  fc.assert(
    fc.property(value, value, value, (one, two, three) => {
      expect(isAtLeastAsTight(key, one, one)).toBe(true);
      const detour = isAtLeastAsTight(key, one, two) && isAtLeastAsTight(key, two, three);
      expect([one, two, three, detour && !isAtLeastAsTight(key, one, three)]).toEqual([one, two, three, false]);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["gate.approvals", 2, "`2` or more"],
  ["limits.usd", 2, "`2` or less"],
  ["gate.role", "maintain", "`admin` or `maintain`"],
  ["enabled", false, "`false`"],
  ["mode", undefined, "`observe` or unset"],
  ["labels", ["x"], 'only `["x"]`'],
  ["verify", undefined, "leaving it out"],
  ["gate.teams", ["a"], 'some of `["a"]`, at least one'],
  ["protection.mode", "block", "`block`"],
])("of %s at %j is told what would be accepted", (key, organisation, told) => {
  expect(acceptedInstead(key, organisation)).toBe(told);
});
