import type { Frame } from "../domain/signal.ts";
import { clip } from "./clip.ts";
import { countOf, fieldsOf, listOf, textOf } from "./fields.ts";
import type { Fields } from "./fields.ts";

/** One exception of an event. `text` is what it would have printed, with the lines of code that Sentry has. */
export type SentryException = { type?: string; value?: string; frames: Frame[]; text: string };

const maxFrames = 500;
const maxExceptions = 50;

/**
 * The exceptions of an event, the outermost first. Sentry lists them the other way round, and the frames of each with
 * the crash site last (`event-payloads/exception` and `…/stacktrace` of its developer documentation).
 */
export function sentryExceptions(event: Fields): SentryException[] {
  const given = event["exception"] ?? event["sentry.interfaces.Exception"] ?? entryOf(event, "exception");
  const values = Array.isArray(given) ? given : fieldsOf(given)["values"];
  const known = (Array.isArray(values) ? values : []).slice(-maxExceptions).map(fieldsOf);
  const exceptions = known.filter((fields) => Object.keys(fields).length > 0).map(readException);
  return exceptions.toReversed();
}

/** Frames of an event without an exception: its own stack, or that of the thread that crashed. */
export function looseFrames(event: Fields): Frame[] {
  const own = readStack(event["stacktrace"] ?? entryOf(event, "stacktrace"));
  if (own.frames.length > 0) return own.frames;
  const threads = event["threads"] ?? entryOf(event, "threads");
  const values = listOf(Array.isArray(threads) ? threads : fieldsOf(threads)["values"], 200).map(fieldsOf);
  const crashed = values.find((thread) => thread["crashed"] === true) ?? values.find(isCurrent);
  return readStack(crashed?.["stacktrace"]).frames;
}

/** Sentry's API lists under `entries` what its webhooks and SDKs give names of their own. */
export function entryOf(event: Fields, type: string): unknown {
  const entry = listOf(event["entries"], 100)
    .map(fieldsOf)
    .find((fields) => fields["type"] === type);
  return entry?.["data"];
}

function isCurrent(thread: Fields): boolean {
  return thread["current"] === true;
}

function readException(fields: Fields): SentryException {
  const type = textOf(200, fields["type"]);
  const value = textOf(20_000, fields["value"]);
  const { frames, lines } = readStack(fields["stacktrace"] ?? fields["rawStacktrace"] ?? fields["raw_stacktrace"]);
  const text = [[type ?? "Error", value].filter(Boolean).join(": "), ...lines].join("\n");
  return { ...(type && { type }), ...(value && { value }), frames, text };
}

/** The crash site first. */
function readStack(given: unknown): { frames: Frame[]; lines: string[] } {
  const list = fieldsOf(given)["frames"];
  const known = (Array.isArray(list) ? list : []).slice(-maxFrames).toReversed().map(fieldsOf);
  const all = known.filter((fields) => Object.keys(fields).length > 0);
  const frames = all.map(readFrame);
  return { frames, lines: frames.flatMap((frame, at) => printed(frame, all[at])) };
}

/** Native frames name no file; the library that they are in is the place then. */
function readFrame(fields: Fields): Frame {
  const module = textOf(300, fields["module"]);
  const line = countOf(fields["lineno"] ?? fields["lineNo"]);
  const column = countOf(fields["colno"] ?? fields["colNo"]);
  const name = textOf(500, fields["function"], fields["raw_function"], fields["rawFunction"]);
  const inApp = fields["in_app"] ?? fields["inApp"];
  const paths = [fields["filename"], fields["abs_path"], fields["absPath"]];
  return {
    file: textOf(1_000, ...paths, module, fields["package"]) ?? "<unknown>",
    ...(line && { line }),
    ...(column && { column }),
    ...(name && { function: name }),
    ...(module && { module }),
    ...(typeof inApp === "boolean" && { inApp }),
  };
}

/** As Node prints a frame, so that what reads stacks can read it again; the line of code below it. */
function printed({ file, line, column, function: name }: Frame, fields: Fields | undefined): string[] {
  const place = [file, line, line && column].filter(Boolean).join(":");
  const code = fields && codeOf(fields);
  return [`    at ${name ? `${name} (${place})` : place}`, ...(code ? [`        > ${clip(code, 300)}`] : [])];
}

function codeOf(fields: Fields): string | undefined {
  const number = countOf(fields["lineno"] ?? fields["lineNo"]);
  const pair = listOf(fields["context"], 50).find((one) => Array.isArray(one) && one[0] === number);
  return textOf(300, fields["context_line"], Array.isArray(pair) ? pair[1] : undefined);
}
