import { clip, firstLine } from "./clip.ts";
import { countOf, fieldsOf, listOf, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, readEach, understood } from "./readings.ts";
import type { Reading, Sender } from "./sender.ts";

/**
 * The alerts of one notification, in the format of Prometheus' Alertmanager (`notify/webhook/webhook.go`, version 4), which
 * Grafana has taken over. An alert says that a service is unwell, not where in its code.
 */
export const readAlerts: Sender["read"] = understood((given, { at }) => {
  const payload = fieldsOf(given);
  const alerts = listOf(payload["alerts"], 10_000).map(fieldsOf);
  if (alerts.length === 0) return [ignoring("the notification lists no alerts; it is not in Alertmanager's format")];
  const truncated = countOf(payload["truncatedAlerts"]) ?? 0;
  const noted = truncated > 0 ? [ignoring(`the sender left out ${truncated} alerts; raise max_alerts there`)] : [];
  return [...readEach(alerts, (alert) => readAlert(alert, payload, at)), ...noted];
});

function readAlert(alert: Fields, payload: Fields, at: number): Reading {
  const labels = { ...fieldsOf(payload["commonLabels"]), ...fieldsOf(alert["labels"]) };
  const annotations = { ...fieldsOf(payload["commonAnnotations"]), ...fieldsOf(alert["annotations"]) };
  const fingerprint = textOf(100, alert["fingerprint"]);
  if (!fingerprint) return ignoring("the alert has no fingerprint, by which its end could be known");
  // The same alert that fires another time has the same fingerprint; it is another alert.
  const alias = clip(`alert:${fingerprint}:${textOf(60, alert["startsAt"]) ?? ""}`, 300);
  const project = projectOf(labels);
  if (hasEnded(alert, payload, at)) return { kind: "resolved", project, alias };
  const url = textOf(2_000, alert["generatorURL"], alert["panelURL"], payload["externalURL"]);
  const name = textOf(300, annotations["summary"], annotations["title"], labels["alertname"]);
  return {
    kind: "alert",
    project,
    alias,
    title: firstLine(name ?? `alert ${fingerprint}`, 300),
    detail: detailOf(alert, labels, annotations),
    ...(url && { url }),
    severity: severityOf(textOf(50, labels["severity"], labels["priority"], labels["level"])),
    at: timeOf(alert["startsAt"], at),
  };
}

/** The names that Kubernetes' and Prometheus' own rules use for what runs, the narrowest first. */
function projectOf(labels: Fields): string {
  const names = ["project", "service", "service_name", "app", "application", "deployment", "job", "namespace"];
  return projectNamed(...names.map((name) => labels[name]));
}

/** Go writes the year 1 for a time that is not set. An end to come is only when the alert would expire unrenewed. */
function hasEnded(alert: Fields, payload: Fields, at: number): boolean {
  const status = textOf(20, alert["status"], payload["status"]);
  const ends = Date.parse(textOf(60, alert["endsAt"]) ?? "");
  return status === "resolved" || (status !== "firing" && ends > 0 && ends <= at);
}

const severities = {
  critical: ["critical", "crit", "emergency", "page", "p1", "fatal", "high"],
  error: ["error", "err", "major", "p2"],
  info: ["info", "information", "none", "low", "notice", "p5", "ok"],
} as const;

/** Severity is a convention among people; a word that nobody agreed on is a warning. */
export function severityOf(word: string | undefined): "info" | "warning" | "error" | "critical" {
  const given = word?.toLowerCase();
  const [severity] = Object.entries(severities).find(([, words]) => words.some((one) => one === given)) ?? [];
  return severity === "critical" || severity === "error" || severity === "info" ? severity : "warning";
}

function detailOf(alert: Fields, labels: Fields, annotations: Fields): string {
  const lines = [
    textOf(2_000, annotations["description"], annotations["message"]),
    textOf(2_000, alert["valueString"]),
  ];
  for (const [name, value] of [...Object.entries(labels), ...Object.entries(annotations)].slice(0, 100)) {
    const text = textOf(500, value);
    if (text && name !== "description") lines.push(`${clip(name, 100)}: ${text}`);
  }
  return clip(lines.filter(Boolean).join("\n"), 20_000);
}
