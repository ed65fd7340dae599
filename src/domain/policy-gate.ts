import * as z from "zod";
import { Verdict } from "./proof.ts";

const names = (max = 100) => z.array(z.string().min(1).max(100)).max(max);
const globs = z.array(z.string().min(1).max(500)).max(200);
const approver = z.enum(["write", "maintain", "admin"]);

/** A check that must have succeeded. Without `app`, a check of that name by any App counts. */
export const RequiredCheck = z.strictObject({
  name: z.string().min(1).max(200),
  app: z.int().positive().optional(),
});
export type RequiredCheck = z.infer<typeof RequiredCheck>;

/** A riskier kind of change. It applies where all of the given conditions hold. */
export const Tier = z.strictObject({
  name: z.string().min(1).max(100),
  paths: globs.optional(),
  filesAbove: z.int().min(0).optional(),
  linesAbove: z.int().min(0).optional(),
  firstTimeFiles: z.boolean().optional(),
  verdicts: z.array(Verdict).min(1).optional(),
  approvals: z.int().min(1).max(10),
  teams: names(20).default([]),
});
export type Tier = z.infer<typeof Tier>;

/** Who must approve a fix before it may be merged. Each `describe` is the reference text in the README. */
export const GatePolicy = z.strictObject({
  scope: z
    .enum(["fixes", "bots"])
    .default("fixes")
    .describe("Which pull requests the gate judges: Self-Heal's own fixes, or those of every bot, too."),
  approvals: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe("People who must approve the head commit; nobody who asked for the fix counts."),
  role: approver.default("write").describe("The role an approver must have at least, read again at each decision."),
  teams: names(20)
    .default([])
    .describe("Slugs of teams. Where there are any, only approvals by their active members count."),
  ignore: names()
    .default([])
    .describe("Logins whose approvals never count: machine accounts, which GitHub cannot tell from people."),
  pushers: z
    .boolean()
    .default(true)
    .describe("`true`: nobody who pushed to, committed to or co-authored the pull request can approve it."),
  failingAuthor: z
    .boolean()
    .default(false)
    .describe("`true`: the author of the commit that failed cannot approve its fix."),
  codeOwners: z
    .boolean()
    .default(true)
    .describe("`true`: each changed file that CODEOWNERS names owners for needs the approval of one of them."),
  dismissers: approver
    .default("maintain")
    .describe("The role somebody must have at least to dismiss another person's request for changes."),
  checks: z
    .array(RequiredCheck)
    .max(50)
    .default([])
    .describe(
      "Checks that must have succeeded on the head commit, beside those that GitHub's own rules require: `{name, app}`, where `app` is the id of the App that must report it.",
    ),
  tiers: z
    .array(Tier)
    .max(20)
    .default([])
    .describe(
      "More approvals for riskier changes: `{name, paths, filesAbove, linesAbove, firstTimeFiles, verdicts, approvals, teams}`. A tier applies where all of its conditions hold; of several, the highest count and every tier's teams.",
    ),
});
export type GatePolicy = z.infer<typeof GatePolicy>;
