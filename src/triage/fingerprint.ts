import { createHash } from "node:crypto";
import type { Grouping } from "../domain/grouping.ts";
import type { Exception, Fingerprint, Frame, Signal } from "../domain/signal.ts";
import { frameKey } from "./frame-key.ts";
import { isOwn } from "./own-code.ts";
import { ownError } from "./own-error.ts";
import { parameterise } from "./parameterise.ts";

/** Frames that say where it broke; further out they only say how the program got there. */
const topFrames = 5;
const maxMessage = 200;
/** An error within an error within an error: what is further out only wraps. */
const maxWrappers = 5;

/** `{{ default }}`, with which an application adds to our rules instead of replacing them. */
const defaultMark = /\{\{\s?default\s?\}\}/g;

type Identity = Pick<Grouping, "reason" | "inputs">;

/** The string alone, for those who need no reason. */
export function fingerprint(signal: Signal): Fingerprint {
  return group(signal).fingerprint;
}

/**
 * Which signals are the same failure, within one repository; the first that applies:
 * - an issue: its number;
 * - a sender's own group, where it names one;
 * - a workflow: its name;
 * - a stack: the error's type, and the top five frames of the repository's own code as (module or file name, function),
 *   or of any code where there is none of its own. Of a chain of errors the innermost with own code counts;
 *   the others only by type and crash site;
 * - the error's type and its message without what changes, or the message alone;
 * - the title, for alerts that say nothing else.
 *
 * Messages of errors with a stack, lines, columns, directories, commit, release, environment and address are no inputs:
 * they change with every deployment or request. A changed rule needs a new version prefix, or open incidents lose their
 * signals.
 */
export function group(signal: Signal): Grouping {
  const { reason, inputs } = identity(signal);
  const hash = createHash("sha256").update(JSON.stringify([signal.repository.id, reason, ...inputs]));
  return { fingerprint: `v1:${hash.digest("hex").slice(0, 32)}`, version: 1, reason, inputs };
}

function identity(signal: Signal): Identity {
  const { origin, group: custom } = signal;
  if (origin.kind === "issue") return { reason: "issue", inputs: [String(origin.number)] };
  if (custom) return { reason: "custom", inputs: customInputs(custom, signal) };
  return derived(signal);
}

/** What the rules say where nobody named a group. */
function derived(signal: Signal): Identity {
  if (signal.origin.kind === "workflow") return { reason: "workflow", inputs: [signal.origin.name] };
  const own = ownError(signal);
  const stack = stackInputs(signal, own.type);
  if (stack) return { reason: "stack", inputs: stack };
  const message = parameterise(own.message ?? signal.message).slice(0, maxMessage);
  if (own.type) return { reason: "exception", inputs: [own.type, message] };
  if (message) return { reason: "message", inputs: [message] };
  return { reason: "alert", inputs: [signal.origin.kind, signal.title] };
}

/** The mark stands for everything that would have counted without it. */
function customInputs(custom: string, signal: Signal): string[] {
  const own = custom.replace(defaultMark, "{{ default }}");
  return own.includes("{{ default }}") ? [own, ...derived(signal).inputs] : [own];
}

function stackInputs({ exceptions = [], frames }: Signal, type: string | undefined): string[] | undefined {
  const chain: Exception[] = exceptions.length > 0 ? exceptions : [{ ...(type && { type }), frames }];
  const cause = causeOf(chain);
  const keys = cause && frameKeys(cause.frames);
  if (!cause || !keys || keys.length === 0) return undefined;
  const around = chain.filter((exception) => exception !== cause).slice(-maxWrappers);
  return [cause.type ?? "", ...keys, ...around.flatMap(wrapperKey)];
}

/** The innermost with own code: what is thrown further out only tells of it. */
function causeOf(chain: readonly Exception[]): Exception | undefined {
  return (
    chain.findLast(({ frames }) => frames.some(isOwn)) ?? chain.findLast(({ frames }) => frameKeys(frames).length > 0)
  );
}

function wrapperKey({ type, frames }: Exception): string[] {
  return [type ?? "", ...known(frames).slice(0, 1)];
}

/**
 * The crash site, in whosever code, then the own frames nearest to it: two calls of one library that fail in different
 * places of it are two failures. A function counts once, so that the depth of a recursion does not.
 */
function frameKeys(frames: readonly Frame[]): string[] {
  const own = distinct(frames, topFrames, isOwn);
  const near = own.length > 0 ? own : distinct(frames, topFrames);
  const [site] = known(frames);
  return site === undefined || near.includes(site) ? near : [site, ...near];
}

function known(frames: readonly Frame[]): string[] {
  return distinct(frames, 1);
}

function distinct(frames: readonly Frame[], count: number, counts?: (frame: Frame) => boolean): string[] {
  const keys = new Set<string>();
  for (const frame of frames) {
    const key = counts?.(frame) === false ? undefined : frameKey(frame);
    if (key !== undefined) keys.add(key);
    if (keys.size === count) break;
  }
  return [...keys];
}
