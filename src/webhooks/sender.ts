import * as z from "zod";
import { Signal } from "../domain/signal.ts";

/** The kinds of senders beside GitHub that we understand. The configuration names sources of these kinds. */
export const SenderKind = z.enum([
  "self-heal",
  "sentry",
  "logfire",
  "alertmanager",
  "grafana",
  "datadog",
  "pagerduty",
  "otlp",
]);
export type SenderKind = z.infer<typeof SenderKind>;

/** One inbound HTTP call. Header names are in lower case; `token` is the last part of the path, where a sender has one there. */
export type Call = {
  headers: Readonly<Record<string, string | undefined>>;
  raw: Buffer;
  token?: string | undefined;
  /** UTC milliseconds. */
  at: number;
};

/** A call that proved who sent it. `id` is the sender's own name of this delivery, by which a repetition is known. */
export type Authenticated = { ok: true; id: string; event: string } | { ok: false };

/** What a sender reports, before anybody knows which repository it is about. */
export const Report = Signal.omit({
  repository: true,
  origin: true,
  trust: true,
  requester: true,
  sender: true,
  aliases: true,
}).extend({
  /** What the sender calls the place it comes from (a project, a service); the configuration maps it to a repository. */
  project: z.string().max(300),
  /** The sender's own id of this failure: two reports with one id are one failure. */
  alias: z.string().max(300).optional(),
  /** Where the whole event can be asked for; without frames here, there is more to be had there. */
  event: z
    .strictObject({
      source: z.literal("sentry"),
      issueId: z.string().max(100),
      eventId: z.string().max(100).optional(),
      organization: z.string().max(200).optional(),
    })
    .optional(),
});
export type Report = z.infer<typeof Report>;

/** What one payload of a sender means. */
export const Reading = z.discriminatedUnion("kind", [
  /** Something failed, with enough to look for it in the code. */
  z.strictObject({ kind: z.literal("report"), report: Report }),
  /** Something is wrong with a service; evidence for an open incident, never fixable by itself. */
  z.strictObject({
    kind: z.literal("alert"),
    project: z.string().max(300),
    alias: z.string().max(300),
    title: z.string().max(300),
    detail: z.string().max(20_000),
    url: z.string().max(2_000).optional(),
    severity: z.enum(["info", "warning", "error", "critical"]),
    at: z.int(),
  }),
  /** The sender says that it is over. */
  z.strictObject({
    kind: z.literal("resolved"),
    project: z.string().max(300),
    alias: z.string().max(300),
    by: z.string().max(300).optional(),
  }),
  z.strictObject({ kind: z.literal("ignored"), why: z.string().max(1_000) }),
]);
export type Reading = z.infer<typeof Reading>;

/**
 * What a payload cannot say. `ownApplication` is the name, slug or id under which we act at the sender: what we did there
 * ourselves is not reported back to us. `at` is UTC milliseconds, for payloads that name no time.
 */
export type ReadingContext = { headers: Call["headers"]; at: number; ownApplication?: string | undefined };

/** How one kind of sender is understood. Pure: `authenticate` only computes hashes. */
export type Sender = {
  kind: SenderKind;
  /** The media types that we can read; another is answered with 415. Some senders name none, so an absent one is fine. */
  contentTypes: readonly string[];
  /** Larger bodies (after decompression) are refused. */
  maxBytes: number;
  /** What to answer above the rate: a sender that retries is asked to (503), another is thanked and not listened to (202). */
  overRate: 202 | 503;
  /** Over the raw bytes, in constant time, against each of the live secrets. */
  authenticate(call: Call, secrets: readonly string[]): Authenticated;
  /** Of the parsed JSON. Never throws: what is not understood is `ignored`, with the reason. */
  read(payload: unknown, context: ReadingContext): Reading[];
};
