import type { Back } from "../database/store.ts";
import { retryTime } from "../domain/postponed.ts";

const firstMs = 5_000;
const longestMs = 15 * 60_000;

/**
 * How long to wait after failed try number `tries`: 5 s, then four times as long each time, at most 15 minutes.
 * Half of it is chance (`random` gives 0 to 1), so that what failed together does not come back together.
 */
function backOffMs(tries: number, random: () => number): number {
  const full = Math.min(firstMs * 4 ** (tries - 1), longestMs);
  return Math.round(full / 2 + (full / 2) * random());
}

/** Something is tried this often before it is given up. */
export const maxTries = 5;

/**
 * How to put back what failed, or undefined when that was the last try. A postponed one comes back at its time, as often
 * as it takes.
 */
export function backAfter(
  error: unknown,
  tries: number,
  { now, random }: { now: () => number; random: () => number },
): Back | undefined {
  const retryAt = retryTime(error);
  // Never at once, whatever the error says: that would be a busy loop.
  if (retryAt !== undefined) return { dueAt: Math.max(retryAt, now() + 1_000), error: brief(error), counts: false };
  if (tries >= maxTries) return undefined;
  return { dueAt: now() + backOffMs(tries, random), error: brief(error), counts: true };
}

/** The first line of an error's message, cut to what fits a comment or a log field. */
export function brief(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1).join("").slice(0, 500);
}
