import { withoutAnsi } from "./ansi.ts";

const around = 40;
const maxChars = 20_000;
const maxLine = 1_000;
/** Logs of a job grow to hundreds of megabytes; what broke it is near the end. */
const maxLog = 4 * 1024 * 1024;

/** GitHub's prefix of every line, with a byte order mark before the first. */
const timestamp = /^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z ?/;

/** Lines that are in every log, or only say that something failed. */
const boilerplate: readonly RegExp[] = [
  /^##\[(?:group|endgroup|debug|command)\]/,
  /^##\[error\](?:Process completed with exit code|The operation was canceled)/,
  /^\[command\]/,
  /^(?:Post job cleanup\.|Cleaning up orphan processes|Temporarily overriding HOME=|Adding repository directory to)/,
  /^Terminate orphan process:/,
  /^npm (?:error|ERR!) (?:A complete log of this run|Lifecycle script|code ELIFECYCLE|errno \d|workspace |location )/,
];

/** What the line that matters looks like, best first. Of each kind the last one in the log counts. */
const errors: readonly RegExp[] = [
  /^##\[error\]/,
  /^\s*(?:[\w$.]+(?:Error|Exception)\b(?: \[\w+\])?:|panic: |thread '.{1,200}' panicked|Traceback \(most recent call last\))/,
  /(?:^|\s)(?:error(?:\[\w+\])?:|error TS\d+|FATAL\b|fatal:)/,
  /^\s*(?:FAIL(?:ED|URES?)?\b|not ok \d|--- FAIL|[✕✗✖×]\s)/u,
  /\b(?:error|failed|failure|exception)\b/i,
];

/**
 * The part of a job's log that says what broke: the last line that looks like the error, with 40 lines on either side,
 * without timestamps, colours and boilerplate. At most 20,000 characters.
 */
export function logExcerpt(log: string): string {
  const lines = withoutAnsi(log.slice(-maxLog))
    .split(/\r?\n/)
    .map((line) => line.replace(timestamp, "").trimEnd())
    .filter((line) => !boilerplate.some((pattern) => pattern.test(line)));
  const focus = focusOf(lines);
  const window = lines.slice(Math.max(0, focus - around), focus + around + 1).map(cutLine);
  return fit(window, Math.min(focus, around)).join("\n").trim();
}

function focusOf(lines: readonly string[]): number {
  for (const pattern of errors) {
    const at = lines.findLastIndex((line) => pattern.test(line.slice(0, maxLine)));
    if (at >= 0) return at;
  }
  return lines.findLastIndex((line) => line !== "");
}

function cutLine(line: string): string {
  return line.length > maxLine ? `${line.slice(0, maxLine)} … [cut]` : line;
}

/** Drops lines from the end that is further from the error until the rest is small enough. */
function fit(lines: readonly string[], focus: number): readonly string[] {
  let [start, end] = [0, lines.length];
  let size = lines.reduce((sum, line) => sum + line.length + 1, 0);
  while (size > maxChars && end - start > 1) {
    const first = focus - start >= end - 1 - focus;
    size -= (lines[first ? start : end - 1]?.length ?? 0) + 1;
    if (first) start++;
    else end--;
  }
  return lines.slice(start, end);
}
