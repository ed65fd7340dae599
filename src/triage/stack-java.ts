import { atLanguage, isAtLine, votedLanguage } from "./stack-at.ts";
import { anyHeadline, headlineAbove, messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawException, RawFrame, Relation, StackLanguage, StackReader } from "./stack-trace.ts";

/** A class loader and a module may stand before the class: `app//`, `java.base@17/`. */
const frame = /^at ((?:[^\s()/$]{0,200}\/){0,4})([^()]{1,600})\.([^.()]{1,300})\(([^()]{0,200})\)/;
const chained = /^\s*(Caused by|Suppressed|Wrapped by): (?:\[CIRCULAR REFERENCE: ?)?(.*)$/;
const more = /^\s*\.\.\. \d{1,9} (?:more|common frames omitted)$/;
const relations: Readonly<Record<string, Relation>> = { Suppressed: "suppressed" };
const maxMessageLines = 20;

/** The traces of the Java virtual machine: Java, Kotlin, Scala, Groovy. */
export const java: StackReader = {
  starts: (line) => atLanguage(line) === "java",
  read: (lines, at, from) => {
    if (votedLanguage(lines, at) !== "java") return undefined;
    const first = framesFrom(lines, at);
    const exceptions = [exceptionOf("java", headlineAbove(lines, at, from), first.frames)];
    const to = readChain(lines, first.to, exceptions);
    const language = languageOf(exceptions);
    return { exceptions: exceptions.map((each) => ({ ...each, language })), to };
  },
};

function readChain(lines: readonly string[], at: number, exceptions: RawException[]): number {
  let to = at;
  for (;;) {
    const [, word = "", text] = chained.exec(lineAt(lines, to)) ?? [];
    if (text === undefined) return to;
    let first = to + 1;
    while (first < lines.length && first - to <= maxMessageLines && !endsMessage(lineAt(lines, first))) first += 1;
    const block = framesFrom(lines, first);
    const error = anyHeadline(text) ?? { message: text };
    const message = messageOf(error.message, lines.slice(to + 1, first));
    exceptions.push(exceptionOf("java", { ...error, message }, block.frames, relations[word] ?? "cause"));
    to = block.to;
  }
}

function endsMessage(line: string): boolean {
  return isAtLine(line) || more.test(line) || chained.test(line) || line.trim() === "";
}

/** `... 23 more` stands for frames that the exception above shares; they are not repeated. */
function framesFrom(lines: readonly string[], at: number): { frames: RawFrame[]; to: number } {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const line = lineAt(lines, to);
    const found = isAtLine(line) ? readFrame(line.trim()) : undefined;
    if (!found && !more.test(line)) break;
    if (found && frames.length < maxFrames) frames.push(found);
  }
  return { frames, to };
}

function readFrame(line: string): RawFrame | undefined {
  const [, , module, method, source = ""] = frame.exec(line) ?? [];
  if (module === undefined) return undefined;
  const { file, row } = placeOf(source);
  const native = source === "Native Method" || (row === undefined && generated.test(module));
  return frameOf({ file, line: row, module, function: `${module}.${method}`, native });
}

/** Proxies and lambdas are classes that nobody wrote. */
const generated = /\$\$|\$Proxy\d|Accessor\d/;
const noFile = /^(?:Native Method|Unknown Source|<generated>|SourceFile)?$/;

function placeOf(source: string): { file?: string | undefined; row?: string | undefined } {
  const [, file = "", row] = /^([^:]*)(?::(\d{1,9}))?$/.exec(source) ?? [];
  return noFile.test(file) ? {} : { file, row };
}

/** Kotlin's frames are Java's; the innermost file that is neither the runtime's nor a library's tells them apart. */
function languageOf(exceptions: readonly RawException[]): StackLanguage {
  const own = exceptions
    .flatMap(({ frames }) => frames)
    .filter(
      ({ file, module = "" }) => file && !/^(?:javax?|jdk|sun|kotlinx?|androidx?|dalvik|com\.android)\./.test(module),
    );
  return /\.kts?$/.test(own[0]?.file ?? "") ? "kotlin" : "java";
}
