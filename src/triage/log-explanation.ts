import type { Category } from "../domain/category.ts";
import { LogReader } from "./log-reader.ts";
import type { Finding, LogReading } from "./log-reader.ts";
import { toolLocations } from "./tool-locations.ts";
import type { Location } from "./tool-location.ts";

const maxExcerpt = 20_000;
/** Nobody prints so long a line for people; the rest of it is dropped while it is read. */
const maxHeld = 64 * 1024;

/** Part of a log: the lines `from` to `to`, both included, counted from 1; without prefixes and colours. */
type Excerpt = { from: number; to: number; text: string };

/**
 * What broke, according to a log. `line` is as a person reads it, `lineNumber` its place in the log, from 1; `rule` is the
 * id of the rule that found it. The excerpt is what stands around it, or the end of the log. At most 20,000 characters.
 */
export type LogExplanation = {
  line?: string;
  lineNumber?: number;
  rule?: string;
  category: Category;
  excerpt?: Excerpt;
  locations: readonly Location[];
};

/** Finds the line of a CI job's log that says what broke. Takes time in proportion to the log. */
export function explainLog(log: string): LogExplanation {
  const reader = new LogReader();
  let start = 0;
  for (let end = log.indexOf("\n"); end >= 0; end = log.indexOf("\n", start)) {
    reader.take(log.slice(start, end));
    start = end + 1;
  }
  if (start < log.length) reader.take(log.slice(start));
  return explain(reader.read());
}

/** The same for a log that arrives in pieces, cut anywhere. Holds no more of it than one line and the excerpts. */
export async function explainLogStream(pieces: AsyncIterable<string>): Promise<LogExplanation> {
  const reader = new LogReader();
  let held = "";
  for await (const piece of pieces) {
    const lines = piece.split("\n");
    lines[0] = held + (lines[0] ?? "");
    held = (lines.pop() ?? "").slice(0, maxHeld);
    for (const line of lines) reader.take(line);
  }
  if (held !== "") reader.take(held);
  return explain(reader.read());
}

function explain({ cause, last }: LogReading): LogExplanation {
  const shown = cause ?? last;
  if (!shown) return { category: "unknown", locations: [] };
  const excerpt = excerptOf(shown);
  const rest = { excerpt, locations: toolLocations(excerpt.text) };
  if (!cause) return { category: "unknown", ...rest };
  const { line, number, rule } = cause;
  return { line, lineNumber: number, rule: rule?.id ?? "annotation", category: rule?.category ?? "unknown", ...rest };
}

function excerptOf({ line, number, before, after }: Finding): Excerpt {
  const lines = [...before, line, ...after];
  const { start, end } = fit(lines, before.length);
  const from = number - before.length + start;
  return { from, to: from + end - start - 1, text: lines.slice(start, end).join("\n") };
}

/** Drops lines from the end that is further from the cause until the rest is small enough. */
function fit(lines: readonly string[], focus: number): { start: number; end: number } {
  let [start, end] = [0, lines.length];
  let size = lines.reduce((sum, line) => sum + line.length + 1, 0);
  while (size > maxExcerpt && end - start > 1) {
    const first = focus - start >= end - 1 - focus;
    size -= (lines[first ? start : end - 1]?.length ?? 0) + 1;
    if (first) start++;
    else end--;
  }
  return { start, end };
}
