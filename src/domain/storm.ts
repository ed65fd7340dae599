import * as z from "zod";
import type { IntakePolicy } from "./policy-intake.ts";
import { Fingerprint } from "./signal.ts";

/** So many minutes are looked at; a storm that is older is over, or has been seen already. */
export const stormWindowMs = 10 * 60_000;
/** What is usual in a repository is told from so many days. */
export const usualWindowMs = 7 * 24 * 3_600_000;
/** Failures that a storm incident names; the others are only counted. */
export const maxStormTitles = 50;

/** What a storm incident stands for: failures that were counted instead of each opening an incident. */
export const StormCount = z.strictObject({
  /** How many different ones. */
  failures: z.int().min(0),
  /** The first of them. */
  titles: z
    .array(z.strictObject({ fingerprint: Fingerprint, title: z.string().max(300), count: z.int().positive() }))
    .max(maxStormTitles),
});
export type StormCount = z.infer<typeof StormCount>;

/** How many new failures machines reported: within `stormWindowMs`, and within `usualWindowMs`. */
export type Openings = { lately: number; usually: number };

/** How many new failures within ten minutes are not a storm yet. */
export function stormThreshold(
  { usually }: Pick<Openings, "usually">,
  { stormFailures }: Pick<IntakePolicy, "stormFailures">,
): number {
  const hourlyMean = usually / (usualWindowMs / 3_600_000);
  return Math.max(stormFailures, 3 * hourlyMean);
}

/** Whether one more new failure makes it a storm. */
export function isStorm(openings: Openings, policy: Pick<IntakePolicy, "stormFailures">): boolean {
  return openings.lately + 1 > stormThreshold(openings, policy);
}

/** The storm incident's counts after one more report of a failure. `isNew`: the storm has not seen that failure before. */
export function countedInStorm(
  { failures, titles }: StormCount,
  failure: { fingerprint: Fingerprint; title: string; isNew: boolean },
): StormCount {
  const { fingerprint, title, isNew } = failure;
  const named = titles.map((one) => (one.fingerprint === fingerprint ? { ...one, count: one.count + 1 } : one));
  const room = isNew && titles.length < maxStormTitles;
  return {
    failures: failures + (isNew ? 1 : 0),
    titles: room ? [...named, { fingerprint, title, count: 1 }] : named,
  };
}
