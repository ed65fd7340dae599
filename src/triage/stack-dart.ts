import { anyHeadline, headline, messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

const frame =
  /^\s*#\d{1,5} {1,12}(\S.{0,400}?) \(((?:[a-z][\w+.-]{1,20}:|\/)[^()]{0,1000}|[\w./-]{1,300}\.dart[^()]{0,20})\)$/;
const place = /^(.+?)(?::(\d{1,9}))?(?::(\d{1,9}))?$/;
/** What `package:stack_trace` prints: `package:shop/cart.dart 12:3  Cart.total`. */
const terse =
  /^\s*((?:package|file|https?):\S{1,600}|\S{1,400}\.dart|dart:\S{1,100})(?<!\s)(?: {1,4}(\d{1,9})(?::(\d{1,9}))?)? {2,40}(\S.{0,300})$/;
const between =
  /^\s*(?:<asynchronous suspension>|={3,} asynchronous gap =+|-{3,} *asynchronous gap *-+|\(elided .{1,200}\)|\.{3,})$/;
const thrown = /^The following (?:(\S{1,200}) was thrown|message was thrown)/;
const intro = /^\s*(?:(?:\[ERROR:[^\]]{0,200}\] )?Unhandled [Ee]xception:?)\s*(.*)$/;
const maxPreface = 20;

/** Dart's and Flutter's traces. */
export const dart: StackReader = {
  starts: (line) => readFrame(line) !== undefined,
  read: (lines, at, from) => {
    const frames: RawFrame[] = [];
    let to = at;
    for (; to < lines.length; to += 1) {
      const line = lineAt(lines, to);
      const found = readFrame(line);
      if (!found && !between.test(line)) break;
      if (found && frames.length < maxFrames) frames.push(found);
    }
    return { exceptions: [exceptionOf("dart", errorAbove(lines, at, from), frames)], to };
  },
};

type Thrown = { type?: string; message: string };

/** `Unhandled exception:` has the error on its own line or on the next; Flutter writes a paragraph around it. */
function errorAbove(lines: readonly string[], at: number, from: number): Thrown | undefined {
  for (let above = at - 1; above >= Math.max(from, at - maxPreface); above -= 1) {
    const line = lineAt(lines, above);
    const [flutter, type] = thrown.exec(line) ?? [];
    if (flutter !== undefined) return { ...(type && { type }), message: lineAt(lines, above + 1).trim() };
    const [, same] = intro.exec(line) ?? [];
    if (same !== undefined) return said([same, ...lines.slice(above + 1, at)]);
  }
  const direct = at > from ? lineAt(lines, at - 1) : "";
  return headline(direct) ?? said([direct]);
}

/** `RangeError (index): …`. */
const detailed = /^(\w{1,200}(?:Error|Exception))(?: \([^)]{0,100}\))?: (.*)$/;

/** Some of Dart's own errors do not print their name. From the SDK's `errors.dart`. */
const plainWords: readonly (readonly [string, string])[] = [
  ["Bad state:", "StateError"],
  ["Invalid argument", "ArgumentError"],
  ["Unsupported operation:", "UnsupportedError"],
  ["UnimplementedError", "UnimplementedError"],
  ["Concurrent modification during iteration", "ConcurrentModificationError"],
  ["Stack Overflow", "StackOverflowError"],
  ["Out of Memory", "OutOfMemoryError"],
  ["Null check operator used on a null value", "TypeError"],
  ["type '", "TypeError"],
];

/** What is thrown need not be an error: any object can be, and prints itself as it likes. */
function said(all: readonly string[]): Thrown | undefined {
  const [first, ...rest] = all.filter((line) => line.trim() !== "");
  if (first === undefined) return undefined;
  const { type, message } = typed(first);
  return { ...(type && { type }), message: messageOf(message, rest) };
}

function typed(line: string): Thrown {
  const [, type, text] = detailed.exec(line) ?? [];
  if (text !== undefined) return { ...(type && { type }), message: text };
  const known = plainWords.find(([words]) => line.startsWith(words));
  if (known) return { type: known[1], message: line };
  const found = headline(line) ?? anyHeadline(line);
  if (found && found.message !== "") return found;
  const [, name] = /^Instance of '(\w{1,200})'/.exec(line) ?? [];
  return { ...(name && { type: name }), message: line };
}

function readFrame(line: string): RawFrame | undefined {
  const [, name, inside] = frame.exec(line) ?? [];
  if (inside !== undefined) {
    const [, file, row, column] = place.exec(inside) ?? [];
    return frameOf({ file, line: row, column, function: name });
  }
  const [, file, row, column, called] = line.includes("  ") ? (terse.exec(line) ?? []) : [];
  return file === undefined ? undefined : frameOf({ file, line: row, column, function: called });
}
