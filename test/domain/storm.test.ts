import fc from "fast-check";
import { expect, test } from "vitest";
import { isSampled, withSample } from "../../src/domain/samples.ts";
import type { Sample } from "../../src/domain/samples.ts";
import { countedInStorm, isStorm, maxStormTitles } from "../../src/domain/storm.ts";
import { incidentNumber } from "../database/incidents.ts";

test.each<[lately: number, usually: number, limit: number, storm: boolean]>([
  [9, 0, 10, false],
  [10, 0, 10, true],
  [10, 168 * 4, 10, false],
  [12, 168 * 4, 10, true],
  [0, 0, 1, false],
  [1, 0, 1, true],
])("after %i new failures in ten minutes and %i in a week, with a limit of %i, one more is a storm: %j", (...given) => {
  const [lately, usually, stormFailures, storm] = given;
  expect(isStorm({ lately, usually }, { stormFailures })).toBe(storm);
});

test("a storm's counts are those of what was reported, and its list stays short", () => {
  const report = fc.integer({ min: 1, max: 120 });
  fc.assert(
    fc.property(fc.array(report, { maxLength: 400 }), (reports) => {
      const seen = new Set<number>();
      let count = { failures: 0, titles: [] } as Parameters<typeof countedInStorm>[0];
      for (const n of reports) {
        const { fingerprint } = incidentNumber(n);
        count = countedInStorm(count, { fingerprint, title: `t${n}`, isNew: !seen.has(n) });
        seen.add(n);
      }
      expect(count.failures).toBe(seen.size);
      expect(count.titles).toHaveLength(Math.min(seen.size, maxStormTitles));
      const of = (title: string) => reports.filter((n) => `t${n}` === title).length;
      expect(count.titles.filter(({ title, count: known }) => known !== of(title))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("samples are the 1st, 10th, 100th, …, cut to size", () => {
  expect([1, 2, 10, 11, 99, 100, 1_000, 1_000_000, 0].filter(isSampled)).toEqual([1, 10, 100, 1_000, 1_000_000]);
  let samples: Sample[] = [];
  const { signal } = incidentNumber(1);
  for (let n = 1; n <= 2_000; n++)
    samples = withSample(samples, { ...signal, message: "x".repeat(9_999) }, { n, at: n });
  expect(samples.map(({ n, message }) => [n, message.length])).toEqual([1, 10, 100, 1_000].map((n) => [n, 1_000]));
});
