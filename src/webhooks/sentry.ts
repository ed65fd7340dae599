import { firstLine } from "./clip.ts";
import { idHeader, idOfBody, isSecret, isSigned, refused } from "./authenticity.ts";
import { fieldsOf, inside, listOf, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, understood } from "./readings.ts";
import type { Reading, ReadingContext, Sender } from "./sender.ts";
import { levelOf, organizationOf, readSentryEvent } from "./sentry-event.ts";

/**
 * Sentry's integration platform. The signature is the hexadecimal HMAC-SHA256 of the raw body with the client secret
 * (`sentry_apps/api/serializers/app_platform_event.py` of getsentry/sentry); neither the time nor the id is signed.
 * The older plugin named "webhooks" signs nothing: it is believed where the path ends in the secret.
 */
export const sentry: Sender = {
  kind: "sentry",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  // It gives up after one second, and an internal integration never tries again: the poll finds what was lost.
  overRate: 202,
  authenticate({ headers, raw, token }, secrets) {
    const signature = headers["sentry-hook-signature"];
    const known = signature === undefined ? isSecret(token, secrets) : isSigned(raw, signature, secrets);
    if (!known) return refused;
    const event = textOf(100, headers["sentry-hook-resource"]) ?? "legacy";
    return { ok: true, id: idHeader(headers["request-id"]) ?? idOfBody(raw), event };
  },
  read: understood((given, context) => [readDelivery(fieldsOf(given), context)]),
};

function readDelivery(payload: Fields, context: ReadingContext): Reading {
  if (isOurOwn(payload, context)) return ignoring("we caused it ourselves; it is not news");
  const data = fieldsOf(payload["data"]);
  const resource = context.headers["sentry-hook-resource"] ?? resourceOf(payload, data);
  switch (resource) {
    case "event_alert":
      return readSentryEvent(data["event"], context);
    case "error":
      return readSentryEvent(data["error"], context);
    case "issue":
      return readIssue(payload, fieldsOf(data["issue"]), context);
    case "metric_alert":
      return readMetricAlert(payload, data, context);
    case "legacy":
      return readLegacy(payload, context);
    case "event":
      return readSentryEvent(payload, context);
    default:
      return ignoring(`Sentry's ${resource} deliveries mean nothing to us; unsubscribe from them in the integration`);
  }
}

/** Deliveries name their resource in a header; a payload that was kept without its headers is known by its fields. */
function resourceOf(payload: Fields, data: Fields): string {
  if ("event" in data) return "event_alert";
  const named = ["error", "issue", "metric_alert"].find((name) => name in data);
  if (named) return named;
  if ("event" in payload) return "legacy";
  return ["event_id", "eventID", "exception", "entries"].some((name) => name in payload) ? "event" : "unknown";
}

/** Without this, resolving an issue would be reported back to us as news about it. */
function isOurOwn(payload: Fields, { ownApplication }: ReadingContext): boolean {
  const actor = fieldsOf(payload["actor"]);
  if (actor["type"] !== "application") return false;
  const own = ["self-heal", ...(ownApplication ? [slug(ownApplication)] : [])];
  return [actor["name"], actor["id"], actor["slug"]].some((name) => own.includes(slug(textOf(200, name) ?? "")));
}

function slug(name: string): string {
  return name.trim().toLowerCase().replaceAll(" ", "-");
}

/** An issue has no frames: the event behind it has, and can be fetched by the ids that are given here. */
function readIssue(payload: Fields, issue: Fields, { at }: ReadingContext): Reading {
  const id = textOf(100, issue["id"]);
  if (!id) return ignoring("the Sentry issue has no id");
  const action = textOf(100, payload["action"]) ?? "unknown";
  const project = projectNamed(inside(issue, "project")["slug"], inside(issue, "project")["id"]);
  const alias = `sentry:${id}`;
  if (action === "resolved") return { kind: "resolved", project, alias, ...named(payload) };
  const substatus = textOf(50, issue["substatus"]);
  const isNews = action === "created" || (action === "unresolved" && failsAgain.includes(substatus));
  if (!isNews) return ignoring(`the issue is ${action}${substatus ? ` (${substatus})` : ""}, which is no new failure`);
  return reportOfIssue(issue, { id, project, alias, at });
}

const failsAgain: readonly unknown[] = ["regressed", "escalating"];

function reportOfIssue(issue: Fields, known: { id: string; project: string; alias: string; at: number }): Reading {
  const { id, project, alias, at } = known;
  const metadata = fieldsOf(issue["metadata"]);
  const title = firstLine(textOf(1_000, issue["title"], metadata["title"]) ?? `Sentry issue ${id}`, 300);
  const errorType = textOf(200, metadata["type"]);
  const level = levelOf(textOf(20, issue["level"]));
  const url = textOf(2_000, issue["web_url"], issue["permalink"]);
  const organization = organizationOf(issue["web_url"], issue["permalink"], issue["url"]);
  const culprit = textOf(500, issue["culprit"]);
  return {
    kind: "report",
    report: {
      title,
      ...(errorType && { errorType }),
      message: textOf(20_000, metadata["value"], metadata["message"]) ?? title,
      ...(culprit && { detail: `culprit: ${culprit}` }),
      frames: [],
      ...(level && { level }),
      ...(url && { url }),
      project,
      alias,
      event: { source: "sentry", issueId: id, ...(organization && { organization }) },
      at: timeOf(issue["lastSeen"], at),
    },
  };
}

function named(payload: Fields): { by?: string } {
  const by = textOf(300, inside(payload, "actor")["name"]);
  return by ? { by } : {};
}

function readMetricAlert(payload: Fields, data: Fields, { at }: ReadingContext): Reading {
  const alert = fieldsOf(data["metric_alert"]);
  const id = textOf(100, alert["id"], alert["identifier"]);
  if (!id) return ignoring("the Sentry metric alert has no id");
  const project = projectNamed(listOf(alert["projects"], 1)[0]);
  const alias = `sentry-metric:${id}`;
  const action = textOf(50, payload["action"]);
  if (action === "resolved") return { kind: "resolved", project, alias, ...named(payload) };
  if (action !== "critical" && action !== "warning") return ignoring(`the metric alert is ${action ?? "of no action"}`);
  return {
    kind: "alert",
    project,
    alias,
    ...described(data, alert),
    severity: action,
    at: timeOf(alert["date_started"] ?? alert["date_detected"], at),
  };
}

function described(data: Fields, alert: Fields): { title: string; detail: string; url?: string } {
  const url = textOf(2_000, data["web_url"]);
  const name = textOf(1_000, data["description_title"], alert["title"], inside(alert, "alert_rule")["name"]);
  return {
    title: firstLine(name ?? "a Sentry metric alert", 300),
    detail: textOf(20_000, data["description_text"]) ?? "",
    ...(url && { url }),
  };
}

/** The plugin wraps the event in fields of the issue: `id` is the issue's, `project` its slug. */
function readLegacy(payload: Fields, { at }: ReadingContext): Reading {
  const surroundings = {
    at,
    project: textOf(300, payload["project_slug"], payload["project"]),
    issueId: textOf(100, payload["id"]),
  };
  const event = fieldsOf(payload["event"]);
  const outer = ["message", "culprit", "level", "url"].map((name) => [name, event[name] ?? payload[name]]);
  return readSentryEvent({ web_url: payload["url"], ...event, ...Object.fromEntries(outer) }, surroundings);
}
