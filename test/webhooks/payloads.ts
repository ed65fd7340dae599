import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Call, Reading, Report, SenderKind } from "../../src/webhooks/sender.ts";
import { senders } from "../../src/webhooks/senders.ts";
import type { Json } from "./examples.ts";

/** When every call here arrives; later than all times in the payloads. */
export const at = Date.UTC(2026, 2, 5);
export const sha = "3f786850e387550fdab836ed7e6dc881de23001b";

export type PayloadName =
  | "sentry-event-alert"
  | "sentry-issue"
  | "sentry-metric-alert"
  | "logfire"
  | "alertmanager"
  | "grafana"
  | "datadog"
  | "pagerduty"
  | "otlp"
  | "self-heal";

/** A fresh copy of one of the written payloads. */
export function payloadOf(name: PayloadName): Json {
  return JSON.parse(readFileSync(new URL(`../fixtures/payloads/${name}.json`, import.meta.url), "utf8"));
}

type ReadMore = { headers?: Call["headers"]; ownApplication?: string };

export function read(kind: SenderKind, payload: unknown, { headers = {}, ...more }: ReadMore = {}): Reading[] {
  return senders[kind].read(payload, { headers, at, ...more });
}

export function reportOf(kind: SenderKind, payload: unknown): Report {
  const [reading] = read(kind, payload);
  if (reading?.kind !== "report") throw new Error(`no report but ${JSON.stringify(reading)}`);
  return reading.report;
}

/** The reasons of everything that was ignored. */
export function whyIgnored(readings: readonly Reading[]): string {
  return readings.map((reading) => (reading.kind === "ignored" ? reading.why : "")).join("");
}

export function hmac(secret: string, ...parts: readonly string[]): string {
  return createHmac("sha256", secret).update(parts.join("")).digest("hex");
}

export function call(body: string, headers: Call["headers"] = {}, token?: string): Call {
  return { headers, raw: Buffer.from(body), at, ...(token !== undefined && { token }) };
}
