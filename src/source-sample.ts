import { createHmac, randomUUID } from "node:crypto";
import type { SenderKind } from "./webhooks/sender.ts";

/** A call as a sender of some kind makes it. `path` begins with a slash and holds the token, where the kind has it there. */
export type SampleCall = { path: string; headers: Record<string, string>; body: string };

/** `at` in UTC milliseconds. `project` is what the source calls the place that failed. */
type About = { name: string; project: string; secret: string; at: number };
type Signing = (body: string, about: About) => Record<string, string>;
type Sample = { payload: (about: About) => object; sign: Signing; tokenInPath?: true };

/** Says what it is, so that nobody who meets it in an incident is alarmed. */
const message = "self-heal sources test: this failure was made up to try the route";
const stack = `TypeError: ${message}\n    at selfHealTest (/srv/app/src/self-heal-test.js:1:1)`;

/** What each kind sends, proved as it proves it. */
const samples: { readonly [K in SenderKind]: Sample } = {
  "self-heal": {
    payload: ({ project }) => ({ project, error_message: `TypeError: ${message}`, stack, environment: "test" }),
    sign(body, { secret, at }) {
      const timestamp = String(Math.floor(at / 1_000));
      const signature = hmac(secret, `${timestamp}.${body}`);
      return {
        "x-self-heal-timestamp": timestamp,
        "x-self-heal-signature": `sha256=${signature}`,
        "idempotency-key": randomUUID(),
      };
    },
  },
  sentry: {
    payload: sentryEvent,
    sign: (body, { secret, at }) => ({
      "request-id": randomUUID().replaceAll("-", ""),
      "sentry-hook-resource": "event_alert",
      "sentry-hook-timestamp": String(Math.floor(at / 1_000)),
      "sentry-hook-signature": hmac(secret, body),
    }),
  },
  logfire: { payload: logfireAlert, sign: () => ({}), tokenInPath: true },
  alertmanager: { payload: alerts, sign: bearer },
  grafana: {
    payload: alerts,
    sign(body, { secret, at }) {
      const timestamp = String(Math.floor(at / 1_000));
      return {
        "x-grafana-alerting-signature-timestamp": timestamp,
        "x-grafana-alerting-signature": hmac(secret, `${timestamp}:${body}`),
      };
    },
  },
  datadog: {
    payload: ({ project, at }) => ({
      id: String(at),
      cycle: `test-${at}`,
      transition: "Triggered",
      title: message,
      text: message,
      date: String(at),
      type: "error",
      priority: "P1",
      tags: `service:${project},env:test`,
    }),
    sign: (_, { secret }) => ({ "x-self-heal-token": secret }),
  },
  pagerduty: {
    payload: pagerdutyEvent,
    sign: (body, { secret }) => ({ "x-pagerduty-signature": `v1=${hmac(secret, body)}`, "x-webhook-id": randomUUID() }),
  },
  otlp: { payload: otlpLogs, sign: bearer },
};

/** A correctly signed call of a kind, new each time. */
export function sampleCall(kind: SenderKind, about: About): SampleCall {
  const { payload, sign, tokenInPath } = samples[kind];
  const body = JSON.stringify(payload(about));
  const path = `/api/v1/webhooks/${kind}/${about.name}`;
  return {
    path: tokenInPath ? `${path}/${encodeURIComponent(about.secret)}` : path,
    headers: { "content-type": "application/json", ...sign(body, about) },
    body,
  };
}

function hmac(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}

function bearer(_: string, { secret }: About): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}

function sentryEvent({ project, at }: About): object {
  const frame = { filename: "src/self-heal-test.js", function: "selfHealTest", lineno: 1, in_app: true };
  return {
    action: "triggered",
    data: {
      event: {
        event_id: randomUUID().replaceAll("-", ""),
        title: `TypeError: ${message}`,
        project_slug: project,
        level: "error",
        timestamp: at / 1_000,
        exception: { values: [{ type: "TypeError", value: message, stacktrace: { frames: [frame] } }] },
      },
    },
  };
}

function logfireAlert({ project, at }: About): object {
  const names = ["service_name", "exception_type", "exception_message", "exception_stacktrace"];
  return {
    project_name: project,
    alert_name: "self-heal sources test",
    timestamp: new Date(at).toISOString(),
    n_rows: 1,
    columns: names.map((name) => ({ name, type: { type_name: "Utf8", is_array: false }, nullable: true })),
    data: [[project, "TypeError", message, stack]],
  };
}

function alerts({ project, at }: About): object {
  const alert = {
    status: "firing",
    labels: { alertname: "SelfHealTest", service: project, severity: "critical" },
    annotations: { summary: message },
    startsAt: new Date(at).toISOString(),
    endsAt: "0001-01-01T00:00:00Z",
    fingerprint: randomUUID().slice(0, 16),
  };
  return { version: "4", groupKey: "self-heal", status: "firing", receiver: "self-heal", alerts: [alert] };
}

function pagerdutyEvent({ project, at }: About): object {
  const id = randomUUID();
  const data = { id, type: "incident", title: message, urgency: "high", service: { summary: project } };
  return { event: { id, event_type: "incident.triggered", occurred_at: new Date(at).toISOString(), data } };
}

function otlpLogs({ project, at }: About): object {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const record = {
    timeUnixNano: `${at}000000`,
    severityNumber: 17,
    body: { stringValue: message },
    attributes: [
      attribute("exception.type", "TypeError"),
      attribute("exception.message", message),
      attribute("exception.stacktrace", stack),
    ],
  };
  const resource = { attributes: [attribute("service.name", project)] };
  return { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] };
}
