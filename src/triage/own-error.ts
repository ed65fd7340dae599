import type { Signal } from "../domain/signal.ts";
import { parseErrorLine, parseStack } from "../domain/stack.ts";

/** The error that a signal reports, apart from the words around it. Both absent: the signal is prose. */
export type OwnError = { type?: string; message?: string };

/**
 * Machines report an error as such. People and workflows write a title; an error of theirs is one that stands in their
 * text as a stack trace or an error's line.
 */
export function ownError(signal: Signal): OwnError {
  const { type, message } = machines.includes(signal.origin.kind) ? reported(signal) : mentioned(signal);
  return { ...(type && { type }), ...(message && { message }) };
}

const machines: readonly string[] = ["dispatch", "monitor"] satisfies Signal["origin"]["kind"][];

type Found = { type: string | undefined; message: string | undefined };

function reported({ errorType, message }: Signal): Found {
  const line = parseErrorLine(message.split("\n", 1)[0] ?? "");
  return { type: errorType ?? line?.errorType, message: line?.message || message };
}

function mentioned({ errorType, detail = "" }: Signal): Found {
  const found = parseStack(detail);
  return { type: errorType ?? found.errorType, message: found.message };
}
