import { parseStack } from "../domain/stack.ts";
import { severityOf } from "./alerts.ts";
import { idOfBody, isAuthorized, isSecret, refused } from "./authenticity.ts";
import { clip, firstLine } from "./clip.ts";
import { fieldsOf, filled, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, understood } from "./readings.ts";
import type { Reading, Sender } from "./sender.ts";

/**
 * Datadog's Webhooks integration. Its body is a template that its user writes; ours is
 *
 *     {"id": "$ID", "cycle": "$ALERT_CYCLE_KEY", "aggregate": "$AGGREG_KEY", "transition": "$ALERT_TRANSITION",
 *      "title": "$EVENT_TITLE", "text": "$TEXT_ONLY_MSG", "url": "$LINK", "date": "$DATE", "priority": "$ALERT_PRIORITY",
 *      "type": "$ALERT_TYPE", "tags": "$TAGS", "host": "$HOSTNAME"}
 *
 * with the custom header `{"X-Self-Heal-Token": "<secret>"}`, or Basic with the secret as password.
 */
export const datadog: Sender = {
  kind: "datadog",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  // Five tries on 5xx.
  overRate: 503,
  authenticate(call, secrets) {
    const token = call.headers["x-self-heal-token"];
    const known = token === undefined ? isAuthorized(call, secrets) : isSecret(token, secrets);
    if (!known) return refused;
    return { ok: true, id: idOfBody(call.raw), event: "alert" };
  },
  read: understood((given, { at }) => [readAlert(fieldsOf(given), at)]),
};

function readAlert(payload: Fields, at: number): Reading {
  const cycle = textOf(200, known(payload["cycle"]), known(payload["aggregate"]), known(payload["id"]));
  if (!cycle) return ignoring("the payload has no cycle, aggregate or id; use the template that the README gives");
  const tags = tagsOf(payload["tags"]);
  const project = projectNamed(tags.get("service"), tags.get("project"), known(payload["host"]));
  const alias = `datadog:${cycle}`;
  const transition = textOf(50, known(payload["transition"]))?.toLowerCase() ?? "triggered";
  if (transition.includes("recovered")) return { kind: "resolved", project, alias };
  if (transition.includes("no data")) return ignoring("Datadog has no data, which says nothing about the code");
  const where = { project, alias, at: timeOf(known(payload["date"]), at), ...described(payload) };
  const detail = textOf(20_000, known(payload["text"])) ?? "";
  return reportIn(detail, where, tags) ?? { kind: "alert", ...where, detail, severity: severity(payload, transition) };
}

function described(payload: Fields): { title: string; url?: string } {
  const url = textOf(2_000, known(payload["url"]));
  const title = textOf(1_000, known(payload["title"]), known(payload["text"])) ?? "a Datadog alert";
  return { title: firstLine(title, 300), ...(url && { url }) };
}

type Where = { project: string; alias: string; title: string; url?: string; at: number };

/** Monitors on logs and on error tracking can quote a stack. */
function reportIn(text: string, where: Where, tags: ReadonlyMap<string, string>): Reading | undefined {
  const { frames, errorType, message } = parseStack(text);
  if (frames.length === 0) return undefined;
  const environment = tags.get("env");
  const release = tags.get("version");
  return {
    kind: "report",
    report: {
      ...where,
      ...(errorType && { errorType: clip(errorType, 200) }),
      message: clip(message ?? where.title, 20_000),
      detail: text,
      frames,
      ...(environment && { environment }),
      ...(release && { release }),
    },
  };
}

function severity(payload: Fields, transition: string): "info" | "warning" | "error" | "critical" {
  if (transition.includes("warn")) return "warning";
  return severityOf(textOf(20, known(payload["priority"]), known(payload["type"])));
}

/** A variable that Datadog does not know stays in the text as it was written. */
function known(value: unknown): unknown {
  return typeof value === "string" && /^\$[A-Z_]+$/.test(value) ? undefined : filled(value);
}

function tagsOf(given: unknown): ReadonlyMap<string, string> {
  const tags = Array.isArray(given) ? given : (textOf(20_000, given) ?? "").split(",");
  return new Map(tags.slice(0, 200).map((tag) => splitTag(textOf(200, tag) ?? "")));
}

function splitTag(tag: string): [string, string] {
  const colon = tag.indexOf(":");
  return colon < 0 ? [tag, ""] : [tag.slice(0, colon), tag.slice(colon + 1)];
}
