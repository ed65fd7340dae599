import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawException, RawFrame, StackReader } from "./stack-trace.ts";

const call =
  /^\s*#(\d{1,5}) (?:(\[internal function\])|(.{1,1000}?)(?: : (?:eval\(\)'d code|runtime-created function))?\((\d{1,9})\)): (.*)$/;
const main = /^\s*#\d{1,5} \{main\}/;
const fatal =
  /^(?:\s*<br ?\/?>)?\s*(?:PHP )?(?:<b>)?(Fatal error|Parse error|Recoverable fatal error|Catchable fatal error|Warning|Notice|Deprecated)(?:<\/b>)?: {1,3}(.*)$/;
const uncaught = /^Uncaught (?:exception '([^']{1,300})' with message '(.*)|([\w\\@/.$-]{1,300})(?:: (.*)| in .*)$)/;
const thrownIn = /'? in (\/.{1,1000}|[A-Za-z]:.{1,1000}|\S{1,500}?\.\w{1,10}):(\d{1,9})$/;
const onLine = /^(.*) in (?:<b>)?(.{1,1000}?)(?:<\/b>)? on line (?:<b>)?(\d{1,9})(?:<\/b>)?(?:<br ?\/?>)?$/;
/** `Type: message in FILE:12`, as a logged exception prints itself, and `Next Type: …` for what it led to. */
const printed = /^(?:.{0,200}?\s)??(?:Next )?([A-Z\\][\w\\]{1,300}(?:@anonymous)?)(?:: (.*)| in .*)$/;
/** Laravel's log: `[object] (Type(code: 0): message at FILE:12)`. */
const laravel =
  /\[(?:previous exception\] \[)?object\] \(([\w\\]{1,300})\(code: [^)]{0,40}\): (.*) at (.{1,1000}):(\d{1,9})\)/;
const trace = /^\s*(?:Stack trace:|\[stacktrace\])$/;
/** Symfony's console: `at FILE:12`, then `Class->method() at FILE:12` for each call. */
const symfony =
  /^\s*(?:at )?(?:([\w\\{}@>:-]{1,300})\(.{0,300}\) )?at (\/.{1,1000}\.php|[A-Za-z]:.{1,1000}\.php):(\d{1,9})$/;
const maxHead = 20;

/** PHP's traces: fatal errors, logged exceptions, Laravel's log and Symfony's console. */
export const php: StackReader = {
  starts: (line) => trace.test(line) || call.test(line) || fatal.test(line) || symfony.test(line),
  read: (lines, at, from) => {
    const line = lineAt(lines, at);
    if (fatal.test(line)) return readFatal(lines, at);
    if (symfony.test(line)) return readSymfony(lines, at);
    return readTraces(lines, trace.test(line) ? at + 1 : at, headAbove(lines, at, from));
  },
};

type Head = { type?: string; message?: string; site?: RawFrame };
type Result = { exceptions: RawException[]; to: number } | undefined;

/** With a trace below it is an uncaught exception; without one the line says all there is. */
function readFatal(lines: readonly string[], at: number): Result {
  const [, kind = "", text = ""] = fatal.exec(lineAt(lines, at)) ?? [];
  if (text.startsWith("Uncaught ")) return readUncaught(lines, at, text);
  const [, message, file, line] = onLine.exec(text) ?? [];
  if (message === undefined) return undefined;
  return { exceptions: [exceptionOf("php", { type: kind, message }, [frameOf({ file, line })])], to: at + 1 };
}

function readUncaught(lines: readonly string[], at: number, text: string): Result {
  const first = traceFrom(lines, at);
  const [, oldType, oldMessage, type = oldType, message = oldMessage] = uncaught.exec(text) ?? [];
  if (first === undefined) return { exceptions: [exceptionOf("php", { ...(type && { type }) }, [])], to: at + 1 };
  const said = [message, ...lines.slice(at + 1, first)].join("\n");
  return readTraces(lines, first + 1, placed(said, type, lineAt(lines, first - 1)));
}

/** Where the trace begins that belongs to an error's line; its message may have several lines. */
function traceFrom(lines: readonly string[], at: number): number | undefined {
  const ahead = lines.slice(at, at + maxHead).findIndex((line) => trace.test(line));
  return ahead < 0 ? undefined : at + ahead;
}

/** The message ends with the place where it was thrown. A type without a message has the place directly behind it. */
function placed(said: string, type: string | undefined, lastLine: string): Head {
  const [suffix = "", file, line] = thrownIn.exec(lastLine) ?? [];
  const message = said.endsWith(suffix) ? said.slice(0, said.length - suffix.length) : said;
  return { ...(type && { type }), message, ...(file && { site: frameOf({ file, line }) }) };
}

