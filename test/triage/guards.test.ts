import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Activity, PastFix } from "../../src/domain/activity.ts";
import { IncidentId } from "../../src/domain/incident.ts";
import { Policy } from "../../src/domain/policy.ts";
import type { Signal } from "../../src/domain/signal.ts";
import { guard, isAsked } from "../../src/triage/guards.ts";
import type { Case, Start } from "../../src/triage/guards.ts";
import { sampleIncident } from "../support/incident.ts";
import { quiet } from "../support/recall.ts";

const hour = 3_600_000;
const now = Date.parse("2026-01-14T12:00:00Z");
const signal: Signal = { ...sampleIncident().signal, origin: { kind: "dispatch" }, trust: "telemetry" };
const storm = { since: now - hour, until: now + hour, incident: IncidentId.parse("stormy22") };
const bad: PastFix[] = [1, 2, 3, 4].map((n) => ({ at: now - n * hour, end: "rejected" }));
const old: PastFix[] = bad.map(({ at, end }) => ({ at: at - 10 * hour, end }));

type Given = { activity?: Partial<Activity>; policy?: object; about?: Partial<Case>; signal?: Partial<Signal> };

function ask({ activity = {}, policy = {}, about = {}, signal: changes = {} }: Given): ReturnType<typeof guard> {
  const of: Case = { signal: { ...signal, ...changes }, asked: false, start: "triage", now, ...about };
  return guard({ ...quiet, ...activity }, Policy.parse(policy), of);
}

describe("lets pass", () => {
  test.each<[string, Given]>([
    ["a failure in a quiet repository", {}],
    [
      "what is at the limits",
      { activity: { incidentsLastHour: 5, incidentsLastDay: 20, openPulls: 2, pullsLastHour: 1 } },
    ],
    ["a storm that is over", { activity: { storm: { ...storm, until: now } } }],
    ["79 % of the money", { activity: { usdToday: 15.9 } }],
    [
      "an environment that is listed, however it is written",
      { policy: { intake: { environments: ["Production"] } }, signal: { environment: "production" } },
    ],
    [
      "a fatal failure in quiet hours",
      { policy: { quietHours: { windows: [{ from: "00:00", to: "00:00" }] } }, signal: { level: "fatal" } },
    ],
    ["a failure after its cool-down", { activity: { attemptsAtThis: 1, lastAttemptAt: now - 6 * hour } }],
    ["the trial of an open breaker", { activity: { fixes: old, otherAttemptAt: now - 20 * hour } }],
    [
      "another trial when nothing was heard of the first",
      { activity: { fixes: old.map((fix) => ({ ...fix, at: fix.at - 10 * hour })), otherAttemptAt: now - 6 * hour } },
    ],
  ])("%s", (_, given) => {
    expect(ask(given)).toBeUndefined();
  });
});

describe("holds", () => {
  test.each<[string, Given, reason: string, note: string]>([
    ["in a storm", { activity: { storm } }, "storm", "stormy22"],
    [
      "with an open breaker",
      { activity: { fixes: bad } },
      "breaker-open",
      "nothing is fixed before 2026-01-14 17:00 UTC",
    ],
    [
      "while a trial is under way",
      { activity: { fixes: old, otherAttemptAt: now - hour } },
      "breaker-open",
      "one other fix is tried first",
    ],
    ["at 80 % of the money", { activity: { usdToday: 16 } }, "budget", "a person must say go"],
    [
      "at all of the installation's money",
      { activity: { installationUsdToday: 100 } },
      "budget",
      "installationUsdPerDay",
    ],
    [
      "another environment",
      { policy: { intake: { environments: ["production"] } }, signal: { environment: "dev" } },
      "environment",
      '"dev"',
    ],
    [
      "an environment that is not told",
      { policy: { intake: { environments: ["production"] } } },
      "environment",
      "does not say",
    ],
    [
      "in quiet hours",
      { policy: { quietHours: { windows: [{ from: "11:00", to: "13:00" }] } } },
      "quiet-hours",
      "2026-01-14 13:00 UTC",
    ],
    [
      "a fatal one, where the policy says so",
      {
        policy: { quietHours: { exceptCritical: false, windows: [{ from: "11:00", to: "13:00" }] } },
        signal: { level: "fatal" },
      },
      "quiet-hours",
      "13:00",
    ],
    [
      "the third time in a week",
      { activity: { attemptsAtThis: 2, lastAttemptAt: now - 100 * hour } },
      "rate-limit",
      "intake.attemptsPerWeek",
    ],
    [
      "within the cool-down",
      { activity: { attemptsAtThis: 1, lastAttemptAt: now - hour } },
      "rate-limit",
      "intake.coolDownHours",
    ],
    ["the sixth incident of an hour", { activity: { incidentsLastHour: 6 } }, "rate-limit", "intake.incidentsPerHour"],
    ["the 21st of a day", { activity: { incidentsLastDay: 21 } }, "rate-limit", "intake.incidentsPerDay"],
    ["with three pull requests open", { activity: { openPulls: 3 } }, "rate-limit", "intake.openPulls"],
    ["after two in an hour", { activity: { pullsLastHour: 2 } }, "rate-limit", "intake.pullsPerHour"],
    ["after ten in a day", { activity: { pullsLastDay: 10 } }, "rate-limit", "intake.pullsPerDay"],
    [
      "after twenty in the installation's hour",
      { activity: { installationPullsLastHour: 20 } },
      "rate-limit",
      "intake.installationPullsPerHour",
    ],
  ])("%s", (_, given, reason, note) => {
    const held = ask(given);
    expect(held).toMatchObject({ reason });
    expect(held?.note).toContain(note);
  });
});

