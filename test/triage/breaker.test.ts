import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PastFix } from "../../src/domain/activity.ts";
import { breaker } from "../../src/triage/breaker.ts";

const rules = { breakerFixes: 20, breakerAtLeast: 4, breakerHours: 6 };
const hour = 3_600_000;

/** One end an hour, from `1 * hour` on. */
function fixes(...ends: PastFix["end"][]): PastFix[] {
  return ends.map((end, n) => ({ at: (n + 1) * hour, end }));
}

describe("the circuit breaker", () => {
  test.each<[what: string, ends: PastFix["end"][], now: number, expected: ReturnType<typeof breaker>]>([
    ["is closed without fixes", [], 0, { state: "closed" }],
    ["is closed with too few", ["rejected", "rejected", "rejected"], 4, { state: "closed" }],
    ["is closed below a half", ["merged", "merged", "merged", "rejected", "rejected"], 6, { state: "closed" }],
    ["opens at a half", ["merged", "merged", "rejected", "ciRed"], 5, { state: "open", until: 10 * hour }],
    ["counts a revert twice", ["merged", "merged", "merged", "reverted"], 5, { state: "open", until: 10 * hour }],
    [
      "does not count what was given up",
      ["gaveUp", "gaveUp", "rejected", "rejected", "rejected"],
      6,
      { state: "closed" },
    ],
    [
      "allows a trial when its time is over",
      ["rejected", "rejected", "rejected", "rejected"],
      10,
      { state: "trial", since: 10 * hour },
    ],
  ])("%s", (_, ends, now, expected) => {
    expect(breaker(fixes(...ends), rules, now * hour)).toEqual(expected);
  });

  const open = fixes("rejected", "rejected", "rejected", "rejected");

  test("a merged trial closes it, and what was before counts no more", () => {
    const trial: PastFix = { at: 11 * hour, end: "merged" };
    expect(breaker([...open, trial], rules, 12 * hour)).toEqual({ state: "closed" });
    expect(breaker([...open, trial, { at: 12 * hour, end: "rejected" }], rules, 13 * hour)).toEqual({
      state: "closed",
    });
  });

  test("a bad trial opens it again", () => {
    expect(breaker([...open, { at: 11 * hour, end: "ciRed" }], rules, 12 * hour)).toEqual({
      state: "open",
      until: 17 * hour,
    });
  });

  test("what was under way when it opened does not close it", () => {
    expect(breaker([...open, { at: 5 * hour, end: "merged" }], rules, 6 * hour)).toMatchObject({ state: "open" });
  });
});

test("the order in which the ends are given does not matter, and good ones alone never open it", () => {
  const end = fc.constantFrom<PastFix["end"]>("merged", "rejected", "ciRed", "reverted", "gaveUp");
  const list = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 1e9 }), end }), { selector: ({ at }) => at });
  fc.assert(
    fc.property(list, fc.integer({ min: 0, max: 2e9 }), (all, now) => {
      expect(breaker(all.toReversed(), rules, now)).toEqual(breaker(all, rules, now));
      const good = all.filter((one) => one.end === "merged" || one.end === "gaveUp");
      expect(breaker(good, rules, now)).toEqual({ state: "closed" });
    }),
  );
});
