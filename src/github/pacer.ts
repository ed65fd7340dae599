import Bottleneck from "bottleneck";
import { Postponed } from "../domain/postponed.ts";

/** How fast one installation may write. */
export type WriteLimits = { spacingMs: number; perHour: number; maxWaiting: number };

/**
 * GitHub's limits for requests that create content (GitHub docs, "Rate limits for the REST API"): one at a time, a second
 * apart, 80 a minute, 500 an hour. A second apart is at most 60 a minute, so the minute needs no counter of its own.
 * `maxWaiting` bounds how long a write waits in memory.
 */
export const githubWriteLimits: WriteLimits = { spacingMs: 1000, perHour: 500, maxWaiting: 20 };

/** Runs a write when its turn has come; throws `Postponed` instead of waiting long. */
export type Pacer = <T>(installation: number, write: () => Promise<T>) => Promise<T>;

const hourMs = 3_600_000;
// The quota is a fixed window whose end the limiter does not tell; asking again costs nothing but a look.
const quotaWaitMs = 300_000;

export function createPacer(limits: WriteLimits, now: () => number): Pacer {
  const overflow = { strategy: Bottleneck.strategy.OVERFLOW };
  const quotas = new Bottleneck.Group({
    ...overflow,
    highWater: 0,
    reservoir: limits.perHour,
    reservoirRefreshAmount: limits.perHour,
    reservoirRefreshInterval: hourMs,
    // An idle limiter is thrown away, and its count with it: not before the hour is over.
    timeout: 2 * hourMs,
  });
  const lanes = new Bottleneck.Group({
    ...overflow,
    maxConcurrent: 1,
    minTime: limits.spacingMs,
    highWater: limits.maxWaiting,
  });
  return async (installation, write) => {
    const key = String(installation);
    // Dropped by a limiter means that the write was never sent.
    const orPostpone = (waitMs: number, why: string) => (error: unknown) => {
      if (!(error instanceof Bottleneck.BottleneckError)) throw error;
      throw new Postponed(why, now() + waitMs, { cause: error });
    };
    const waitMs = limits.maxWaiting * limits.spacingMs;
    const inLane = () =>
      lanes.key(key).schedule(write).catch(orPostpone(waitMs, "too many writes wait for this installation"));
    return quotas
      .key(key)
      .schedule(inLane)
      .catch(orPostpone(quotaWaitMs, `${limits.perHour} writes were made for this installation within the hour`));
  };
}
