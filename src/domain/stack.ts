import type { Frame } from "./signal.ts";

/** What a text says about an error. `frames` has the crash site first, whichever way the language prints it. */
export type Stack = { errorType?: string; message?: string; frames: Frame[] };

/** A stack trace is small; what is larger is a log, and is cut before any pattern sees it. */
const maxText = 256 * 1024;
const maxLine = 2_000;
const maxFrames = 500;
const maxMessageLines = 20;
const anonymous = "<anonymous>";

const pythonFrame = /^\s*File "([^"]+)", line (\d{1,9})(?:, in (.+))?$/;
const errorLine = /^(?:Uncaught |Unhandled |\[cause\]: )?([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?:: (.*))?$/;
const errorName = /(?:Error|Exception|Failure|Fault|Warning|Interrupt|Exit|Panic)$/;

/**
 * Finds the first JavaScript stack, or the last Python traceback, in a text. Without one, the first line that looks like
 * an error is taken for its type and message. Takes time in proportion to the text.
 */
export function parseStack(text: string): Stack {
  const lines = text
    .slice(0, maxText)
    .split(/\r?\n/)
    .map((line) => line.slice(0, maxLine));
  return pythonStack(lines) ?? javascriptStack(lines) ?? headline(lines);
}

/** Splits `TypeError: x is not a function` into its type and message; undefined where a line is not an error's. */
export function parseErrorLine(line: string): { errorType: string; message: string } | undefined {
  const [, errorType, message = ""] = errorLine.exec(line.slice(0, maxLine).trim()) ?? [];
  return errorType !== undefined && errorName.test(errorType) ? { errorType, message } : undefined;
}

function headline(lines: readonly string[]): Stack {
  for (const line of lines) {
    const error = parseErrorLine(line);
    if (error?.message) return { ...error, frames: [] };
  }
  return { frames: [] };
}

/** Python prints the crash site last, and the error's line below it. Of chained tracebacks the last was not caught. */
function pythonStack(lines: readonly string[]): Stack | undefined {
  let open: Frame[] = [];
  let found: Stack | undefined;
  for (const line of lines) {
    const frame = readPythonFrame(line);
    if (frame) open = [frame, ...open.slice(0, maxFrames - 1)];
    else if (line.includes("Traceback (most recent call last)")) open = [];
    const error = open.length > 0 && /^\S/.test(line) ? namedError(line) : undefined;
    if (error) {
      found = { ...error, frames: open };
      open = [];
    }
  }
  return found ?? (open.length > 0 ? { frames: open } : undefined);
}

function readPythonFrame(line: string): Frame | undefined {
  const [, file, at, name] = pythonFrame.exec(line) ?? [];
  if (file === undefined || Number(at) < 1) return undefined;
  return { file, line: Number(at), ...(name && name !== "<module>" && { function: name }) };
}

/** Below a traceback any `name: text` is the error, whatever it is called. */
function namedError(line: string): { errorType: string; message: string } | undefined {
  const [, errorType, message = ""] = errorLine.exec(line) ?? [];
  return errorType === undefined ? undefined : { errorType, message };
}

/** JavaScript prints the crash site first, below the error's line. Causes follow and are left out. */
function javascriptStack(lines: readonly string[]): Stack | undefined {
  const start = lines.findIndex((line) => isFrameLine(line) && readFrame(line) !== undefined);
  if (start < 0) return undefined;
  const frames: Frame[] = [];
  for (const line of lines.slice(start)) {
    if (!isFrameLine(line) || frames.length >= maxFrames) break;
    const frame = readFrame(line);
    if (frame) frames.push(frame);
  }
  return { ...errorAbove(lines, start), frames };
}

function isFrameLine(line: string): boolean {
  return /^\s*at /.test(line);
}

/** `at fn (file:line:column)`, `at async fn (…)`, `at file:line:column`. Native and evaluated code has no file. */
function readFrame(line: string): Frame | undefined {
  const { name, place } = namedPlace(line.trim().replace(/^at (?:async )?/, ""));
  const [suffix, row, column] = /:(\d{1,9})(?::(\d{1,9}))?$/.exec(place) ?? [];
  if (suffix === undefined || Number(row) < 1) return undefined;
  const file = place.slice(0, -suffix.length);
  if (file === "" || file === anonymous || file.startsWith("eval at ")) return undefined;
  return {
    file,
    line: Number(row),
    ...(Number(column) > 0 && { column: Number(column) }),
    ...(name && name !== anonymous && { function: name }),
  };
}

/** The place may hold brackets of its own (`/srv/my (app)/x.js`), the name may not. */
function namedPlace(text: string): { name: string; place: string } {
  const bracket = text.endsWith(")") ? text.indexOf("(") : -1;
  if (bracket < 0) return { name: "", place: text };
  return { name: text.slice(0, bracket).trim(), place: text.slice(bracket + 1, -1) };
}

/** The error's line, and the rest of its message where that has several lines. */
function errorAbove(lines: readonly string[], start: number): { errorType?: string; message?: string } {
  for (let at = start - 1; at >= Math.max(0, start - maxMessageLines); at--) {
    const line = (lines[at] ?? "").trim();
    const error = parseErrorLine(line) ?? (at === start - 1 && line.includes(": ") ? namedError(line) : undefined);
    if (error) return { ...error, message: [error.message, ...lines.slice(at + 1, start)].join("\n").trimEnd() };
  }
  return {};
}
