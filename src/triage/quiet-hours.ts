import type { Day, QuietHours, QuietWindow } from "../domain/policy-intake.ts";

const minute = 60_000;
const dayMinutes = 24 * 60;
const days: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** The end is looked for in steps of so many minutes, then exactly. */
const step = 30;

/**
 * When the quiet hours that it is in now end, in UTC milliseconds; undefined outside of them. Windows are told by the wall
 * clock of their time zone, so they move with daylight saving time: an hour that the clock skips is not there, one that it
 * repeats is there twice. Where it is quiet for a week on end, a week from now.
 */
export function quietUntil({ timezone, windows }: QuietHours, now: number): number | undefined {
  if (windows.length === 0) return undefined;
  const clock = wallClock(timezone);
  const isQuiet = (at: number): boolean => windows.some((window) => isWithin(window, clock(at)));
  if (!isQuiet(now)) return undefined;
  const start = Math.floor(now / minute) * minute;
  const last = start + 7 * dayMinutes * minute;
  const steps = Array.from({ length: (7 * dayMinutes) / step }, (_, n) => start + (n + 1) * step * minute);
  const after = steps.find((at) => !isQuiet(at));
  if (after === undefined) return last;
  const minutes = Array.from({ length: step }, (_, n) => after - (step - 1 - n) * minute);
  return minutes.find((at) => !isQuiet(at)) ?? after;
}

/** A day of the week, counted from Monday, and the minutes since its midnight. */
type Wall = { day: number; minutes: number };

function wallClock(timezone: string): (at: number) => Wall {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const weekday = (parts.get("weekday") ?? "").toLowerCase();
    return {
      day: days.findIndex((one) => one === weekday),
      minutes: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
    };
  };
}

function isWithin({ days: only, from, to }: QuietWindow, { day, minutes }: Wall): boolean {
  const on = (n: number): boolean => (only ?? days).some((one) => one === days[(n + 7) % 7]);
  const [start, end] = [minutesOf(from), minutesOf(to) || dayMinutes];
  if (start < end) return on(day) && start <= minutes && minutes < end;
  return (on(day) && minutes >= start) || (on(day - 1) && minutes < end);
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}
