import * as z from "zod";

const globs = z.array(z.string().min(1)).max(200);
const commands = z.array(z.string().min(1).max(2_000)).max(20);

const Limits = z.strictObject({
  attempts: z
    .int()
    .min(1)
    .max(10)
    .default(3)
    .describe("Automatic attempts per incident before it gives up; a human's word resets the count."),
  ciIterations: z.int().min(0).max(10).default(2).describe("Automatic attempts after the pull request's CI went red."),
  turns: z.int().min(1).max(200).default(40).describe("Model turns per attempt."),
  minutes: z.number().min(0.1).max(120).default(20).describe("Wall time of one attempt."),
  usd: z.number().min(0.01).max(100).default(2).describe("Money per attempt, in US dollars."),
  tokens: z
    .int()
    .min(1_000)
    .max(20_000_000)
    .default(2_000_000)
    .describe("Input and output tokens per attempt, cached ones included."),
  outputChars: z
    .int()
    .min(1_000)
    .max(200_000)
    .default(30_000)
    .describe("Characters of one tool result that the model gets to see (60 % head, 40 % tail)."),
  commandMinutes: z
    .number()
    .min(0.1)
    .max(60)
    .default(10)
    .describe("Wall time of one setup, verify or reproduce command."),
  files: z.int().min(1).max(200).default(10).describe("Files a patch may touch."),
  lines: z.int().min(1).max(20_000).default(400).describe("Lines a patch may add and remove together."),
  watchHours: z.number().min(0).max(720).default(24).describe("How long a merged fix is watched for the same failure."),
});

/**
 * The rules of one repository, from its default branch's `.github/self-heal.yml`. Strict, so a typo is an error.
 * Each `describe` is the reference text in the README.
 */
export const Policy = z.strictObject({
  enabled: z.boolean().default(true).describe("`false` stops fixing in this repository."),
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
  limits: Limits.prefault({}),
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
