import type { PastFix } from "../domain/activity.ts";
import type { IntakePolicy } from "../domain/policy-intake.ts";

type Rules = Pick<IntakePolicy, "breakerFixes" | "breakerAtLeast" | "breakerHours">;

/**
 * `closed`: fixes may start. `open`: none may before `until`. `trial`: the time is over, and one fix may show whether the
 * next ones will be good; `since` is when that became so.
 */
export type Breaker = { state: "closed" } | { state: "open"; until: number } | { state: "trial"; since: number };

/** What an end counts. A revert has been on the default branch, so it counts twice. Giving up shows nobody a bad fix. */
const badness: { [E in PastFix["end"]]: number | undefined } = {
  merged: 0,
  rejected: 1,
  ciRed: 1,
  reverted: 2,
  gaveUp: undefined,
};

/**
 * The circuit breaker after these fixes (in any order): it opens with a bad one where at least half of the last ones were
 * bad, and closes when a trial is merged; fixes from before that count no more. A bad trial opens it again.
 */
export function breaker(fixes: readonly PastFix[], rules: Rules, now: number): Breaker {
  let run: Run = { window: [] };
  for (const fix of fixes.toSorted((one, other) => one.at - other.at)) run = after(run, fix, rules);
  if (run.openedAt === undefined) return { state: "closed" };
  const until = run.openedAt + openMs(rules);
  return now < until ? { state: "open", until } : { state: "trial", since: until };
}

/** How bad the last fixes were, and when the breaker opened last. */
type Run = { window: readonly number[]; openedAt?: number };

function after(run: Run, { at, end }: PastFix, rules: Rules): Run {
  const bad = badness[end];
  if (bad === undefined) return run;
  const passed = bad === 0 && run.openedAt !== undefined && at >= run.openedAt + openMs(rules);
  if (passed) return { window: [bad] };
  const window = [...run.window, bad].slice(-rules.breakerFixes);
  const opens = bad > 0 && (run.openedAt !== undefined || isBad(window, rules));
  return { ...run, window, ...(opens && { openedAt: at }) };
}

function isBad(window: readonly number[], { breakerAtLeast }: Rules): boolean {
  const bad = window.reduce((sum, one) => sum + one, 0);
  return window.length >= breakerAtLeast && bad / window.length >= 0.5;
}

function openMs({ breakerHours }: Rules): number {
  return breakerHours * 3_600_000;
}
