import * as z from "zod";
import { IncidentId } from "./incident.ts";

/** How a fix of this repository ended, for the circuit breaker. `at` in UTC milliseconds. */
export const PastFix = z.strictObject({
  at: z.int(),
  end: z.enum(["merged", "rejected", "ciRed", "reverted", "gaveUp"]),
});
export type PastFix = z.infer<typeof PastFix>;

/** A storm that is going on: more new failures than anybody can look at. Times are UTC milliseconds. */
export const Storm = z.strictObject({ since: z.int(), until: z.int(), incident: IncidentId });
export type Storm = z.infer<typeof Storm>;

/**
 * What has been going on in a repository (and its installation) lately, counted when somebody has to decide whether to
 * fix one thing more. Money in US dollars.
 */
export const Activity = z.strictObject({
  /** Incidents opened; this one included. */
  incidentsLastHour: z.int(),
  incidentsLastDay: z.int(),
  /** Open fix pull requests of the repository, and how many were opened. */
  openPulls: z.int(),
  pullsLastHour: z.int(),
  pullsLastDay: z.int(),
  /** In the whole installation. */
  installationPullsLastHour: z.int(),
  /** How often this very failure was taken on within seven days, and when last. */
  attemptsAtThis: z.int(),
  lastAttemptAt: z.int().optional(),
  /** When another failure of the repository was taken on last. */
  otherAttemptAt: z.int().optional(),
  /** Since midnight UTC. */
  usdToday: z.number(),
  installationUsdToday: z.number(),
  /** The latest that ended, newest first; of each incident how it ended last. */
  fixes: z.array(PastFix),
  storm: Storm.optional(),
});
export type Activity = z.infer<typeof Activity>;
