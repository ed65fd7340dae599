import { anyHeadline, headline, messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawException, RawFrame, StackReader } from "./stack-trace.ts";

const gem = /^([\w.-]{1,100}) \(([\w.+-]{1,60})\) /;
/** Without what may stand before it: `from `, `12: from `, `# `, `=> `, a gem. */
const inMethod = /^([^\s:'"`][^:'"`]{0,600}|[A-Za-z]:[^:'"`]{1,600}):(\d{1,9}):in [`'](.{1,300})'$/;
const withoutMethod = /^([^\s:'"`][^:'"`]{0,600}):(\d{1,9})$/;
const head = /^([^\s:'"`][^:'"`]{0,600}|[A-Za-z]:[^:'"`]{1,600}):(\d{1,9}):in [`'](.{1,300}?)': (.*)$/;
const typed = /^(.*?) ?\(([A-Z]\w*(?:::\w+)*)\)$/;
const traceback = /^Traceback \(most recent call last\):$/;
const numbered = /^\s*\d{1,5}: from /;
/** `TypeError (message):` and `Type: message`, as Rails and loggers put above a bare backtrace. */
const railsHead = /^\s*([A-Z]\w*(?:::\w+)*) \((.*)\):?$/;
const maxMessageLines = 20;

/** Ruby's traces: uncaught ones in both orders and both ways of quoting, and bare backtraces as Rails logs them. */
export const ruby: StackReader = {
  starts: (line) => line.includes(":in ") && (head.test(line) || readFrame(line) !== undefined),
  read: (lines, at, from) => {
    if (numbered.test(lineAt(lines, at))) return readReversed(lines, at);
    return head.test(lineAt(lines, at)) ? readUncaught(lines, at) : readBare(lines, at, from);
  },
};

/** The error's line is the crash site; its callers follow, then its causes in the same form. */
function readUncaught(lines: readonly string[], at: number): { exceptions: RawException[]; to: number } | undefined {
  const exceptions: RawException[] = [];
  let to = at;
  while (head.test(lineAt(lines, to))) {
    const { error, site, next } = readHead(lines, to);
    const block = framesFrom(lines, next, (line) => /^\s/.test(line));
    const printed = exceptionOf("ruby", error, [site, ...block.frames], exceptions.length > 0 ? "cause" : "outer");
    if (exceptions.some((other) => sameError(other, printed))) break;
    exceptions.push(printed);
    to = block.to;
  }
  return { exceptions, to };
}

/** A thread's death is printed twice: by itself, and by whoever waited for it. */
function sameError(one: RawException, other: RawException): boolean {
  return one.type === other.type && one.message === other.message && one.frames[0]?.line === other.frames[0]?.line;
}

type Head = { error: { type?: string; message: string }; site: RawFrame; next: number };

/** The type stands in brackets behind the first line of the message, or behind its last. */
function readHead(lines: readonly string[], at: number): Head {
  const [, file, line, name, text = ""] = head.exec(lineAt(lines, at)) ?? [];
  const callers = firstCaller(lines, at + 1);
  // Without frames below, what follows is somebody else's.
  const more = callers === undefined ? [] : lines.slice(at + 1, callers);
  const [, first = text, type] = typed.exec(text) ?? [];
  const message = withoutHints(first, more);
  return {
    error: { ...(type && { type }), message },
    site: frameOf({ file, line, function: name }),
    next: callers ?? at + 1,
  };
}

function firstCaller(lines: readonly string[], at: number): number | undefined {
  for (let next = at; next < Math.min(lines.length, at + maxMessageLines); next += 1) {
    const line = lineAt(lines, next);
    if (head.test(line)) return undefined;
    if (readFrame(line)) return next;
  }
  return undefined;
}

/** Below an error Ruby may show the source with carets and suggest names; neither is the message. */
function withoutHints(first: string, more: readonly string[]): string {
  const blank = more.findIndex((line) => line.trim() === "");
  return messageOf(first, blank < 0 ? more : more.slice(0, blank));
}

/** Ruby 2.5 to 2.7 on a terminal: the callers first, numbered, and the error last. */
function readReversed(lines: readonly string[], at: number): { exceptions: RawException[]; to: number } | undefined {
  const block = framesFrom(lines, at, (line) => numbered.test(line));
  if (!head.test(lineAt(lines, block.to))) {
    return { exceptions: [exceptionOf("ruby", undefined, block.frames.toReversed())], to: block.to };
  }
  const { error, site } = readHead(lines, block.to);
  return { exceptions: [exceptionOf("ruby", error, [site, ...block.frames.toReversed()])], to: block.to + 1 };
}

function readBare(
  lines: readonly string[],
  at: number,
  from: number,
): { exceptions: RawException[]; to: number } | undefined {
  const block = framesFrom(lines, at, () => true);
  return { exceptions: [exceptionOf("ruby", bareError(lines, at, from), block.frames)], to: block.to };
}

function bareError(lines: readonly string[], at: number, from: number): { type: string; message: string } | undefined {
  for (let above = at - 1; above >= Math.max(from, at - maxMessageLines); above -= 1) {
    const line = lineAt(lines, above).trim();
    const [, type, message = ""] = railsHead.exec(line) ?? [];
    if (type !== undefined) return { type, message };
    const found = headline(line) ?? (above === at - 1 ? anyHeadline(line) : undefined);
    if (found) return { ...found, message: messageOf(found.message, lines.slice(above + 1, at)) };
    if (traceback.test(line)) return undefined;
  }
  return undefined;
}

type Block = { frames: RawFrame[]; to: number };

function framesFrom(lines: readonly string[], at: number, fits: (line: string) => boolean): Block {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const line = lineAt(lines, to);
    const found = fits(line) && !head.test(line) ? readFrame(line) : undefined;
    if (!found && !/^\s*\.{3} \d{1,9} levels\.{3}$/.test(line)) break;
    if (found && frames.length < maxFrames) frames.push(found);
  }
  return { frames, to };
}

function readFrame(line: string): RawFrame | undefined {
  const text = line.trim().replace(/^(?:# |=> |\d{1,5}: )/, "");
  const called = text.startsWith("from ");
  const bare = text.replace(/^from /, "");
  const module = gem.exec(bare)?.[0].trimEnd();
  const placeText = module ? bare.slice(module.length + 1) : bare;
  const [, file, row, name] = inMethod.exec(placeText) ?? (called ? withoutMethod.exec(placeText) : null) ?? [];
  if (file === undefined || Number(row) < 1) return undefined;
  return frameOf({ file, line: row, function: name, module });
}
