import { messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

const panicked = /^thread '[^']{0,200}' (?:\(\d{1,12}\) )?panicked at (.*)$/;
/** Before Rust 1.73 the message stood in front of the place. */
const oldPlace = /'?, ([^\s,][^,]{0,600}):(\d{1,9}):(\d{1,9})$/;
const newForm = /^(\S.{0,600}):(\d{1,9}):(\d{1,9}):$/;
const entry = /^\s{0,10}(\d{1,5}): (?:0x[0-9a-f]{1,16} - )?(.{1,1000})$/;
const place = /^\s{1,40}at (\S.{0,1000}?):(\d{1,9})(?::(\d{1,9}))?$/;
const backtrace = /^\s*(?:stack backtrace|Stack backtrace):$/;
const maxMessageLines = 20;

/** What raises a panic, and what turns an error into one: they stand above the crash site. */
const machinery =
  /^(?:<?(?:std|core|alloc|backtrace|anyhow|color_eyre|eyre)::|__rustc::|_?_?rust_(?:begin|end|panic)|rust_begin_unwind|_start|__libc|<(?:usize|alloc::|core::|std::|\[T\]|T as))/;

/** Rust's panics in both forms, with or without a backtrace, and the backtraces of anyhow's errors. */
export const rust: StackReader = {
  starts: (line) => panicked.test(line) || backtrace.test(line),
  read: (lines, at) => {
    const head = panicHead(lines, at);
    const start = backtraceAfter(lines, head.to);
    const block = start === undefined ? { frames: [], to: head.to } : framesFrom(lines, start);
    const error = head.message === undefined ? errorAbove(lines, at) : { type: "panic", message: head.message };
    const frames = fromCrashSite(block.frames, head.site);
    return frames.length > 0 || error ? { exceptions: [exceptionOf("rust", error, frames)], to: block.to } : undefined;
  },
};

type Head = { message?: string; site?: RawFrame; to: number };

function panicHead(lines: readonly string[], at: number): Head {
  const [, text] = panicked.exec(lineAt(lines, at)) ?? [];
  if (text === undefined) return { to: at };
  const [, file, line, column] = newForm.exec(text) ?? [];
  if (file === undefined) return oldHead(lines, at, text);
  const ahead = lines.slice(at + 1, at + 1 + maxMessageLines);
  const end = ahead.findIndex(endsMessage);
  const [first = "", ...rest] = end < 0 ? ahead : ahead.slice(0, end);
  return { message: messageOf(first, rest), site: frameOf({ file, line, column }), to: at + 2 + rest.length };
}

function oldHead(lines: readonly string[], at: number, text: string): Head {
  // The place stands behind the last line of a message.
  for (let to = at; to < Math.min(lines.length, at + maxMessageLines); to += 1) {
    const last = to === at ? text : lineAt(lines, to);
    if (to > at && endsMessage(last)) break;
    const [suffix, file, line, column] = oldPlace.exec(last) ?? [];
    if (suffix === undefined) continue;
    const said = to === at ? [text] : [text, ...lines.slice(at + 1, to + 1)];
    const message = said.join("\n").slice(0, -suffix.length).replace(/^'/, "");
    return { message, site: frameOf({ file, line, column }), to: to + 1 };
  }
  return { message: text, to: at + 1 };
}

function endsMessage(line: string): boolean {
  return line.trim() === "" || backtrace.test(line) || line.startsWith("note: ") || panicked.test(line);
}

function backtraceAfter(lines: readonly string[], at: number): number | undefined {
  for (let next = at; next < Math.min(lines.length, at + 3); next += 1) {
    if (backtrace.test(lineAt(lines, next))) return next + 1;
  }
  return undefined;
}

/** `Error: message`, the way `main` prints an error that it returned. */
function errorAbove(lines: readonly string[], at: number): { type: string; message: string } | undefined {
  for (let above = at - 1; above >= Math.max(0, at - maxMessageLines); above -= 1) {
    const [, message] = /^Error: (.*)$/.exec(lineAt(lines, above)) ?? [];
    if (message !== undefined) return { type: "Error", message };
  }
  return undefined;
}

function framesFrom(lines: readonly string[], at: number): { frames: RawFrame[]; to: number } {
  const frames: RawFrame[] = [];
  let to = at;
  while (to < lines.length && readLine(lineAt(lines, to), frames)) to += 1;
  return { frames, to };
}

/** A frame's name, or the place of the frame before. The machinery above the crash site counts as well, hence twice. */
function readLine(line: string, frames: RawFrame[]): boolean {
  const [, file, row, column] = place.exec(line) ?? [];
  const last = frames.at(-1);
  if (file !== undefined && last) Object.assign(last, frameOf({ file, line: row, column }));
  const [, , name] = file === undefined ? (entry.exec(line) ?? []) : [];
  if (name !== undefined && frames.length < 2 * maxFrames) frames.push(frameOf({ function: written(name) }));
  return name !== undefined || (file !== undefined && last !== undefined);
}

/** Without the hash that older compilers put behind each name. */
function written(name: string): string {
  return name.replace(/::h[0-9a-f]{16}$/, "").trim();
}

/** From the place of the panic on. It is added where the backtrace, made for release, does not know it. */
function fromCrashSite(frames: readonly RawFrame[], site: RawFrame | undefined): RawFrame[] {
  const same = frames.findIndex((frame) => samePlace(frame, site));
  if (same >= 0) return frames.slice(same);
  const first = frames.findIndex((frame) => !machinery.test(frame.function ?? ""));
  const below = first < 0 ? [] : frames.slice(first);
  if (!site) return below;
  const [top, ...callers] = below;
  const placeless = below.every((frame) => frame.file === undefined);
  return top && placeless ? [{ ...top, ...site }, ...callers] : [site, ...below];
}

function samePlace(frame: RawFrame, site: RawFrame | undefined): boolean {
  const tail = (file = ""): string => file.replace(/^\.\//, "");
  return (
    site !== undefined &&
    frame.line === site.line &&
    frame.file !== undefined &&
    tail(frame.file).endsWith(tail(site.file))
  );
}
