import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QuietHours } from "../../src/domain/policy-intake.ts";
import { quietUntil } from "../../src/triage/quiet-hours.ts";

const at = (iso: string): number => Date.parse(iso);
const hours = (given: unknown): QuietHours => QuietHours.parse(given);

describe("by the wall clock of Berlin", () => {
  const night = hours({ timezone: "Europe/Berlin", windows: [{ from: "22:00", to: "06:30" }] });
  const weekend = hours({ timezone: "Europe/Berlin", windows: [{ days: ["sat", "sun"], from: "00:00", to: "00:00" }] });
  const friday = hours({ timezone: "Europe/Berlin", windows: [{ days: ["fri"], from: "22:00", to: "06:00" }] });

  test.each<[what: string, given: QuietHours, now: string, until: string | undefined]>([
    ["before the night", night, "2026-01-14T20:59:59Z", undefined],
    ["the night begins", night, "2026-01-14T21:00:00Z", "2026-01-15T05:30:00Z"],
    ["after midnight", night, "2026-01-15T03:00:00Z", "2026-01-15T05:30:00Z"],
    ["the night is over", night, "2026-01-15T05:30:00Z", undefined],
    ["in summer an hour earlier", night, "2026-07-14T20:00:00Z", "2026-07-15T04:30:00Z"],
    ["the night in which the clock skips an hour", night, "2026-03-28T21:00:00Z", "2026-03-29T04:30:00Z"],
    ["the night in which it repeats one", night, "2026-10-24T20:00:00Z", "2026-10-25T05:30:00Z"],
    ["the weekend begins by local time", weekend, "2026-01-16T23:00:00Z", "2026-01-18T23:00:00Z"],
    ["Friday evening", weekend, "2026-01-16T22:59:00Z", undefined],
    ["a window over midnight belongs to the day it starts on", friday, "2026-01-17T04:00:00Z", "2026-01-17T05:00:00Z"],
    ["and not to the same hours of that day's morning", friday, "2026-01-16T04:00:00Z", undefined],
  ])("%s", (_, given, now, until) => {
    const end = quietUntil(given, at(now));
    expect(end === undefined ? undefined : new Date(end).toISOString()).toBe(
      until && new Date(at(until)).toISOString(),
    );
  });
});

test("an hour that the clock skips is never quiet, one that it repeats is quiet twice", () => {
  const small = hours({ timezone: "Europe/Berlin", windows: [{ from: "02:00", to: "03:00" }] });
  const quietMinutes = (from: string): number =>
    Array.from({ length: 24 * 60 }, (_, n) => at(from) + n * 60_000).filter((now) => quietUntil(small, now)).length;
  expect(quietMinutes("2026-03-28T23:00:00Z")).toBe(0);
  expect(quietMinutes("2026-10-24T22:00:00Z")).toBe(120);
});

test("always quiet is told as a week", () => {
  const always = hours({ windows: [{ from: "00:00", to: "00:00" }] });
  expect(quietUntil(always, at("2026-01-14T12:00:00Z"))).toBe(at("2026-01-21T12:00:00Z"));
});

test("a time zone that does not exist is refused", () => {
  expect(() => hours({ timezone: "Europe/Atlantis" })).toThrow("expected a time zone as Europe/Berlin");
});

test("the end that is told is later, and not quiet", () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
  const windows = fc.array(
    fc.record(
      { days: fc.subarray(["mon", "wed", "sat", "sun"], { minLength: 1 }), from: clock, to: clock },
      { requiredKeys: ["from", "to"] },
    ),
    { minLength: 1, maxLength: 3 },
  );
  const timezone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu");
  const now = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
  fc.assert(
    fc.property(windows, timezone, now, (given, zone, start) => {
      const quiet = hours({ timezone: zone, windows: given });
      const end = quietUntil(quiet, start);
      const isWhole = end !== undefined && end < start + 7 * 86_400_000 - 60_000;
      expect(isWhole ? quietUntil(quiet, end) : undefined).toBeUndefined();
      expect(end ?? start + 1).toBeGreaterThan(start);
    }),
    { numRuns: 60 },
  );
});
