import { expect, test } from "vitest";
import { isUnsure, withOpinion } from "../../src/triage/second-opinion.ts";
import { signal } from "./signals.ts";

const rules = (value: number) => ({ value, terms: [{ name: "a machine reported it", delta: value }] });

test.each([
  [0.34, false],
  [0.35, true],
  [0.6, true],
  [0.74, true],
  [0.75, false],
])("with %d a model is asked: %s", (value, asked) => expect(isUnsure(signal(), rules(value), 0.6)).toBe(asked));

test("nobody asks a model about a person's word", () => {
  expect(isUnsure(signal({ origin: { kind: "issue", number: 1 } }), rules(0.6), 0.6)).toBe(false);
});

test.each([
  [true, 1, 0.7],
  [true, 0.5, 0.5],
  [false, 1, 0.3],
  [false, 0.5, 0.5],
])("an opinion (actionable %s, sure %d) makes 0.5 to %d", (actionable, confidence, value) => {
  const { value: total, terms } = withOpinion(rules(0.5), { actionable, confidence });
  expect(total).toBe(value);
  expect(terms).toHaveLength(2);
});