/** Causes are printed first, each followed by `Next …`: what it led to. */
function readTraces(lines: readonly string[], at: number, first: Head): Result {
  const found: RawException[] = [];
  let head: Head | undefined = first;
  let to = at;
  while (head) {
    const block = framesFrom(lines, to, head.site);
    const error = {
      ...(head.type && { type: head.type }),
      ...(head.message !== undefined && { message: head.message }),
    };
    if (block.frames.length > 0) found.push(exceptionOf("php", error, block.frames, "cause"));
    to = block.to;
    const next = nextTrace(lines, to);
    head = next?.head;
    to = next?.to ?? to;
  }
  const [outer, ...causes] = found.toReversed();
  // Even where nothing was found: what was read once is not read again.
  return { exceptions: outer ? [{ ...outer, relation: "outer" }, ...causes] : [], to };
}

function nextTrace(lines: readonly string[], at: number): { head: Head; to: number } | undefined {
  const start = lineAt(lines, at).trim() === "" ? at + 1 : at;
  const first = lineAt(lines, start).startsWith("Next ") ? traceFrom(lines, start) : undefined;
  return first === undefined ? undefined : { head: headAbove(lines, first, start), to: first + 1 };
}

/** The lines above a trace, up to one that names a type. */
function headAbove(lines: readonly string[], at: number, from: number): Head {
  for (let above = at - 1; above >= Math.max(from, at - maxHead); above -= 1) {
    const line = lineAt(lines, above);
    const object = laravel.exec(line);
    if (object)
      return {
        type: object[1] ?? "",
        message: (object[2] ?? "").replaceAll('\\"', '"'),
        site: frameOf({ file: object[3], line: object[4] }),
      };
    const [, type, message = ""] = printed.exec(line.replace(/^.*?Uncaught /, "")) ?? [];
    if (type) return placed([message, ...lines.slice(above + 1, at)].join("\n"), type, lineAt(lines, at - 1));
  }
  return {};
}

/**
 * A numbered line says where a function was called, not where it broke in it. So each place belongs to the function of
 * the next line, and the first place is where the error was thrown.
 */
function framesFrom(
  lines: readonly string[],
  at: number,
  site: RawFrame | undefined,
): { frames: RawFrame[]; to: number } {
  const places = site ? [site] : [];
  const names: string[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const found = readCall(lineAt(lines, to));
    if (!found) break;
    if (places.length > maxFrames) continue;
    places.push(found.place);
    names.push(found.name);
  }
  // Without the place where it was thrown the first function has none, and is left out.
  const functions = site ? names : names.slice(1);
  const frames = places.map((place, depth) => ({ ...place, ...frameOf({ function: functions[depth] }) }));
  return { frames: frames.filter((frame) => frame.file ?? frame.function), to: afterMain(lines, to) };
}

function readCall(line: string): { place: RawFrame; name: string } | undefined {
  const [text, , native, file, row, called = ""] = call.exec(line) ?? [];
  if (text === undefined) return undefined;
  return { place: native ? frameOf({ native: true }) : frameOf({ file, line: row }), name: nameOf(called) };
}

function afterMain(lines: readonly string[], at: number): number {
  const to = main.test(lineAt(lines, at)) ? at + 1 : at;
  return /^\s*thrown in /.test(lineAt(lines, to)) ? to + 1 : to;
}

/** `Shop\Cart->total('a', Array)` without its arguments. Closures may have brackets in their names. */
function nameOf(called: string): string {
  // In JSON, as Laravel logs it, backslashes are doubled.
  const name = called.replaceAll("\\\\", "\\");
  return /^(?:\{closure[^}]{0,400}\}|[^({]{0,400}(?:\{closure[^}]{0,400}\})?)/.exec(name)?.[0] ?? name;
}

function readSymfony(lines: readonly string[], at: number): Result {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const [, name, file, line] = symfony.exec(lineAt(lines, to)) ?? [];
    if (file === undefined) break;
    const caller = frames.at(-1);
    if (caller && name) caller.function = name;
    if (frames.length < maxFrames) frames.push(frameOf({ file, line }));
  }
  return { exceptions: [exceptionOf("php", symfonyHead(lines, at), frames)], to };
}

function symfonyHead(lines: readonly string[], at: number): Head {
  for (let above = at - 1; above >= Math.max(0, at - maxHead); above -= 1) {
    const [, type] = /^\s*\[([\w\\]{1,300})(?: \(\S{1,40}\))?\]\s*$/.exec(lineAt(lines, above)) ?? [];
    if (type) return { type, message: lineAt(lines, above + 1).trim() };
  }
  return {};
}
