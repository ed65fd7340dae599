import { atLanguage, isAtLine, votedLanguage } from "./stack-at.ts";
import { headline, headlineAbove, messageOf } from "./stack-headline.ts";
import { exceptionOf, frameOf, lineAt, maxFrames } from "./stack-trace.ts";
import type { RawException, RawFrame, StackReader } from "./stack-trace.ts";

/** How far the printed properties of an error may reach before its cause. */
const maxProperties = 200;
const place = /^(.*?):(\d{1,9})(?::(\d{1,9}))?$/;

/** V8's traces (Node, Chrome, Edge, Deno, Bun), with the causes and members that Node prints in braces behind them. */
export const javascript: StackReader = {
  starts: (line) => atLanguage(line) === "javascript",
  read: (lines, at, from) => {
    if (votedLanguage(lines, at) !== "javascript") return undefined;
    const first = framesFrom(lines, at);
    const exceptions = [exceptionOf("javascript", headlineAbove(lines, at, from), first.frames)];
    return {
      exceptions,
      to: first.open ? readProperties(lines, first.to, exceptions) : readCauses(lines, first.to, exceptions),
    };
  },
};

type Block = { frames: RawFrame[]; to: number; open: boolean };

/** The frames from a line on. `open`: a brace or comma at their end says that more of the error follows. */
function framesFrom(lines: readonly string[], at: number): Block {
  const frames: RawFrame[] = [];
  let to = at;
  let open = false;
  for (; to < lines.length && isAtLine(lineAt(lines, to)) && !open; to += 1) {
    const line = lineAt(lines, to).trim();
    open = line.endsWith("{");
    const frame = readFrame(line.replace(/,?(?: \{)?$/, ""));
    if (frame && frames.length < maxFrames) frames.push(frame);
  }
  return { frames, to, open };
}

/** Properties are indented; among them stand `[cause]: Error: …` and, in `[errors]: [`, errors with frames of their own. */
function readProperties(lines: readonly string[], at: number, exceptions: RawException[]): number {
  let to = at;
  let from = at;
  while (to < lines.length && to < from + maxProperties && /^(?:\s|[}\]])/.test(lineAt(lines, to))) {
    if (!isAtLine(lineAt(lines, to))) {
      to += 1;
      continue;
    }
    const block = framesFrom(lines, to);
    exceptions.push(exceptionOf("javascript", headlineAbove(lines, to, from), block.frames, "cause"));
    to = block.to;
    from = to;
  }
  return to;
}

/** `Caused by: Error: …` or an indented `[cause]: …` on the next line, as libraries print causes without braces. */
function readCauses(lines: readonly string[], at: number, exceptions: RawException[]): number {
  let to = at;
  for (;;) {
    const lead = /^\s*(?:Caused by:|\[cause\]:|caused by:) (.*)$/.exec(lineAt(lines, to));
    const found = lead ? headline(lead[1] ?? "") : undefined;
    if (!found) return to;
    let first = to + 1;
    while (first < to + 10 && first < lines.length && !isAtLine(lineAt(lines, first))) first += 1;
    const block = framesFrom(lines, first);
    if (block.frames.length === 0) return to;
    const message = messageOf(found.message, lines.slice(to + 1, first));
    exceptions.push(exceptionOf("javascript", { type: found.type, message }, block.frames, "cause"));
    to = block.open ? readProperties(lines, block.to, exceptions) : block.to;
  }
}

/** `at fn (file:line:column)`, `at async fn (…)`, `at file:line:column`; code without a file is native. */
function readFrame(line: string): RawFrame | undefined {
  const { name, inside } = namedPlace(line.replace(/^(?:eval )?at (?:async (?!\())?/, ""));
  const called = name === "<anonymous>" ? "" : name;
  if (inside.startsWith("eval at ")) return evaluated(called, inside);
  if (inside.startsWith("wasm:")) return frameOf({ file: inside, function: called, native: true });
  const [, file, row, column] = place.exec(inside) ?? [];
  if (!file || file === "<anonymous>" || Number(row) < 1) return nativeFrame(called, inside);
  return frameOf({ file, line: row, column, function: called });
}

function nativeFrame(name: string, inside: string): RawFrame | undefined {
  const known = /^(?:native(?: code)?|<anonymous>|index \d+|unknown location)/.test(inside);
  return known || name ? frameOf({ function: name || "<anonymous>", native: true }) : undefined;
}

/** Code from `eval` is placed where it was evaluated: the innermost place that the frame names. */
function evaluated(name: string, inside: string): RawFrame {
  const [, file, line, column] = /\(([^()]{1,1000}):(\d{1,9}):(\d{1,9})\)/.exec(inside) ?? [];
  return frameOf({ file, line, column, function: name || "eval", native: true });
}

/** The place may hold brackets of its own (`/srv/my (app)/x.js`), the name may not. */
function namedPlace(text: string): { name: string; inside: string } {
  const bracket = text.endsWith(")") ? text.indexOf("(") : -1;
  if (bracket < 0) return { name: "", inside: text };
  return { name: text.slice(0, bracket).trim(), inside: text.slice(bracket + 1, -1) };
}
