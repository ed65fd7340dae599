import { Postponed } from "../domain/postponed.ts";

/** An answer of GitHub, whether octokit took it as a success or as an error. */
export type Answer = { status: number; headers: Record<string, unknown>; data: unknown };

// "If you exceed a secondary rate limit … wait for at least one minute" (GitHub docs, "Best practices for the REST API").
const secondaryWaitMs = 60_000;

/**
 * When to ask again (UTC milliseconds), if the answer says that a limit was reached; else undefined.
 * Three shapes: `retry-after`, `x-ratelimit-remaining: 0` with a reset, and a secondary limit that only says so in words.
 * GraphQL answers 200 with an error of type `RATE_LIMITED`.
 */
export function limitedUntil({ status, headers, data }: Answer, now: number): number | undefined {
  if (status === 200 && !isGraphqlLimit(data)) return undefined;
  if (![200, 403, 429].includes(status)) return undefined;
  const retryAfter = seconds(headers["retry-after"]);
  if (retryAfter !== undefined) return now + retryAfter * 1000;
  const reset = seconds(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && reset !== undefined) return Math.max(now, reset * 1000) + 1000;
  if (status !== 403 || /rate limit|abuse detection/i.test(message(data))) return now + secondaryWaitMs;
  return undefined;
}

/** Remembers which installations GitHub told to wait: calling on regardless gets an App banned. */
export function createPauses(now: () => number): {
  note(installation: number, until: number): void;
  /** Throws `Postponed` while the installation is to wait. */
  check(installation: number): void;
} {
  const pauses = new Map<number, number>();
  return {
    note: (installation, until) => void pauses.set(installation, until),
    check(installation) {
      const until = pauses.get(installation);
      if (until === undefined) return;
      if (until > now()) throw new Postponed("GitHub told this installation to wait", until);
      pauses.delete(installation);
    },
  };
}

function seconds(header: unknown): number | undefined {
  const value = Number.parseInt(String(header), 10);
  return Number.isNaN(value) ? undefined : value;
}

function message(data: unknown): string {
  return typeof data === "object" && data && "message" in data ? String(data.message) : "";
}

function isGraphqlLimit(data: unknown): boolean {
  if (typeof data !== "object" || !data || !("errors" in data) || !Array.isArray(data.errors)) return false;
  return (data.errors as { type?: unknown }[]).some(({ type }) => type === "RATE_LIMITED");
}
