import type { Exception, Frame, Signal } from "../domain/signal.ts";
import { parseTrace } from "./parse-stack.ts";
import type { ParsedException, ParsedFrame } from "./stack-trace.ts";

/**
 * A signal with what its own text says about the error: frames, type and message from the stack trace in it, where the
 * sender gave none. What the sender gave stays as it is, with its marks of own code; no text is taken away.
 */
export function enrich(signal: Signal): Signal {
  if (signal.frames.length > 0 || signal.exceptions) return signal;
  const chain = exceptionsIn(signal.detail ?? signal.message).slice(-20);
  const [outermost] = chain;
  if (!outermost) return signal;
  const errorType = signal.errorType ?? outermost.type;
  return {
    ...signal,
    ...(errorType && { errorType }),
    message: signal.message || (outermost.message ?? ""),
    frames: placeOf(chain),
    ...(chain.length > 1 && { exceptions: chain }),
  };
}

/** What is thrown further out only tells of the cause, so the cause's place is where to look. */
function placeOf(chain: readonly Exception[]): Frame[] {
  const own = chain.findLast(({ frames }) => frames.some(({ inApp }) => inApp === true));
  return (own ?? chain.find(({ frames }) => frames.length > 0))?.frames ?? [];
}

/** Errors that happened on the way, or were swallowed, led to nothing. */
function exceptionsIn(text: string): Exception[] {
  const { exceptions } = parseTrace(text);
  return exceptions.filter(({ relation }) => relation !== "suppressed").map(asException);
}

function asException({ type, message, frames }: ParsedException): Exception {
  return {
    ...(type && { type: type.slice(0, 200) }),
    ...(message && { message: message.slice(0, 20_000) }),
    frames: frames.flatMap(asFrame),
  };
}

function asFrame({ file, line, column, function: called, module, inApp, native }: ParsedFrame): Frame[] {
  if (native || (file === undefined && called === undefined)) return [];
  return [
    {
      file: file || "<unknown>",
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(called !== undefined && { function: called }),
      ...(module !== undefined && { module: module.slice(0, 300) }),
      inApp,
    },
  ];
}
