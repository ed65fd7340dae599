import type { Category } from "../domain/category.ts";

/** One thing that a report says has failed. `detail` is the long text: a stack trace, a diff. `line` counts from 1. */
export type Failure = { name: string; message: string; detail: string; file?: string; line?: number };

/** What a report of a CI job holds, at most 500 failures. `category` is `unknown` where it reports none. */
export type Report = { category: Category; failures: Failure[] };

export const maxFailures = 500;

/** Reports are read up to this size; the rest of a larger one is left out. */
export const maxReport = 20 * 1024 * 1024;

/** A failure with its texts cut to sizes that can be stored and shown. */
export function cutFailure({ name, message, detail, file, line }: Failure): Failure {
  return {
    name: name.trim().slice(0, 500),
    message: message.trim().slice(0, 2_000),
    detail: detail.trim().slice(0, 20_000),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
  };
}

/** The report of these failures, in the category that they share. */
export function reportOf(category: Category, failures: readonly Failure[]): Report {
  return { category: failures.length > 0 ? category : "unknown", failures: failures.slice(0, maxFailures) };
}
