import * as z from "zod";
import { commandNames, commands as commandTable } from "./command.ts";
import type { CommandName } from "./command.ts";
import { GatePolicy } from "./policy-gate.ts";
import { IntakePolicy, QuietHours } from "./policy-intake.ts";
import { Limits } from "./policy-limits.ts";
import { ProtectionPolicy } from "./policy-protection.ts";
import { Role } from "./role.ts";

const globs = z.array(z.string().min(1)).max(200);
const commands = z.array(z.string().min(1).max(2_000)).max(20);

type Roles = { [N in CommandName]: z.ZodDefault<typeof Role> };
const roleOf = (name: CommandName) =>
  Role.default(commandTable[name].role).describe(`Who may say \`/self-heal ${name}\`, at least.`);
// Object.fromEntries forgets which keys there are; they are the command table's.
const roles = Object.fromEntries(commandNames.map((name) => [name, roleOf(name)])) as Roles;

/**
 * The rules of one repository, from its default branch's `.github/self-heal.yml`. Strict, so a typo is an error.
 * Each `describe` is the reference text in the README.
 */
export const Policy = z.strictObject({
  enabled: z.boolean().default(true).describe("`false` stops fixing in this repository."),
  mode: z
    .enum(["observe", "fix"])
    .optional()
    .describe(
      "`observe`: say what would be done, and wait for a maintainer's `/self-heal go`. `fix`: start at once. When absent: `observe` until a maintainer says `go` in the onboarding issue, `fix` from then on.",
    ),
  merge: z
    .enum(["manual", "auto"])
    .default("manual")
    .describe("`manual`: a person merges. `auto`: Self-Heal merges the approved commit when the gate passes."),
  mergeMethod: z.enum(["squash", "merge", "rebase"]).default("squash").describe("How `merge: auto` merges."),
  labels: z
    .array(z.string().min(1).max(50))
    .min(1)
    .max(10)
    .default(["self-heal"])
    .describe("Labels on fix pull requests. The first one also carries the verdict, as `self-heal:proven`."),
  engine: z.enum(["sandbox"]).default("sandbox").describe("Who makes the patch. `sandbox`: this App's own workers."),
  setup: commands
    .optional()
    .describe(
      "Commands that install dependencies, run once per lock file with access to package registries only. Detected when absent.",
    ),
  verify: commands.optional().describe("Commands that must pass on a fix. Detected when absent."),
  reproduce: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe("Runs the tests that a fix adds; `{files}` is replaced by their paths. Detected when absent."),
  paths: z
    .strictObject({
      protected: globs
        .default([".github/**", "**/CODEOWNERS", ".gitmodules", "**/CLAUDE.md", "**/AGENTS.md"])
        .describe(
          "Paths that a fix must never touch (globs; what lies below a match is protected, too). `.github/**` always is.",
        ),
    })
    .prefault({}),
  intake: IntakePolicy.prefault({}),
  quietHours: QuietHours.prefault({}),
  limits: Limits.prefault({}),
  gate: GatePolicy.prefault({}),
  protection: ProtectionPolicy.prefault({}),
  commands: z.strictObject(roles).prefault({}),
  onboarding: z
    .enum(["repository", "organization", "off"])
    .default("repository")
    .describe(
      "Where a new installation introduces itself: one issue per repository, one in the organisation's `.github` repository, or none.",
    ),
  retentionDays: z
    .int()
    .min(0)
    .max(3_650)
    .default(30)
    .describe("How long the data of a repository is kept after the App was removed from it."),
});
export type Policy = z.infer<typeof Policy>;

/** A policy with its commands settled: what the file says, else what was detected. Kept with the incident. */
export const SettledPolicy = Policy.extend({
  setup: commands,
  verify: commands,
  /** Which of the commands were detected rather than written down; shown in the pull request. */
  detected: z.array(z.enum(["setup", "verify", "reproduce"])),
  /** Files that decide what `setup` installs; undefined: setup may depend on any file. */
  lockFiles: z.array(z.string()).optional(),
  defaultBranch: z.string().min(1),
});
export type SettledPolicy = z.infer<typeof SettledPolicy>;
