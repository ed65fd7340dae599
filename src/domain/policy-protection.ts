import * as z from "zod";
import { RequiredCheck } from "./policy-gate.ts";

/** What a repository's settings should be. Defaults: the deployment checklist. Each `describe` stands in the README. */
export const ProtectionPolicy = z.strictObject({
  mode: z
    .enum(["report", "block", "enforce"])
    .default("report")
    .describe(
      "`report`: say what differs. `block`: open no fix while an expectation fails. `enforce`: keep one ruleset named Self-Heal as expected (needs Administration: write).",
    ),
  pullRequest: z.boolean().default(true).describe("Changes reach the default branch through pull requests only."),
  approvals: z.int().min(0).max(10).default(1).describe("Approvals that GitHub itself asks for, at least."),
  dismissStale: z.boolean().default(true).describe("GitHub dismisses approvals when new commits are pushed."),
  checks: z
    .array(RequiredCheck)
    .max(50)
    .default([{ name: "lint" }, { name: "test" }])
    .describe("Checks that GitHub must require: `{name, app}`."),
  pinned: z.boolean().default(true).describe("Each required check names the App that must report it."),
  gate: z.boolean().default(true).describe("`self-heal/approval (<branch>)` is a required check, pinned to this App."),
  noBypass: z.boolean().default(true).describe("Nobody may bypass the rules, administrators included."),
  noForcePush: z.boolean().default(true).describe("Force pushes to the default branch are refused."),
  noDeletion: z.boolean().default(true).describe("The default branch cannot be deleted."),
  workflowPermissions: z
    .enum(["read", "write", "any"])
    .default("write")
    .describe("What the token of GitHub Actions may do by default."),
  actionsMayApprove: z
    .enum(["yes", "no", "any"])
    .default("yes")
    .describe(
      "Whether GitHub Actions may create and approve pull requests. `yes` weakens GitHub's own approvals; the gate does not count them.",
    ),
  workflow: z
    .union([
      z.literal(false),
      z.string().regex(/^\.github\/workflows\/[^/]+\.ya?ml$/, "expected .github/workflows/NAME.yml"),
    ])
    .default(".github/workflows/ai-self-heal.yml")
    .describe("The workflow file that must be present and active; `false`: none."),
  secrets: z
    .array(z.string().min(1).max(200))
    .max(50)
    .default(["ANTHROPIC_API_KEY"])
    .describe("Actions secrets that must be there; only their names and ages can be read."),
  remindDays: z.int().min(1).max(3_650).default(75).describe("A secret older than this is to be rotated soon."),
  failDays: z.int().min(1).max(3_650).default(90).describe("A secret older than this fails its expectation."),
});
export type ProtectionPolicy = z.infer<typeof ProtectionPolicy>;
