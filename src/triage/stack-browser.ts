import { headline } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawFrame, StackReader } from "./stack-trace.ts";

/** `fn@https://host/a.js:1:2`; of what follows `> eval` only the place of the call is of use. */
const placed =
  /^([^@]{0,300})@((?:[a-z][\w+.-]{1,40}:|\/|\.{0,2}\/|[\w@./-]{1,200}\.[cm]?[jt]sx?)[^\n]{0,1000}?)(?: line (\d{1,9}) > [^:]{1,60})?:(\d{1,9})(?::(\d{1,9}))?$/;
const nativeCode =
  /^([^@\s][^@]{0,300})@(?:\[native code\]|\[wasm code\]|debugger eval code.{0,40}|<anonymous>.{0,40})$/;
/** Safari names no function where there is none. */
const nameless =
  /^((?:https?|file|webpack|app|capacitor|blob|[a-z]{2,12}-extension):\/\/\S{1,1000}?):(\d{1,9}):(\d{1,9})$/;
/** What Safari prints between other frames. */
const bare = /^(?:\[native code\]|(?:global|eval|module) code)$/;

/** The traces of Firefox and Safari: without the error's line, which logs put above. */
export const browser: StackReader = {
  starts: (line) => readFrame(line) !== undefined,
  read: (lines, at, from) => {
    const frames: RawFrame[] = [];
    let to = at;
    for (; to < lines.length; to += 1) {
      const frame = readFrame(lineAt(lines, to));
      if (!frame && !bare.test(lineAt(lines, to).trim())) break;
      if (frame && frames.length < maxFrames) frames.push(frame);
    }
    if (!frames.some((frame) => frame.line)) return undefined;
    const error = [at - 1, at - 2].filter((above) => above >= from).map((above) => headline(lineAt(lines, above)));
    return {
      exceptions: [
        exceptionOf(
          "javascript",
          error.find((each) => each),
          frames,
        ),
      ],
      to,
    };
  },
};

function readFrame(line: string): RawFrame | undefined {
  const text = line.trim();
  if (!text.includes("@")) return text.includes("://") ? namelessFrame(text) : undefined;
  const native = nativeCode.exec(text);
  return native ? frameOf({ function: native[1], native: true }) : namedFrame(text);
}

function namelessFrame(text: string): RawFrame | undefined {
  const [, file, line, column] = nameless.exec(text) ?? [];
  return file === undefined ? undefined : frameOf({ file, line, column });
}

function namedFrame(text: string): RawFrame | undefined {
  const [, printed = "", file, outer, line, column] = placed.exec(text) ?? [];
  const name = printed.replace(/^async ?\*? ?/, "").replace(/^(?:global|eval|module) code$/, "");
  if (!file || /\s/.test(name)) return undefined;
  const called = name.replace(/[/<]+$/, "");
  return outer
    ? frameOf({ file, line: outer, function: called, native: true })
    : frameOf({ file, line, column, function: called });
}
