import { atLanguage, isAtLine, votedLanguage } from "./stack-at.ts";
import { anyHeadline, messageOf } from "./stack-headline.ts";
import type { Headline } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { Found, RawException, RawFrame, StackReader } from "./stack-trace.ts";

const frame =
  /^at ([^()]{1,600}?) ?\([^()]{0,1000}\)(?: \[0x[0-9a-f]{1,8}\])?(?: in (.{1,600}):(?:[^\s\d:/\\]{1,20} )?(\d{1,9}))?(?: ?<---)?$/;
const innerHead = /^\s*---> (?:\(Inner Exception #(\d{1,4})\) )?(.*)$/;
const endOfInner = /^\s*--- End of inner exception stack trace ---$/;
const endOfPrevious = /^\s*--- (?:End of stack trace from previous|Fin de)/;
const maxHead = 30;

/**
 * .NET's traces. The heads stand first, outermost first; then the frames, innermost first, each part closed by a line
 * that says so. Members of an AggregateException follow, of which the first is a repetition.
 */
export const csharp: StackReader = {
  starts: (line) => atLanguage(line) === "csharp",
  read: (lines, at, from) => {
    if (votedLanguage(lines, at) !== "csharp") return undefined;
    const open = headsAbove(lines, at, from).map((head, depth) =>
      exceptionOf("csharp", head, [], depth === 0 ? "outer" : "cause"),
    );
    const exceptions = open.length > 0 ? [...open] : [exceptionOf("csharp", undefined, [])];
    return readFrames(lines, at, exceptions);
  },
};

function readFrames(lines: readonly string[], at: number, exceptions: RawException[]): Found {
  const open = [...exceptions];
  let to = at;
  while (to < lines.length && readLine(lines, to, exceptions, open)) to += 1;
  return { exceptions, to };
}

/** Puts what a line says where it belongs: at the last of the open exceptions. False where the trace has ended. */
function readLine(lines: readonly string[], at: number, exceptions: RawException[], open: RawException[]): boolean {
  const line = lineAt(lines, at);
  const current = open.at(-1);
  const found = isAtLine(line) ? readFrame(line.trim()) : undefined;
  const inner = innerHead.exec(line);
  if (found && current) addFrame(current, found);
  else if (inner) openMember(inner, exceptions, open);
  else if (endOfInner.test(line)) closeInner(open);
  else return endOfPrevious.test(line) || (line.trim() === "" && innerHead.test(lineAt(lines, at + 1)));
  return true;
}

/** The outermost stays open: frames that nobody claims are its own. */
function closeInner(open: RawException[]): void {
  if (open.length > 1) open.pop();
}

/** The member with number 0 is the inner exception that was printed already. */
function openMember([, number, text = ""]: RegExpExecArray, exceptions: RawException[], open: RawException[]): void {
  const member = exceptionOf("csharp", anyHeadline(text) ?? { message: text }, [], "cause");
  if (number !== "0") exceptions.push(member);
  open.push(member);
}

function addFrame({ frames }: RawException, found: RawFrame): void {
  if (frames.length < maxFrames) frames.push(found);
}

/** From the exception's line down: `Outer: message ---> Inner: message`, on one line or on several. */
function headsAbove(lines: readonly string[], at: number, from: number): Headline[] {
  const top = topOfHeads(lines, at, from);
  const heads: Headline[] = [];
  for (const line of lines.slice(top, at).filter((each) => !label.test(each))) {
    const parts = (innerHead.exec(line)?.[2] ?? line).split(" ---> ");
    const found = innerHead.test(line) || heads.length === 0 || parts.length > 1 ? parts.map(headOf) : [];
    const last = heads.at(-1);
    if (found.length === 0 && last) last.message = messageOf(last.message, [line]);
    else heads.push(...found.filter((head) => head !== undefined));
  }
  return heads.filter(({ type, message }) => type !== "" || message !== "");
}

/** What `dotnet test` prints around a message. */
const label = /^\s*(?:Error Message|Stack Trace):\s*$/;
const unhandled = /^(?:\[ERROR\] )?(?:FATAL )?Unhandled exception[.:] ?/i;

/** The nearest line above that names an exception by its namespace, or the line directly above. */
function topOfHeads(lines: readonly string[], at: number, from: number): number {
  for (let above = at - 1; above >= Math.max(from, at - maxHead); above -= 1) {
    const line = lineAt(lines, above);
    if (!innerHead.test(line) && headOf(line.split(" ---> ")[0] ?? "")?.type.endsWith("Exception")) return above;
  }
  return Math.max(from, at - 1);
}

function headOf(text: string): Headline | undefined {
  const plain = text.trim().replace(unhandled, "");
  const [, type, message = ""] =
    /^(?:.{0,200}?[\s:])??([A-Za-z_][\w.+`]{0,300}Exception)(?: \([^)]{1,60}\))?(?: ?: (.*)|:?$)/.exec(plain) ?? [];
  return type === undefined ? anyHeadline(plain) : { type, message };
}

function readFrame(line: string): RawFrame | undefined {
  const [, printed = "", file, row] = frame.exec(line) ?? [];
  if (printed === "") return undefined;
  const name = written(printed);
  const module = name.slice(0, Math.max(0, name.lastIndexOf(".")));
  const known = file !== undefined && !file.startsWith("<");
  return frameOf({ file: known ? file : undefined, line: known ? row : undefined, module, function: name });
}

/**
 * The method as its author wrote it: async methods, lambdas and local functions are compiled into classes and methods
 * with names like `<RunAsync>d__12.MoveNext`, `<>c__DisplayClass1_0.<Run>b__0` and `<Run>g__Local|0_0`.
 */
function written(name: string): string {
  return name
    .replace(/([.+])<([^.+]{1,300})>d(?:__\w{1,20})?(?:`\d)?(?:\[[^\]]{0,200}\])?\.MoveNext$/, "$1<$2>")
    .replaceAll(/[.+]<>c(?:__DisplayClass\w{1,20})?(?:`\d)?(?=[.+])/g, "")
    .replace(/<<?([\w$]{1,200})>\$?>?g__([\w$]{1,200})\|\w{1,20}$/, "$1.$2")
    .replace(/<<?([\w$]{1,200})>\$?>?(?:[bm]__\w{1,20}>?)?$/, "$1")
    .replaceAll(/`\d{1,2}(?:\[[^\]]{0,200}\])?|\[[^\]]{0,200}\]$/g, "");
}
