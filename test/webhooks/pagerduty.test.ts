import { expect, test } from "vitest";
import type { Json } from "./examples.ts";
import { payloadOf, read } from "./payloads.ts";

const alert = { kind: "alert", project: "checkout", severity: "critical", title: "The checkout is down" };

test.each([
  ["incident.triggered", alert],
  ["incident.reopened", alert],
  ["incident.resolved", { kind: "resolved", alias: "pagerduty:PGR0VU2", by: "Ann" }],
  ["incident.acknowledged", { kind: "ignored" }],
  ["pagey.ping", { kind: "ignored" }],
])("PagerDuty's %s is %o", (event_type, expected) => {
  const { event } = payloadOf("pagerduty") as { event: Json };
  expect(read("pagerduty", { event: { ...event, event_type } })).toMatchObject([expected]);
});
