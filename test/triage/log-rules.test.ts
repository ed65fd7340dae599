import { describe, expect, test } from "vitest";
import type { LogRule } from "../../src/triage/log-rule.ts";
import { logRules } from "../../src/triage/log-rules.ts";
import { baitOf, baits, costOf, maxMs } from "./bait.ts";

const own = logRules.filter((rule) => !rule.labelled);

function matches({ cues, pattern }: LogRule, line: string): boolean {
  return cues.some((cue) => line.toLowerCase().includes(cue)) && pattern.test(line);
}

describe.each(own.map((rule) => ({ name: rule.id, rule })))("the rule $name", ({ rule }) => {
  test("finds its example", () => expect(matches(rule, rule.example)).toBe(true));
  test("leaves its counter-example alone", () => expect(matches(rule, rule.counter)).toBe(false));
  test("has cues in lower case, since the text is compared in lower case", () =>
    expect(rule.cues.filter((cue) => cue !== cue.toLowerCase() || cue === "")).toEqual([]));
});

test("every rule has a name of its own", () => {
  expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
});

test("no rule keeps a place between two lines", () => {
  expect(logRules.filter(({ pattern }) => pattern.global || pattern.sticky)).toEqual([]);
});

test.each(baits)("every pattern reads a megabyte of %j in time", (piece) => {
  const lines = baitOf(piece).lines.split("\n");
  for (const { pattern } of own) expect(costOf(() => lines.map((line) => pattern.test(line)))).toBeLessThan(maxMs);
});
