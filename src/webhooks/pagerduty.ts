import { severityOf } from "./alerts.ts";
import { idHeader, idOfBody, isSigned, refused } from "./authenticity.ts";
import { clip, firstLine } from "./clip.ts";
import { fieldsOf, inside, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, understood } from "./readings.ts";
import type { Reading, Sender } from "./sender.ts";

type AlertReading = Extract<Reading, { kind: "alert" }>;

/** PagerDuty signs with as many secrets as are live; more signatures than this are none of its. */
const maxSignatures = 5;

/**
 * PagerDuty's webhooks V3. `X-PagerDuty-Signature` is `v1=<hex>`, during a rotation several with commas between, each the
 * HMAC-SHA256 of the raw body; `X-Webhook-Id` is the same on every try.
 */
export const pagerduty: Sender = {
  kind: "pagerduty",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  // Five tries in twenty minutes on 5xx and 429.
  overRate: 503,
  authenticate({ headers, raw }, secrets) {
    const signatures = (headers["x-pagerduty-signature"] ?? "").split(",", maxSignatures).map((one) => one.trim());
    const ours = signatures.filter((one) => one.startsWith("v1=")).map((one) => isSigned(raw, one.slice(3), secrets));
    if (!ours.includes(true)) return refused;
    return { ok: true, id: idHeader(headers["x-webhook-id"]) ?? idOfBody(raw), event: "event" };
  },
  read: understood((given, { at }) => [readEvent(inside(given, "event"), at)]),
};

const ends: readonly string[] = ["incident.resolved"];
const beginnings: readonly string[] = [
  "incident.triggered",
  "incident.escalated",
  "incident.reopened",
  "incident.unacknowledged",
];

function readEvent(event: Fields, at: number): Reading {
  const type = textOf(100, event["event_type"]) ?? "nothing that we know";
  const incident = fieldsOf(event["data"]);
  const id = textOf(100, incident["id"]);
  if (!id || textOf(50, incident["type"]) !== "incident")
    return ignoring(`the event is ${type}, not about an incident`);
  const service = inside(incident, "service");
  const project = projectNamed(service["summary"], service["name"], service["id"]);
  const alias = `pagerduty:${id}`;
  if (ends.includes(type)) {
    const by = textOf(300, inside(event, "agent")["summary"]);
    return { kind: "resolved", project, alias, ...(by && { by }) };
  }
  if (!beginnings.includes(type)) return ignoring(`the event is ${type}, which is no news about the failure`);
  return {
    kind: "alert",
    project,
    alias,
    ...described(incident),
    at: timeOf(event["occurred_at"] ?? incident["created_at"], at),
  };
}

function described(incident: Fields): Pick<AlertReading, "title" | "detail" | "url" | "severity"> {
  const url = textOf(2_000, incident["html_url"]);
  const urgency = textOf(50, inside(incident, "priority")["summary"], incident["urgency"]);
  return {
    title: firstLine(textOf(1_000, incident["title"], incident["summary"]) ?? "a PagerDuty incident", 300),
    detail: detailOf(incident),
    ...(url && { url }),
    severity: severityOf(urgency),
  };
}

function detailOf(incident: Fields): string {
  const body = textOf(10_000, inside(incident, "body")["details"], incident["description"]);
  const key = textOf(300, incident["incident_key"]);
  return clip([body, key && `key: ${key}`].filter(Boolean).join("\n"), 20_000);
}
