import { expect, test } from "vitest";
import { payloadOf, read, reportOf, whyIgnored } from "./payloads.ts";

test("Datadog's template gives an alert, a report where it quotes a stack, and its end", () => {
  const payload = payloadOf("datadog");
  expect(read("datadog", payload)[0]).toMatchObject({
    kind: "alert",
    project: "checkout",
    alias: "datadog:4128735",
    severity: "critical",
    at: Date.UTC(2026, 2, 4, 5, 6, 7),
  });
  const text = "TypeError: no total\n    at total (/app/src/cart.js:3:7)";
  expect(reportOf("datadog", { ...payload, text })).toMatchObject({
    errorType: "TypeError",
    message: "no total",
    frames: [{ file: "/app/src/cart.js", line: 3 }],
    environment: "production",
    release: "2.3.0",
    alias: "datadog:4128735",
  });
  expect(read("datadog", { ...payload, transition: "Recovered" })[0]).toMatchObject({
    kind: "resolved",
    alias: "datadog:4128735",
  });
  expect(read("datadog", { ...payload, transition: "Warn" })[0]).toMatchObject({ severity: "warning" });
  expect(read("datadog", { ...payload, transition: "No data" })[0]?.kind).toBe("ignored");
  // Variables that were not filled in are no values.
  expect(whyIgnored(read("datadog", { cycle: "$ALERT_CYCLE_KEY", id: "$ID" }))).toContain("template");
});
