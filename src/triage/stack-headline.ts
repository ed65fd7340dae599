import { lineAt } from "./stack-trace.ts";
/** The type and message of an error, as its line says them. */
export type Headline = { type: string; message: string };

/** Errors' names end like this, in whatever language; other names are taken only directly above frames. */
const errorName =
  /(?:Error|Exception|Failure|Fault|Warning|Interrupt|Exit|Panic|Throwable|Rejection|Violation|NotFound|Timeout)$/;

/** What runtimes and loggers say before the error's own name. */
const lead =
  /^(?:Uncaught |Unhandled |(?:\(node:\d{1,9}\) )?UnhandledPromiseRejectionWarning: |\(in promise\) |Exception in thread "[^"]{0,200}" |Unhandled exception\. |Caused by: |⨯ |\[cause\]: |\[)/i;

/** `Name`, `Name: message`, `Name [CODE]: message`, `Name(message)` in no language. Names may be qualified. */
const anchored = /^([A-Za-z_$\\](?:[\w$.\\/+`-]|::)*)(?: \[[^\]]{1,80}\])?(?::(?: (.*)|$)|$)/;

/** The same anywhere in a line; what stands before it is a logger's. */
const embedded = /(?:^|[\s:(["'>])([A-Za-z_$\\](?:[\w$.\\/]|::)*)(?: \[[^\]]{1,80}\])?: /g;

const maxMessageLines = 20;

/** Reads a line as an error's: strictly, by a name that only errors have. */
export function headline(line: string): Headline | undefined {
  const text = withoutLead(line);
  const whole = anyHeadline(text);
  if (whole && errorName.test(whole.type)) return whole;
  for (const match of text.matchAll(embedded)) {
    const [found, type = ""] = match;
    if (errorName.test(type)) return { type, message: text.slice(match.index + found.length) };
  }
  return undefined;
}

/** Reads a line as an error's where it stands in an error's place: any name will do. */
export function anyHeadline(line: string): Headline | undefined {
  const [, type, message = ""] = anchored.exec(withoutLead(line)) ?? [];
  return type === undefined ? undefined : { type: type.replace(/^\\/, ""), message };
}

function withoutLead(line: string): string {
  let text = line.trim();
  for (let round = 0; round < 4; round += 1) text = text.replace(lead, "");
  return text;
}

/**
 * The error whose frames start at `at`: the nearest line above that is an error's, with the lines between as the rest
 * of its message. Where there is none, the line directly above, if it reads as a name of its own.
 */
export function headlineAbove(
  lines: readonly string[],
  at: number,
  from: number,
): { type?: string; message?: string } | undefined {
  for (let above = at - 1; above >= Math.max(from, at - maxMessageLines); above -= 1) {
    const found = headline(lineAt(lines, above));
    if (found)
      return { type: found.type, message: messageOf(found.message, withoutSource(lines.slice(above + 1, at))) };
  }
  const direct = at - 1 >= from ? lineAt(lines, at - 1).trim() : "";
  const weak = anyHeadline(direct);
  if (weak && (weak.message !== "" || /\w\.\w/.test(weak.type))) return weak;
  return direct === "" ? undefined : { message: direct };
}

/** Test runners and runtimes show the source between the message and the frames: numbered, or with carets below. */
function withoutSource(lines: readonly string[]): readonly string[] {
  const numbered = lines.findIndex((line) => /^\s*(?:>\s*)?\d{1,6} \|/.test(line));
  const caret = lines.findIndex((line) => /^\s*[\^~]+\s*$/.test(line));
  const ends = [numbered, caret - 1].filter((end) => end >= 0);
  return ends.length > 0 ? lines.slice(0, Math.min(...ends)) : lines;
}

/** A message of several lines, without the blank ones around it. */
export function messageOf(first: string, rest: readonly string[]): string {
  const lines = first === "" ? rest : [first, ...rest];
  return lines
    .slice(0, maxMessageLines + 1)
    .join("\n")
    .trim();
}
