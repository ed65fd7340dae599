import type { Signal } from "../domain/signal.ts";
import { withoutAnsi } from "./ansi.ts";
import { ownError } from "./own-error.ts";
import { constantParts } from "./parameterise.ts";

/** A message with fewer letters than this outside its variable parts ("failed", "404") could be anybody's. */
const minLetters = 10;
/** Variable parts (a path, a quoted text) are no longer than this in a printed message. */
const maxGap = 500;
const maxOutput = 1024 * 1024;

/**
 * Whether the output of a failing run shows the error that was reported. `unknown` where the signal is prose, where its
 * message is too general to be recognised, or where only the error's type is there.
 */
export function sameFailure(signal: Signal, output: string): "yes" | "no" | "unknown" {
  const { type, parts, specific } = wanted(signal);
  if (output.trim() === "" || (!specific && type === undefined)) return "unknown";
  const text = withoutAnsi(output.slice(-maxOutput)).replaceAll(/\s+/g, " ");
  const showsType = type !== undefined && hasWord(text, type);
  const showsMessage = parts.length > 0 && hasInOrder(text, parts);
  if (showsMessage && (specific || showsType)) return "yes";
  return showsType ? "unknown" : "no";
}

function wanted(signal: Signal): { type: string | undefined; parts: string[]; specific: boolean } {
  const { type, message = "" } = ownError(signal);
  const parts = constantParts(message.split("\n", 1)[0] ?? "");
  // `django.db.utils.IntegrityError` is printed with and without its module.
  return { type: type?.split(".").at(-1), parts, specific: parts.join("").length >= minLetters };
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + word.length))) return true;
  }
  return false;
}

/** Every part after the other, close together. Tried from each place where the first one stands, up to a limit. */
function hasInOrder(text: string, [first = "", ...rest]: readonly string[]): boolean {
  let start = text.indexOf(first);
  for (let tries = 0; start >= 0 && tries < 1_000; tries++) {
    if (follows(text, start + first.length, rest)) return true;
    start = text.indexOf(first, start + first.length);
  }
  return false;
}

function follows(text: string, from: number, parts: readonly string[]): boolean {
  let end = from;
  for (const part of parts) {
    const at = text.slice(end, end + maxGap + part.length).indexOf(part);
    if (at < 0) return false;
    end += at + part.length;
  }
  return true;
}
