import * as z from "zod";
import type { Signal } from "./signal.ts";

/** Of so many reports of one failure, the 1st, 10th, 100th, … are kept; there are never more than this. */
const maxSamples = 10;
const maxMessage = 1_000;

/** One of many reports of a failure. `n` is which one it was, `at` when it arrived, in UTC milliseconds. */
export const Sample = z.strictObject({
  n: z.int().positive(),
  at: z.int(),
  message: z.string(),
  environment: z.string().optional(),
  release: z.string().optional(),
  url: z.string().optional(),
});
export type Sample = z.infer<typeof Sample>;

/** Whether the n-th report is worth keeping: 1, 10, 100, … */
export function isSampled(n: number): boolean {
  return /^10*$/.test(String(n));
}

/** The samples with the n-th report among them, where it is one to keep. */
export function withSample(
  samples: readonly Sample[],
  { message, environment, release, url }: Signal,
  { n, at }: { n: number; at: number },
): Sample[] {
  if (!isSampled(n) || samples.length >= maxSamples) return [...samples];
  const where = { ...(environment && { environment }), ...(release && { release }), ...(url && { url }) };
  return [...samples, { n, at, message: message.slice(0, maxMessage), ...where }];
}
