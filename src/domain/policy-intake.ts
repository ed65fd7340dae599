import * as z from "zod";

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time as 09:30");
const day = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
export type Day = z.infer<typeof day>;

/**
 * A stretch of the week; without `days`, of every day. `from` is in it, `to` is not, and `to: "00:00"` is the end of the
 * day. One that ends before it starts goes over midnight, and belongs to the day on which it starts.
 */
export const QuietWindow = z.strictObject({ days: z.array(day).min(1).max(7).optional(), from: clock, to: clock });
export type QuietWindow = z.infer<typeof QuietWindow>;

/** When nothing new is started. */
export const QuietHours = z.strictObject({
  timezone: z
    .string()
    .min(1)
    .max(100)
    .refine(isTimeZone, "expected a time zone as Europe/Berlin")
    .default("UTC")
    .describe("Time zone of the windows, as `Europe/Berlin`."),
  windows: z
    .array(QuietWindow)
    .max(50)
    .default([])
    .describe('When no fix is started: `{days, from, to}`, such as `{days: [sat, sun], from: "00:00", to: "00:00"}`.'),
  exceptCritical: z
    .boolean()
    .default(true)
    .describe("`true`: failures that their sender calls fatal or critical are fixed at any time."),
});
export type QuietHours = z.infer<typeof QuietHours>;

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

/** What is worth fixing, and how much at a time. Defaults: Renovate's and other systems' experience. */
export const IntakePolicy = z.strictObject({
  confidence: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("From 0 to 1: failures below wait for a person. Default: SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD."),
  environments: z
    .array(z.string().min(1).max(100))
    .max(50)
    .default([])
    .describe("Environments whose failures are fixed; empty: all, and those that name none."),
  incidentsPerHour: z.int().min(1).max(10_000).default(5).describe("New incidents an hour that may lead to a fix."),
  incidentsPerDay: z.int().min(1).max(100_000).default(20).describe("New incidents a day that may lead to a fix."),
  openPulls: z.int().min(1).max(100).default(3).describe("Fix pull requests that may be open at once."),
  pullsPerHour: z.int().min(1).max(100).default(2).describe("Fix pull requests opened an hour, at most."),
  pullsPerDay: z.int().min(1).max(1_000).default(10).describe("Fix pull requests opened a day, at most."),
  installationPullsPerHour: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe("Fix pull requests opened an hour in the whole installation, at most."),
  attemptsPerWeek: z.int().min(1).max(100).default(2).describe("Times the same failure is taken on within seven days."),
  coolDownHours: z.number().min(0).max(168).default(6).describe("Between two such times."),
  usdPerDay: z
    .number()
    .min(0)
    .max(10_000)
    .default(20)
    .describe("Money a day; at 80 % a person is asked, at 100 % it waits."),
  installationUsdPerDay: z.number().min(0).max(100_000).default(100).describe("The same for the whole installation."),
  stormFailures: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe("More new failures than this within ten minutes (or three times the usual number) are a storm."),
  stormMinutes: z.int().min(1).max(1_440).default(60).describe("How long a storm stops all fixing."),
  breakerFixes: z
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe("Of so many last fixes the circuit breaker counts the bad ones."),
  breakerAtLeast: z.int().min(1).max(100).default(4).describe("It needs to have seen this many."),
  breakerHours: z
    .number()
    .min(0.1)
    .max(168)
    .default(6)
    .describe("How long half of them bad stop all fixing; then one is tried."),
});
export type IntakePolicy = z.infer<typeof IntakePolicy>;
