import type { Activity } from "../domain/activity.ts";
import type { Incident } from "../domain/incident.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";
import type { Signal } from "../domain/signal.ts";
import { breaker } from "./breaker.ts";
import { quietUntil } from "./quiet-hours.ts";

/** Why nothing is started now. `note` is a sentence for people; `until` is when time alone lifts it, where it does. */
export type Held = { reason: Reason; note: string; until?: number };

/**
 * What is about to happen: the decision whether to fix, an attempt (the first or a later one), or a first pull request.
 * Each is asked about right before it, because the ones before may have taken hours.
 */
export type Start = "triage" | "attempt" | "pull";

/** `asked`: a person asked for this fix. `now` in UTC milliseconds. */
export type Case = { signal: Signal; asked: boolean; start: Start; now: number };

type Rules = Pick<SettledPolicy, "intake" | "quietHours">;
type Look = (activity: Activity, policy: Rules, about: Case) => Held | undefined;
type Guard = { starts: readonly Start[]; look: Look };

const [hour, day] = [3_600_000, 86_400_000];
const always: readonly Start[] = ["triage", "attempt", "pull"];

/** Those that nobody passes, then those that a person's own request passes. */
const forAll: readonly Guard[] = [
  { starts: always, look: storm },
  { starts: always, look: circuit },
  // What an attempt cost is spent; a pull request costs nothing.
  { starts: ["triage", "attempt"], look: money },
];
const forMachines: readonly Guard[] = [
  { starts: ["triage"], look: environment },
  { starts: always, look: quietHours },
  { starts: ["triage"], look: sameFailure },
  { starts: ["triage"], look: incidents },
  { starts: ["triage", "pull"], look: openPulls },
  { starts: ["triage", "pull"], look: newPulls },
];

/**
 * Whether something stands against starting one thing more here, whatever the failure is worth; the first reason counts.
 * A request of a person's own (the label on an issue, `go` or `retry`) passes everything but a storm, the circuit breaker
 * and spent money: those protect from what that person cannot see. At 80 % of the money a person is asked, so their
 * request passes until 100 %.
 */
export function guard(activity: Activity, policy: Rules, about: Case): Held | undefined {
  for (const { starts, look } of about.asked ? forAll : [...forAll, ...forMachines]) {
    const held = starts.includes(about.start) ? look(activity, policy, about) : undefined;
    if (held) return held;
  }
  return undefined;
}

/** Whether a person asked for this fix: put the label on, ran it by hand, or said `go` or `retry` about it. */
export function isAsked({ signal, asked, state }: Pick<Incident, "signal" | "asked" | "state">): boolean {
  const { kind } = signal.origin;
  const told = state.phase === "triaging" && state.guidance !== undefined;
  return asked === true || told || kind === "issue" || kind === "local";
}

function storm({ storm: going }: Activity, _: Rules, { now }: Case): Held | undefined {
  if (!going || going.until <= now) return undefined;
  const { incident, until } = going;
  const note = `There is a storm of new failures (incident ${incident}): nothing is fixed before ${time(until)}.`;
  return { reason: "storm", note, until };
}

function circuit({ fixes, otherAttemptAt = 0 }: Activity, { intake }: Rules, { now }: Case): Held | undefined {
  const is = breaker(fixes, intake, now);
  if (is.state === "closed") return undefined;
  const why = "At least half of the last fixes were closed, failed their checks or were reverted";
  if (is.state === "open")
    return { reason: "breaker-open", note: `${why}: nothing is fixed before ${time(is.until)}.`, until: is.until };
  // A trial that nothing was heard of for so long must not keep everything waiting.
  const until = otherAttemptAt + intake.breakerHours * hour;
  const ended = fixes.some(({ at }) => at >= otherAttemptAt);
  if (otherAttemptAt < is.since || ended || now >= until) return undefined;
  return { reason: "breaker-open", note: `${why}: one other fix is tried first.`, until };
}

