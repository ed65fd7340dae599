import * as z from "zod";

/** What one incident and one attempt may use. Each `describe` is the reference text in the README. */
export const Limits = z.strictObject({
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