test("right before a pull request, only what may have changed since is asked", () => {
  const about = { start: "pull" } as const;
  expect(ask({ about, activity: { openPulls: 3 } })).toMatchObject({ reason: "rate-limit" });
  expect(ask({ about, activity: { storm } })).toMatchObject({ reason: "storm" });
  const own = { attemptsAtThis: 1, lastAttemptAt: now - 1, usdToday: 99, incidentsLastHour: 50 };
  expect(ask({ about, activity: own })).toBeUndefined();
});

test("a person's own request passes everything but a storm, the breaker and spent money", () => {
  const about = { asked: true };
  const busy = { openPulls: 9, pullsLastHour: 9, incidentsLastHour: 99, attemptsAtThis: 9, lastAttemptAt: now };
  const policy = {
    intake: { environments: ["production"] },
    quietHours: { windows: [{ from: "00:00", to: "00:00" }] },
  };
  expect(ask({ about, policy, activity: busy })).toBeUndefined();
  expect(ask({ about, activity: { usdToday: 19.99 } })).toBeUndefined();
  expect(ask({ about, activity: { usdToday: 20 } })).toMatchObject({
    reason: "budget",
    until: Date.parse("2026-01-15"),
  });
  expect(ask({ about, activity: { storm } })).toMatchObject({ reason: "storm", until: storm.until });
  expect(ask({ about, activity: { fixes: bad } })).toMatchObject({ reason: "breaker-open" });
});

test("an attempt that is asked for again at 80 % goes on until all is spent", () => {
  const about = { start: "attempt" } as const;
  expect(ask({ about, activity: { usdToday: 19 } })).toBeUndefined();
  expect(ask({ about, activity: { usdToday: 20 } })).toMatchObject({ reason: "budget" });
});

test("who labelled an issue, said go or gave a hint, asked; a monitor did not", () => {
  const incident = { ...sampleIncident(), signal };
  expect(isAsked(incident)).toBe(false);
  expect(isAsked(sampleIncident())).toBe(true);
  expect(isAsked({ ...incident, asked: true })).toBe(true);
  expect(isAsked({ ...incident, state: { phase: "triaging", guidance: { by: "ada", text: "" } } })).toBe(true);
});

test("nothing is ever started in a storm, or when the money is spent", () => {
  const starts = fc.constantFrom<Start>("triage", "attempt");
  const count = fc.integer({ min: 0, max: 30 });
  const activity = fc.record({
    incidentsLastHour: count,
    incidentsLastDay: count,
    openPulls: count,
    pullsLastHour: count,
    pullsLastDay: count,
    installationPullsLastHour: count,
    attemptsAtThis: count,
    usdToday: fc.double({ min: 0, max: 40, noNaN: true }),
    installationUsdToday: fc.double({ min: 0, max: 200, noNaN: true }),
    fixes: fc.constantFrom(bad, old, []),
  });
  fc.assert(
    fc.property(activity, starts, fc.boolean(), fc.boolean(), (given, start, asked, stormy) => {
      const held = ask({ activity: { ...given, ...(stormy && { storm }) }, about: { start, asked } });
      const forbidden = stormy || given.usdToday >= 20 || given.installationUsdToday >= 100;
      expect([forbidden, held !== undefined]).not.toEqual([true, false]);
      expect(held?.reason === "storm").toBe(stormy);
    }),
  );
});
