import * as z from "zod";
import { Signal } from "./domain/signal.ts";
import type { Exception, Frame } from "./domain/signal.ts";
import { readErrorDetected } from "./webhooks/error-detected.ts";

const text = (max: number) => z.string().transform((given) => given.slice(0, max));
/** A place that makes no sense says nothing; the rest of the frame does. */
const count = z.int().positive().optional().catch(undefined);

const GivenFrame = z.preprocess(
  withoutNulls,
  z
    .object({
      file: text(1_000).default("<unknown>"),
      line: count,
      column: count,
      function: text(500).optional(),
      module: text(300).optional(),
      in_app: z.boolean().optional(),
    })
    .transform(asFrame),
);
const GivenException = z.preprocess(
  withoutNulls,
  z
    .object({
      type: text(200).optional(),
      message: text(20_000).optional(),
      frames: z.array(GivenFrame).max(500).default([]),
    })
    .transform(asException),
);

/** What may stand beside the ten keys: what a stack trace as text would lose. Described in docs/signals.md. */
const Beside = z.preprocess(
  withoutNulls,
  z.object({
    error_type: text(200).optional(),
    frames: z.array(GivenFrame).max(500).optional(),
    exceptions: z.array(GivenException).max(20).default([]),
    release: text(200).optional(),
    level: Signal.shape.level,
  }),
);

/** A signal's own fields, before anybody knows where it came from. */
export type SignalText = Omit<Signal, "origin" | "repository" | "trust" | "at">;

/** Reads one signal in the documented form: the `error-detected` contract, and what may stand beside it. */
export function readNormalised(given: unknown): { ok: true; signal: SignalText } | { ok: false; why: string } {
  const read = readErrorDetected(given);
  if (!read.ok) return read;
  const { success, data, error } = Beside.safeParse(given);
  if (success) return { ok: true, signal: { ...read.error, ...besideOf(data) } };
  return { ok: false, why: z.prettifyError(error).replaceAll(/\s+/g, " ").slice(0, 500) };
}

function besideOf({ error_type, frames, exceptions, release, level }: z.infer<typeof Beside>): Partial<SignalText> {
  const [outermost] = exceptions;
  const own = exceptions.find((one) => one.frames.some(({ inApp }) => inApp === true));
  return defined({
    errorType: error_type ?? outermost?.type,
    frames: frames ?? (own ?? outermost)?.frames,
    exceptions: exceptions.length > 1 ? exceptions : undefined,
    release,
    level,
  });
}

type Loose<T> = { [K in keyof T]?: T[K] | undefined };

function asFrame({ in_app, ...frame }: Loose<Frame> & { file: string; in_app?: boolean | undefined }): Frame {
  return { ...defined(frame), file: frame.file || "<unknown>", ...(in_app !== undefined && { inApp: in_app }) };
}

function asException({ frames, ...rest }: Loose<Exception> & { frames: Frame[] }): Exception {
  return { ...defined(rest), frames };
}

/** zod gives a key that was absent, too, once it was transformed. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Object.fromEntries forgets which keys there were; nothing but undefined values was taken away.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Senders built from templates write `null` for what they do not know. */
function withoutNulls(given: unknown): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