function money({ usdToday, installationUsdToday }: Activity, { intake }: Rules, about: Case): Held | undefined {
  const share = about.asked || about.start === "attempt" ? 1 : 0.8;
  const pots = [
    { where: "in this repository", key: "usdPerDay", spent: usdToday, limit: intake.usdPerDay },
    {
      where: "in all repositories of the installation",
      key: "installationUsdPerDay",
      spent: installationUsdToday,
      limit: intake.installationUsdPerDay,
    },
  ];
  const full = pots.find(({ spent, limit }) => spent >= limit * share);
  if (!full) return undefined;
  const { where, key, spent, limit } = full;
  const all = spent >= limit ? "" : " That is more than 80 %: a person must say go.";
  const note = `$${spent.toFixed(2)} of $${limit.toFixed(2)} (\`intake.${key}\`) is spent today ${where}.${all}`;
  return { reason: "budget", note, until: (Math.floor(about.now / day) + 1) * day };
}

function environment(_: Activity, { intake }: Rules, { signal }: Case): Held | undefined {
  const { environments } = intake;
  const here = signal.environment?.toLowerCase();
  if (environments.length === 0 || environments.some((one) => one.toLowerCase() === here)) return undefined;
  const failed = signal.environment ? `It failed in "${signal.environment}"` : "It does not say where it failed";
  return { reason: "environment", note: `${failed}; fixed is what fails in ${environments.join(", ")}.` };
}

function quietHours(_: Activity, { quietHours: hours }: Rules, { signal, now }: Case): Held | undefined {
  if (hours.exceptCritical && signal.level === "fatal") return undefined;
  const until = quietUntil(hours, now);
  if (until === undefined) return undefined;
  return { reason: "quiet-hours", note: `It is quiet here until ${time(until)} (\`quietHours\`).`, until };
}

function sameFailure(activity: Activity, { intake }: Rules, { now }: Case): Held | undefined {
  const { attemptsAtThis, lastAttemptAt } = activity;
  const { attemptsPerWeek, coolDownHours } = intake;
  if (attemptsAtThis >= attemptsPerWeek)
    return limit(`This failure was taken on ${times(attemptsAtThis)} within seven days`, { attemptsPerWeek });
  const until = lastAttemptAt === undefined ? 0 : lastAttemptAt + coolDownHours * hour;
  if (now >= until) return undefined;
  return { ...limit(`This failure was taken on last at ${time(lastAttemptAt ?? 0)}`, { coolDownHours }), until };
}

function incidents({ incidentsLastHour, incidentsLastDay }: Activity, { intake }: Rules): Held | undefined {
  const { incidentsPerHour, incidentsPerDay } = intake;
  if (incidentsLastHour > incidentsPerHour)
    return limit(`${incidentsLastHour} incidents were opened within an hour`, { incidentsPerHour });
  if (incidentsLastDay > incidentsPerDay)
    return limit(`${incidentsLastDay} incidents were opened within a day`, { incidentsPerDay });
  return undefined;
}

function openPulls({ openPulls: open }: Activity, { intake }: Rules): Held | undefined {
  if (open < intake.openPulls) return undefined;
  return limit(`${open} fix pull requests are open`, { openPulls: intake.openPulls });
}

function newPulls(activity: Activity, { intake }: Rules): Held | undefined {
  const { pullsPerHour, pullsPerDay, installationPullsPerHour } = intake;
  if (activity.pullsLastHour >= pullsPerHour)
    return limit(`${activity.pullsLastHour} fix pull requests were opened within an hour`, { pullsPerHour });
  if (activity.pullsLastDay >= pullsPerDay)
    return limit(`${activity.pullsLastDay} fix pull requests were opened within a day`, { pullsPerDay });
  const all = activity.installationPullsLastHour;
  if (all < installationPullsPerHour) return undefined;
  return limit(`${all} fix pull requests were opened within an hour in the installation`, { installationPullsPerHour });
}

/** The limit by its key in the policy, so that a reader knows what to raise. */
function limit(what: string, of: Record<string, number>): Held {
  const named = Object.entries(of).map(([key, value]) => `\`intake.${key}\` is ${value}`);
  return { reason: "rate-limit", note: `${what}; ${named.join(", ")}.` };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
