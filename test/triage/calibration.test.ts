import fc from "fast-check";
import { expect, test } from "vitest";
import { calibration } from "../../src/triage/calibration.ts";

test("predictions are counted in ten bins, the last one with 1", () => {
  const { bins, count } = calibration([
    { confidence: 0.3, good: false },
    { confidence: 0.65, good: true },
    { confidence: 0.69, good: false },
    { confidence: 1, good: true },
  ]);
  expect(count).toBe(4);
  expect(bins.map((bin) => bin.count)).toEqual([0, 0, 0, 1, 0, 0, 2, 0, 0, 1]);
  expect(bins[6]).toMatchObject({ from: 0.6, to: 0.7, shareGood: 0.5 });
  expect(bins[6]?.meanConfidence).toBeCloseTo(0.67);
});

test("the Brier score is 0 for a prophet, 1 for who is always wrong, and absent where nothing ended", () => {
  expect(calibration([{ confidence: 1, good: true }]).brier).toBe(0);
  expect(calibration([{ confidence: 0, good: true }]).brier).toBe(1);
  expect(calibration([{ confidence: 0.5, good: false }]).brier).toBe(0.25);
  expect(calibration([])).not.toHaveProperty("brier");
});

test("every prediction is in one bin", () => {
  const prediction = fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), good: fc.boolean() });
  fc.assert(
    fc.property(fc.array(prediction), (all) => {
      expect(calibration(all).bins.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    }),
  );
});
