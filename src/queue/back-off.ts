const firstMs = 5_000;
const longestMs = 15 * 60_000;

/**
 * How long to wait after failed try number `tries`: 5 s, then four times as long each time, at most 15 minutes.
 * Half of it is chance (`random` gives 0 to 1), so that what failed together does not come back together.
 */
export function backOffMs(tries: number, random: () => number): number {
  const full = Math.min(firstMs * 4 ** (tries - 1), longestMs);
  return Math.round(full / 2 + (full / 2) * random());
}

/** Something is tried this often before it is given up. */
export const maxTries = 5;

/** The first line of an error's message, cut to what fits a comment or a log field. */
export function brief(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1).join("").slice(0, 500);
}
