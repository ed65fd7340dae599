import { messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

const head = /^\s*\*\* \(([A-Z][\w.]{0,300}|exit|throw|stop|EXIT from [^)]{1,60})\) ?(.*)$/;
const frame =
  /^\s{2,12}(?:\(([\w-]{1,100}) ([\w.+-]{1,60})\) )?([\w./@-]{1,400}\.(?:exs?|erl|eex|heex|leex)):(\d{1,9}): (\S.{0,500})$/;
const withoutPlace =
  /^\s{2,12}(?:\(([\w-]{1,100}) ([\w.+-]{1,60})\) )?((?::[\w.]{1,200}|[A-Z][\w.]{1,200})\.[^\s(]{1,200}(?:\(.{0,500}\)|\/\d{1,3}))$/;
/** What ExUnit prints between a message and its frames. */
const testNote = /^\s*(?:code: |stacktrace:$)/;
const maxMessageLines = 20;

/** Elixir's traces: `** (Type) message`, then the calls, the crash site first. */
export const elixir: StackReader = {
  starts: (line) => line.includes("** (") && head.test(line),
  read: (lines, at) => {
    const [, type = "", text = ""] = head.exec(lineAt(lines, at)) ?? [];
    // An exit only reports what ended the process: the error itself stands on the next line.
    if (type.startsWith("EXIT") && head.test(lineAt(lines, at + 1))) return undefined;
    const first = firstFrame(lines, at + 1);
    const block = framesFrom(lines, first);
    if (block.frames.length === 0)
      return { exceptions: [exceptionOf("elixir", { type, message: text }, [])], to: at + 1 };
    const said = lines.slice(at + 1, first).filter((line) => !testNote.test(line));
    const message = messageOf(text, said);
    return { exceptions: [exceptionOf("elixir", { type, message }, block.frames)], to: block.to };
  },
};

/** A message may have several lines, and be followed by the arguments that did not fit. */
function firstFrame(lines: readonly string[], at: number): number {
  let first = at;
  while (first - at < maxMessageLines && first < lines.length && !readFrame(lineAt(lines, first))) first += 1;
  return first;
}

function framesFrom(lines: readonly string[], at: number): { frames: RawFrame[]; to: number } {
  const frames: RawFrame[] = [];
  let to = at;
  for (; to < lines.length; to += 1) {
    const found = readFrame(lineAt(lines, to));
    if (!found) break;
    if (frames.length < maxFrames) frames.push(found);
  }
  return { frames, to };
}

function readFrame(line: string): RawFrame | undefined {
  if (!line.startsWith("  ")) return undefined;
  const [, module, , file, row, name] = frame.exec(line) ?? [];
  if (file !== undefined) return frameOf({ file, line: row, function: name, module });
  const [, owner, , called] = withoutPlace.exec(line) ?? [];
  return called === undefined
    ? undefined
    : frameOf({ function: called.replace(/\(.*$/, ""), module: owner, native: called.startsWith(":") });
}
