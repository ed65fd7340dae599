import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

/** Before Swift 5.4 the place stood behind the message, and in some builds still does. */
const oldFatal =
  /^(?:.{0,200}?\s)??(Fatal error|Precondition failed|Assertion failed)(?:: (.{0,1500}))?: file (.{1,600}), line (\d{1,9})$/;
const newFatal =
  /^(?:.{0,200}?\s)??(\S{1,600}\.swift):(\d{1,9}): (Fatal error|Precondition failed|Assertion failed)(?:: (.*))?$/;
/** Swift's own backtrace: `0 [ra] 0x000… name + 12 in app at /src/main.swift:3:5`. */
const own =
  /^\s*\d{1,5}(?: {1,8}\[[\w.]{1,10}\])*(?: {1,12}0x[0-9a-f]{1,16})? (\S.{0,600}?)(?: \+ \d{1,9})? in (\S{1,200})(?: at (.{1,600}?):(\d{1,9})(?::(\d{1,9}))?)?$/;
/** LLDB: `frame #1: 0x… app`name(x:) at main.swift:12:5`. */
const lldb =
  /^\s*(?:\* )?frame #\d{1,5}: 0x[0-9a-f]{1,16} (\S{1,200}?)`(.{1,600}?)(?: \+ \d{1,9})?(?: at (.{1,600}?):(\d{1,9})(?::(\d{1,9}))?)?$/;
/** Apple's crash reports: `0   App   0x000000010… name(x:) + 12 (Cart.swift:12)`. */
const report =
  /^\s*\d{1,5}\s{1,20}(\S.{0,100}?)\s{1,40}0x[0-9a-f]{8,16} (\S.{0,600}?) \+ \d{1,12}(?: \(([^()\s]{1,300}):(-?\d{1,9})\))?$/;
const stopped =
  /^\s*\* thread #\d{1,5}.{0,200} stop reason = (Fatal error|Precondition failed|EXC_\w{1,40}|[^:]{1,100})(?:: (.{0,1500}))?$/;
const crash = /^\s*(?:💣 |\*\*\* )?Program crashed: (.{1,500}?)(?: at 0x[0-9a-f]{1,16})?(?: \*\*\*)?$/;
const preface =
  /^\s*(?:Current stack trace|Stack dump|Backtrace|\*\*\* |💣 |Program crashed|Crash:|Thread \d{1,5}.{0,100}[Cc]rashed|\* thread #\d)/;
const maxPreface = 30;

/** Swift: the runtime's fatal errors, its own backtraces, LLDB's, and Apple's crash reports. */
export const swift: StackReader = {
  starts: (line) =>
    fatalOf(line) !== undefined || crash.test(line) || stopped.test(line) || readFrame(line) !== undefined,
  read: (lines, at) => {
    const head = headFrom(lines, at);
    const start = firstFrame(lines, at);
    const block = start === undefined ? { frames: [], to: at + 1 } : framesFrom(lines, start);
    const frames = fromCrashSite(block.frames, head?.site);
    const error = head?.error ?? failureIn(block.frames);
    return error || frames.length > 0 ? { exceptions: [exceptionOf("swift", error, frames)], to: block.to } : undefined;
  },
};

type Head = { error: { type: string; message: string }; site?: RawFrame };

function headFrom(lines: readonly string[], at: number): Head | undefined {
  const line = lineAt(lines, at);
  const [, reason] = crash.exec(line) ?? [];
  const [, kind, text = ""] = stopped.exec(line) ?? [];
  if (kind !== undefined) return { error: { type: kind, message: text } };
  if (reason === undefined) return fatalOf(line);
  return { error: { type: "Crash", message: reason } };
}

function fatalOf(line: string): Head | undefined {
  const old = oldFatal.exec(line);
  if (old) return fatal(old[1], old[2], frameOf({ file: old[3], line: old[4] }));
  const now = newFatal.exec(line);
  return now ? fatal(now[3], now[4], frameOf({ file: now[1], line: now[2] })) : undefined;
}

/** A crash report names a trap as a frame of its own, inlined into the function that failed. */
function failureIn(frames: readonly RawFrame[]): Head["error"] | undefined {
  const lead = "Swift runtime failure: ";
  const named = frames.find((frame) => frame.function?.startsWith(lead));
  return named && { type: "Fatal error", message: (named.function ?? "").slice(lead.length) };
}

function fatal(kind = "", message = "", site: RawFrame = {}): Head {
  return { error: { type: kind, message }, site };
}

function firstFrame(lines: readonly string[], at: number): number | undefined {
  for (let next = at; next < Math.min(lines.length, at + maxPreface); next += 1) {
    const line = lineAt(lines, next);
    if (readFrame(line)) return next;
    if (next > at && line.trim() !== "" && !preface.test(line)) return undefined;
  }
  return undefined;
}

/** Swift's own backtrace shows the source between the frames, with `│` at its side. */
function framesFrom(lines: readonly string[], at: number): { frames: RawFrame[]; to: number } {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const line = lineAt(lines, to);
    const found = readFrame(line);
    const source =
      /^\s{0,20}\d{0,6}\s?[│|]/.test(line) || (line.trim() === "" && readFrame(nextText(lines, to)) !== undefined);
    if (!found && !source && !/^\s*\.{3}$/.test(line)) break;
    if (found && frames.length < maxFrames) frames.push(found);
  }
  return { frames, to };
}

function nextText(lines: readonly string[], at: number): string {
  const ahead = lines.slice(at + 1, at + 12).find((line) => line.trim() !== "" && !/[│|]/.test(line));
  return ahead ?? "";
}

function readFrame(line: string): RawFrame | undefined {
  if (!line.includes("0x") && !line.includes(" at ")) return undefined;
  return lldbFrame(line) ?? reportFrame(line) ?? ownFrame(line);
}

function lldbFrame(line: string): RawFrame | undefined {
  const [, module, name, file, row, column] = lldb.exec(line) ?? [];
  return name === undefined ? undefined : frameOf({ file, line: row, column, function: name, module });
}

function reportFrame(line: string): RawFrame | undefined {
  const [, module, name, file, row] = report.exec(line) ?? [];
  return name === undefined ? undefined : frameOf({ file: written(file), line: row, function: name, module });
}

function ownFrame(line: string): RawFrame | undefined {
  const [, name, module, file, row, column] = own.exec(line) ?? [];
  if (module === undefined || (file === undefined && !line.includes("0x"))) return undefined;
  return frameOf({ file: written(file), line: row, column, function: name, module });
}

/** What the compiler generated is in no file. */
function written(file: string | undefined): string | undefined {
  return file?.startsWith("<") || file?.startsWith("/<") ? undefined : file;
}

const machinery =
  /^(?:Swift runtime failure|_?assertionFailure|_swift|swift_|_fatalError|closure #\d{1,3} in closure #\d{1,3} in _assertionFailure|specialized _assertion|\[inlined\] )/;

function fromCrashSite(frames: readonly RawFrame[], site: RawFrame | undefined): RawFrame[] {
  const first = frames.findIndex((frame) => !machinery.test(frame.function ?? ""));
  const below = first < 0 ? [] : frames.slice(first);
  if (below.length === 0) return site ? [site] : [...frames];
  // The library's own check failed: where it was called is the crash site.
  if (!site || site.file?.startsWith("Swift/")) return below;
  // The fatal error names the module and the file, the frame the whole path.
  const name = site.file?.split("/").at(-1) ?? "";
  const same = below.findIndex((frame) => frame.line === site.line && frame.file?.endsWith(name));
  return same < 0 ? [site, ...below] : below.slice(same);
}
