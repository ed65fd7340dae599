import { headline, messageOf } from "./stack-headline.ts";
import type { Headline } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawException, RawFrame, Relation, StackReader } from "./stack-trace.ts";

const frame = /^\s*File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?$/;
const header = /^\s*(?:Exception Group )?Traceback \(most recent call last\):/;
/** Below frames any name is an error's. */
const errorLine = /^\s*([A-Za-z_][\w.]{0,300})(?:: (.*)|:?)$/;
const links: Readonly<Record<string, Relation>> = {
  "The above exception was the direct cause of the following exception:": "cause",
  "During handling of the above exception, another exception occurred:": "during",
};
/** Exception groups are drawn with bars; a line of dashes with a number starts a member. */
const bar = /^\s*[|+](?: |$)/;
const member = /^\s*(?:\+-)?\+-{3,40} (?:\d{1,6}|\.\.\.) -{3,40}$/;
const endOfGroup = /^\s*\+-{3,60}$/;
/** A message ends where a logger or a shell goes on. */
const elsewhere =
  /^(?:\[|\$ |##|\d{4}-\d\d-\d\d|\d\d:\d\d|(?:INFO|DEBUG|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|make|Error: Process)/;
const maxMessageLines = 20;
/** Source and carets may stand between frames, no more. */
const maxGap = 20;

/** Python's tracebacks, the crash site printed last. Of chained ones the last was not caught, and is the outer one. */
export const python: StackReader = {
  starts: (line) => {
    if (line.includes('File "')) return frame.test(undrawn(line));
    return line.includes("Traceback (") && header.test(undrawn(line));
  },
  read: (lines, at) => {
    const reading = new Reading(lines, at);
    while (reading.step());
    // Even where nothing was found: what was read once is not read again.
    return { exceptions: outermostFirst(reading.printed), to: reading.at };
  },
};

type Printed = { exception: RawException; link?: Relation; member: boolean };

/** Members of a group follow it; what led to it was printed before, in the order of time. */
function outermostFirst(printed: readonly Printed[]): RawException[] {
  const chain = printed.filter(({ member: inside }) => !inside).toReversed();
  const rest = [...chain.slice(1), ...printed.filter(({ member: inside }) => inside)];
  const [outer] = chain;
  return [
    ...(outer ? [outer.exception] : []),
    ...rest.map(({ exception, link = "cause" }) => ({ ...exception, relation: link })),
  ];
}

/** One pass over the lines of a chain of tracebacks. */
class Reading {
  readonly printed: Printed[] = [];
  readonly #lines: readonly string[];
  #frames: RawFrame[] = [];
  #indent = 0;
  #gap = 0;
  #member = false;
  at: number;

  constructor(lines: readonly string[], at: number) {
    this.#lines = lines;
    this.at = at;
  }

  /** Takes what stands at the present line; false where the trace has ended. */
  step(): boolean {
    const raw = this.#lines[this.at];
    if (raw === undefined) return this.#cutOff();
    const line = undrawn(raw);
    const taken = this.#takeMark(raw, line) ?? this.#takeFrame(line) ?? this.#takeError(line) ?? this.#takeGap(line);
    return taken || this.#cutOff();
  }

  /** Headers, and the words and lines between the parts of a chain. */
  #takeMark(raw: string, line: string): boolean | undefined {
    if (header.test(line)) return this.#takesHeader() && this.#next();
    if (member.test(raw)) this.#member = true;
    const marked = member.test(raw) || endOfGroup.test(raw) || this.#takeLink(links[line.trim()]);
    return marked ? this.#next() : undefined;
  }

  /** A second traceback belongs to the first where words between them say so, or in a group. */
  #takesHeader(): boolean {
    const last = this.printed.at(-1);
    return this.#frames.length === 0 && (last === undefined || last.link !== undefined || this.#member);
  }

  #takeLink(link: Relation | undefined): boolean {
    const last = this.printed.at(-1);
    if (!link || !last || this.#frames.length > 0) return false;
    last.link = link;
    return true;
  }

  #takeFrame(line: string): true | undefined {
    const [, file, row, name] = line.includes('File "') ? (frame.exec(line) ?? []) : [];
    if (file === undefined) return undefined;
    this.#indent = indentOf(line);
    this.#frames.push(frameOf({ file, line: row, function: name === "<module>" ? undefined : name }));
    // The crash site comes last, so the oldest calls are let go.
    if (this.#frames.length > 2 * maxFrames) this.#frames = this.#frames.slice(-maxFrames);
    return this.#next();
  }

  #takeError(line: string): true | undefined {
    const error = this.#frames.length > 0 || this.#member ? this.#errorIn(line) : undefined;
    if (!error) return undefined;
    this.at += 1;
    const rest: string[] = [];
    while (rest.length < maxMessageLines && this.#continues()) {
      rest.push(undrawn(lineAt(this.#lines, this.at)));
      this.at += 1;
    }
    this.#finish({ ...error, message: messageOf(error.message, rest) });
    return true;
  }

  #errorIn(line: string): Headline | undefined {
    // Some senders take the indentation away; then only an error's name tells its line from source.
    if (this.#indent === 0 && this.#frames.length > 0) return headline(line);
    if (indentOf(line) >= Math.max(1, this.#indent)) return undefined;
    const [, type, message = ""] = errorLine.exec(line) ?? [];
    return type === undefined ? undefined : { type, message };
  }

  #continues(): boolean {
    const raw = lineAt(this.#lines, this.at);
    const line = undrawn(raw);
    const marked = header.test(line) || member.test(raw) || endOfGroup.test(raw) || links[line.trim()] !== undefined;
    return line.trim() !== "" && !marked && !elsewhere.test(line);
  }

  /** Source below a frame; blank lines between the parts of a chain. */
  #takeGap(line: string): boolean {
    this.#gap += 1;
    const goesOn = line.trim() === "" ? this.#blankInChain() : this.#isSource(line);
    if (this.#gap > maxGap || !goesOn) return false;
    this.at += 1;
    return true;
  }

  #isSource(line: string): boolean {
    return this.#frames.length > 0 && (this.#indent === 0 || indentOf(line) >= this.#indent);
  }

  #blankInChain(): boolean {
    return this.#frames.length === 0 && this.#gap < 4 && this.printed.length > 0 && this.#linkAhead();
  }

  #linkAhead(): boolean {
    const ahead = this.#lines.slice(this.at, this.at + 3).map((line) => undrawn(line).trim());
    const linked = this.printed.at(-1)?.link !== undefined;
    return ahead.some((line) => links[line] !== undefined || (linked && header.test(line)));
  }

  #next(): true {
    this.at += 1;
    this.#gap = 0;
    return true;
  }

  /** A traceback without its error's line is one all the same. */
  #cutOff(): false {
    if (this.#frames.length > 0) this.#finish(undefined);
    return false;
  }

  #finish(error: Headline | undefined): void {
    const frames = this.#frames.slice(-maxFrames).toReversed();
    this.printed.push({ exception: exceptionOf("python", error, frames), member: this.#member });
    this.#frames = [];
    this.#gap = 0;
  }
}

function undrawn(line: string): string {
  return line.replace(bar, "");
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
