import * as z from "zod";
import type { Frame, Signal } from "../domain/signal.ts";
import { parseErrorLine, parseStack } from "../domain/stack.ts";
import { clip, firstLine } from "./clip.ts";
import { actorOf, ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** The `event_type` that monitors and workflows send. */
const eventType = "error-detected";

const text = (max: number) =>
  z
    .string()
    .transform((given) => clip(given, max))
    .optional();
const count = z
  .union([z.int().positive(), z.string().regex(/^[1-9]\d{0,8}$/, "expected a number above 0")])
  .transform(Number)
  .optional();

/**
 * `client_payload` of an `error-detected` dispatch: at most ten keys (GitHub's limit). Other keys are dropped, so a
 * sender cannot name a repository of its choice.
 */
const ClientPayload = z.object({
  error_message: z
    .string("expected a text")
    .trim()
    .min(1, "expected a text that is not empty")
    .transform((given) => clip(given, 20_000)),
  file: text(1_000),
  line: count,
  column: count,
  stack: text(60_000),
  // A branch or a short id is no commit: nothing could be fetched or compared by it.
  commit: z
    .string()
    .transform((given) => (/^[0-9a-f]{40}$/i.test(given) ? given.toLowerCase() : undefined))
    .optional(),
  environment: text(200),
  url: text(2_000),
  fingerprint: text(300),
  extra: z.record(z.string(), z.unknown()).optional(),
});
type ClientPayload = z.infer<typeof ClientPayload>;

/** A machine with a token of the repository reports an error. */
export function repositoryDispatch(payload: Payload<"repository_dispatch">, { at }: WebhookContext): Inbound[] {
  if (payload.action !== eventType) return ignored(`the dispatch is ${clip(payload.action, 100)}, not ${eventType}`);
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const parsed = ClientPayload.safeParse(withoutBlanks(payload.client_payload));
  if (!parsed.success) return ignored(`client_payload is malformed: ${problems(parsed.error)}`);
  const report = toReport(parsed.data);
  // Whoever has a token with contents: write may have sent it; they asked for the fix, and cannot approve it.
  const sender = actorOf(payload.sender);
  return [
    {
      kind: "signal",
      signal: { origin: { kind: "dispatch" }, repository, ...report, trust: "telemetry", sender, at },
    },
  ];
}

function toReport(reported: ClientPayload): Omit<Signal, "origin" | "repository" | "trust" | "at"> {
  const { error_message, stack = "", extra, commit, environment, url, fingerprint } = reported;
  const trace = parseStack(stack);
  const errorType = parseErrorLine(error_message)?.errorType ?? trace.errorType;
  const detail = clip([stack, extraText(extra)].filter(Boolean).join("\n\n"), 60_000);
  return {
    title: firstLine(error_message, 300),
    message: error_message,
    frames: withPlace(trace.frames, reported),
    ...(detail && { detail }),
    ...(errorType && { errorType: clip(errorType, 200) }),
    ...(commit && { commit }),
    ...(environment && { environment }),
    ...(url && { url }),
    ...(fingerprint && { group: fingerprint }),
  };
}

/** The reported place is the crash site, unless the stack names it already. */
function withPlace(frames: Frame[], { file, line, column }: ClientPayload): Frame[] {
  if (!file) return frames;
  const known = frames.some((frame) => frame.line === line && frame.file.endsWith(file));
  if (known) return frames;
  return [{ file, ...(line && { line }), ...(column && { column }) }, ...frames.slice(0, 499)];
}

function extraText(extra: ClientPayload["extra"]): string {
  return extra ? clip(`extra: ${JSON.stringify(extra, null, 1)}`, 10_000) : "";
}

/** Senders built from templates write `""` or `null` for what they do not know. */
function withoutBlanks(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== ""));
}

function problems({ issues }: z.ZodError): string {
  const named = issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  return clip(named.join("; "), 500);
}
