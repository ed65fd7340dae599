import * as z from "zod";
import { cutFailure, maxFailures, maxReport, reportOf } from "./artifact-failure.ts";
import type { Failure, Report } from "./artifact-failure.ts";
import { fileOf } from "./tool-location.ts";

const Location = z.object({
  physicalLocation: z
    .object({
      artifactLocation: z.object({ uri: z.string().optional(), index: z.int().optional() }).optional().catch(undefined),
      region: z.object({ startLine: z.int().positive().optional() }).optional().catch(undefined),
    })
    .optional(),
});
const Result = z.object({
  ruleId: z.string().optional(),
  rule: z.object({ id: z.string().optional() }).optional().catch(undefined),
  kind: z.string().optional(),
  level: z.string().optional(),
  message: z.object({ text: z.string().optional(), markdown: z.string().optional() }).optional().catch(undefined),
  locations: z.array(Location).optional().catch(undefined),
  suppressions: z.array(z.unknown()).nullish(),
});
type Result = z.infer<typeof Result>;
const Run = z.object({
  results: z.array(z.unknown()).nullish(),
  artifacts: z.array(z.unknown()).nullish(),
});
const Log = z.object({ runs: z.array(z.unknown()) });
const Artifact = z.object({ location: z.object({ uri: z.string() }) });

/**
 * Reads a SARIF 2.1 log (OASIS): the results that fail, with their first place. Results that pass, are suppressed, or are
 * only notes are left out. A text that is no such log has no failures.
 */
export function readSarif(text: string): Report {
  const log = Log.safeParse(jsonOf(text));
  if (!log.success) return reportOf("lint", []);
  return reportOf("lint", log.data.runs.flatMap(failuresOf).slice(0, maxFailures));
}

function failuresOf(given: unknown): Failure[] {
  const run = Run.safeParse(given).data;
  const uris = (run?.artifacts ?? []).map((artifact) => Artifact.safeParse(artifact).data?.location.uri);
  return (run?.results ?? [])
    .slice(0, maxFailures * 10)
    .flatMap((result) => Result.safeParse(result).data ?? [])
    .filter(isFailure)
    .map((result) => failureOf(result, uris));
}

/** An absent kind is `fail`, an absent level `warning`. */
function isFailure({ kind = "fail", level = "warning", suppressions }: Result): boolean {
  return kind === "fail" && (level === "error" || level === "warning") && (suppressions ?? []).length === 0;
}

function failureOf(result: Result, uris: readonly (string | undefined)[]): Failure {
  const { ruleId, rule, message, locations = [] } = result;
  const detail = message?.text ?? message?.markdown ?? "";
  return cutFailure({
    name: ruleId ?? rule?.id ?? "(no rule)",
    message: detail.replace(/\n[^]*/, ""),
    detail,
    ...placeOf(locations[0]?.physicalLocation, uris),
  });
}

type Place = z.infer<typeof Location>["physicalLocation"];

/** A log may keep its files in one list, and name them by their place in it. */
function placeOf(place: Place, uris: readonly (string | undefined)[]): { file?: string; line?: number } {
  const { uri, index = -1 } = place?.artifactLocation ?? {};
  const file = fileOf(decoded(uri ?? uris[index] ?? ""), true);
  const line = place?.region?.startLine;
  return { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.length > maxReport ? "" : text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}
