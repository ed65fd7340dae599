import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

const place = /^\s*(\S.{0,1000}\.(?:go|s|c|cgo1\.go)):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?$/;
const call = /^\s*(?:created by )?([\w./~%@$-][^\s(]{0,500}(?:\(.{0,1500})?)$/;
const head = /(?:^|\s)(panic|fatal error|http: panic serving [^\s]{1,100}): (.*)$/;
const goroutine = /^goroutine \d{1,12} (?:gp=\S{1,40} m=\S{1,40} (?:mp=\S{1,40} )?)?\[[^\]]{1,200}\]:$/;
/** A panic that was caught and raised again, or came from a deferred function, is printed below the first. */
const again = /^\s+panic: (.*)$/;
const maxPreface = 20;

/** Go's traces: those of an uncaught panic, of a fatal error, of `debug.Stack()` and of the race detector. */
export const go: StackReader = {
  starts: (line) => /^(?:panic|fatal error): /.test(line) || goroutine.test(line),
  read: (lines, at, from) => {
    const error = errorAround(lines, at, from);
    const first = goroutineAfter(lines, at);
    if (first === undefined) {
      return error && !goroutine.test(lineAt(lines, at))
        ? { exceptions: [exceptionOf("go", error, [])], to: at + 1 }
        : undefined;
    }
    const block = framesFrom(lines, first + 1);
    if (block.frames.length === 0) return undefined;
    const to = afterOtherGoroutines(lines, block.to);
    return { exceptions: [exceptionOf("go", error, fromCrashSite(block.frames))], to };
  },
};

/** At the line itself or, for a bare goroutine, in the lines above. */
function errorAround(
  lines: readonly string[],
  at: number,
  from: number,
): { type: string; message: string } | undefined {
  for (let above = at; above >= Math.max(from, at - 3); above -= 1) {
    const [, kind, text = ""] = head.exec(lineAt(lines, above)) ?? [];
    if (kind !== undefined)
      return { type: kind === "fatal error" ? kind : "panic", message: lastRaised(lines, above, text) };
  }
  return undefined;
}

/** Of panics that were raised one after the other, the last ended the program. */
function lastRaised(lines: readonly string[], at: number, first: string): string {
  const later = lines.slice(at + 1, at + maxPreface).map((line) => again.exec(line)?.[1]);
  const end = later.indexOf(undefined);
  const raised = end < 0 ? later : later.slice(0, end);
  return (raised.at(-1) ?? first).replace(/ \[recovered(?:, repanicked)?\]$/, "");
}

function goroutineAfter(lines: readonly string[], at: number): number | undefined {
  for (let next = at; next < Math.min(lines.length, at + maxPreface); next += 1) {
    if (goroutine.test(lineAt(lines, next).trimEnd())) return next;
  }
  return undefined;
}

/** Pairs of lines: the call, then its place. */
function framesFrom(lines: readonly string[], at: number): { frames: RawFrame[]; to: number } {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to + 1 < lines.length; to += 2) {
    while (/^\.{3}(?:additional|\d{1,9}) /.test(lineAt(lines, to))) to += 1;
    const name = nameOf(lineAt(lines, to));
    const [, file, row] = place.exec(lineAt(lines, to + 1)) ?? [];
    if (name === undefined || file === undefined) break;
    if (frames.length < maxFrames) frames.push(frameOf({ file, line: row, function: name, module: packageOf(name) }));
  }
  return { frames, to };
}

function nameOf(line: string): string | undefined {
  const [, text] = call.exec(line.trimEnd().replace(/ in goroutine \d{1,12}$/, "")) ?? [];
  // Receivers have brackets too (`(*Cart).Total(0x1)`): the arguments are in the last ones.
  return text?.endsWith(")") ? text.slice(0, text.lastIndexOf("(")) : text;
}

/** `example.com/shop/store.(*Cart).Total` belongs to `example.com/shop/store`. */
function packageOf(name: string): string {
  const dot = name.indexOf(".", name.lastIndexOf("/") + 1);
  return dot < 0 ? name : name.slice(0, dot);
}

const machinery = /^(?:panic$|runtime\.|runtime\/debug\.|sync\.(?:runtime_|fatal|throw)|internal\/)/;

/** Where it broke: below the last call to `panic`, and below the runtime's own frames. */
function fromCrashSite(frames: readonly RawFrame[]): RawFrame[] {
  const below = frames.slice(frames.findLastIndex((frame) => frame.function === "panic") + 1);
  const first = below.findIndex((frame) => !machinery.test(frame.function ?? ""));
  return first < 0 ? [...frames] : below.slice(first);
}

/** The other goroutines of a dump only waited. */
function afterOtherGoroutines(lines: readonly string[], at: number): number {
  let to = at;
  for (;;) {
    const next = (lines[to] ?? "x").trim() === "" ? to + 1 : to;
    if (!goroutine.test(lineAt(lines, next).trimEnd())) return to;
    to = framesFrom(lines, next + 1).to;
    if (to <= next) return next + 1;
  }
}
