import { lineAt } from "./stack-trace.ts";
import type { Frame } from "../domain/signal.ts";
import type { Stack } from "../domain/stack.ts";
import { headline } from "./stack-headline.ts";
import { isInApp } from "./stack-in-app.ts";
import { stackLines } from "./stack-lines.ts";
import { stackReaders } from "./stack-readers.ts";
import type { Found, ParsedException, RawException, Trace } from "./stack-trace.ts";

/** A log may hold many traces; the last ones are nearest to the end of the program. */
const maxTraces = 200;
const maxExceptions = 50;

/**
 * Reads the stack trace in a text, which may stand in a log or in JSON: the whole chain, outermost exception first.
 *
 * Of several traces one is chosen: the last that has a frame of the program's own code; failing that the last with
 * frames, then the last without. A program that goes on after an error logs it and may fail later; what ended it is
 * printed last. Without any trace the first line that reads as an error gives its type and message.
 *
 * Takes time in proportion to the text, of which 256 KB are read, in lines of 2,000 characters; gives at most 500 frames
 * for each exception.
 */
export function parseTrace(text: string): Trace {
  const lines = stackLines(text);
  const traces = findTraces(lines);
  const chosen = traces.findLast(hasOwnCode) ?? traces.findLast(hasFrames) ?? traces.at(-1);
  return chosen ?? headlineAlone(lines);
}

/**
 * The same in short: one error with its frames. Of a chain it is the innermost cause that passes through the program's
 * own code, as what is thrown further out only tells of it; errors that happened on the way do not count.
 */
export function parseStack(text: string): Stack {
  const own = mainException(parseTrace(text));
  if (!own) return { frames: [] };
  return {
    ...(own.type !== undefined && { errorType: own.type }),
    ...(own.message !== undefined && { message: own.message }),
    frames: own.frames.flatMap(plainFrame),
  };
}

function mainException({ exceptions: [outer, ...others] }: Trace): ParsedException | undefined {
  const causes = others.filter(({ relation }) => relation === "cause");
  return causes.findLast(({ frames }) => frames.some(({ inApp }) => inApp)) ?? outer;
}

/** Signals keep frames of files only. */
function plainFrame({ file, line, column, function: name, native }: ParsedException["frames"][number]): Frame[] {
  if (file === undefined || native) return [];
  return [
    {
      file,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(name !== undefined && { function: name }),
    },
  ];
}

function findTraces(lines: readonly string[]): Trace[] {
  const traces: Trace[] = [];
  let from = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const found = readAt(lines, at, from);
    if (!found) continue;
    if (found.exceptions.length > 0) traces.push({ exceptions: found.exceptions.slice(0, maxExceptions).map(judged) });
    if (traces.length > maxTraces) traces.shift();
    from = Math.max(found.to, at + 1);
    at = from - 1;
  }
  return traces;
}

function readAt(lines: readonly string[], at: number, from: number): Found | undefined {
  const line = lineAt(lines, at);
  if (line === "") return undefined;
  for (const reader of stackReaders) {
    const found = reader.starts(line) ? reader.read(lines, at, from) : undefined;
    if (found) return found;
  }
  return undefined;
}

function judged(exception: RawException): ParsedException {
  const { language, frames } = exception;
  return { ...exception, frames: frames.map((frame) => ({ ...frame, inApp: isInApp(language, frame) })) };
}

function hasOwnCode({ exceptions }: Trace): boolean {
  return exceptions.some(({ frames }) => frames.some(({ inApp }) => inApp));
}

function hasFrames({ exceptions }: Trace): boolean {
  return exceptions.some(({ frames }) => frames.length > 0);
}

function headlineAlone(lines: readonly string[]): Trace {
  for (const line of lines) {
    const error = headline(line);
    if (error?.message) return { exceptions: [{ language: "unknown", ...error, frames: [], relation: "outer" }] };
  }
  return { exceptions: [] };
}
