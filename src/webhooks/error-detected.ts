import * as z from "zod";
import type { Frame, Signal } from "../domain/signal.ts";
import { parseErrorLine, parseStack } from "../domain/stack.ts";
import { clip, firstLine } from "./clip.ts";

const text = (max: number) =>
  z
    .string()
    .transform((given) => clip(given, max))
    .optional();
const count = z
  .union([z.int().positive(), z.string().regex(/^[1-9]\d{0,8}$/, "expected a number above 0")])
  .transform(Number)
  .optional();

/**
 * The `error-detected` contract: ten keys, as many as GitHub allows in a `client_payload`. Other keys are dropped, so a
 * sender cannot name a repository of its choice.
 */
const ErrorDetected = z.object({
  error_message: z
    .string("expected a text")
    .trim()
    .min(1, "expected a text that is not empty")
    .transform((given) => clip(given, 20_000)),
  file: text(1_000),
  line: count,
  column: count,
  stack: text(60_000),
  // A branch or a short id is no commit: nothing could be fetched or compared by it.
  commit: z
    .string()
    .transform((given) => (/^[0-9a-f]{40}$/i.test(given) ? given.toLowerCase() : undefined))
    .optional(),
  environment: text(200),
  url: text(2_000),
  fingerprint: text(300),
  extra: z.record(z.string(), z.unknown()).optional(),
});
type ErrorDetected = z.infer<typeof ErrorDetected>;

/** What the ten keys say about an error. */
type DetectedError = Pick<
  Signal,
  "title" | "errorType" | "message" | "detail" | "frames" | "commit" | "environment" | "url" | "group"
>;

/** Reads the ten keys, whoever sends them. `why` names every key that is wrong, and how. */
export function readErrorDetected(given: unknown): { ok: true; error: DetectedError } | { ok: false; why: string } {
  const { success, data, error } = ErrorDetected.safeParse(withoutBlanks(given));
  return success ? { ok: true, error: toError(data) } : { ok: false, why: problems(error) };
}

function toError(reported: ErrorDetected): DetectedError {
  const { error_message, stack = "", extra, commit, environment, url, fingerprint } = reported;
  const trace = parseStack(stack);
  const errorType = parseErrorLine(error_message)?.errorType ?? trace.errorType;
  const detail = clip([stack, extraText(extra)].filter(Boolean).join("\n\n"), 60_000);
  return {
    title: firstLine(error_message, 300),
    message: error_message,
    frames: withPlace(trace.frames, reported),
    ...(detail && { detail }),
    ...(errorType && { errorType: clip(errorType, 200) }),
    ...(commit && { commit }),
    ...(environment && { environment }),
    ...(url && { url }),
    ...(fingerprint && { group: fingerprint }),
  };
}

/** The reported place is the crash site, unless the stack names it already. */
function withPlace(frames: Frame[], { file, line, column }: ErrorDetected): Frame[] {
  if (!file) return frames;
  const known = frames.some((frame) => frame.line === line && frame.file.endsWith(file));
  if (known) return frames;
  return [{ file, ...(line && { line }), ...(column && { column }) }, ...frames.slice(0, 499)];
}

function extraText(extra: ErrorDetected["extra"]): string {
  return extra ? clip(`extra: ${JSON.stringify(extra, null, 1)}`, 10_000) : "";
}

/** Senders built from templates write `""` or `null` for what they do not know. */
function withoutBlanks(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== ""));
}

function problems({ issues }: z.ZodError): string {
  const named = issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  return clip(named.join("; "), 500);
}
