import { expect, test } from "vitest";
import type { Json } from "./examples.ts";
import { at, payloadOf, read, reportOf, sha } from "./payloads.ts";

test("a log record with an exception is a report, with its service, build and trace", () => {
  const given = reportOf("otlp", payloadOf("otlp"));
  expect(given).toMatchObject({
    title: "KeyError: 'sku'",
    errorType: "KeyError",
    message: "'sku'",
    frames: [{ file: "/code/orders/prices.py", line: 21 }],
    project: "orders",
    environment: "production",
    release: "1.9.0",
    commit: sha,
    level: "error",
    at: Date.UTC(2026, 2, 4, 5, 6, 7, 250),
  });
  expect(given.detail).toContain("order failed");
  expect(given.detail).toContain("traceId: 4bf92f3577b34da6a3ce929d0e0e4736\nspanId: 00f067aa0ba902b7");
  expect(read("otlp", payloadOf("otlp"))).toHaveLength(1);
});

const logs = (record: Json) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });

test.each([
  [{ severityNumber: 16, body: { stringValue: "x" } }, "ignored"],
  [{ severityNumber: 17, body: { stringValue: "x" } }, "report"],
  [{ severityNumber: "SEVERITY_NUMBER_FATAL", body: { stringValue: "x" } }, "report"],
  [{ severityText: "error", body: { stringValue: "x" } }, "report"],
  [{ severityNumber: 9, attributes: [{ key: "exception.type", value: { stringValue: "E" } }] }, "report"],
  [{ severityNumber: 17 }, "ignored"],
])("the log record %j is %s", (record, kind) => {
  expect(read("otlp", logs(record))[0]?.kind).toBe(kind);
});

test("a stack in the body of an error record is found", () => {
  const stringValue = "TypeError: no total\n    at total (/app/src/cart.js:3:7)";
  expect(reportOf("otlp", logs({ severityNumber: 21, body: { stringValue } }))).toMatchObject({
    errorType: "TypeError",
    level: "fatal",
    frames: [{ line: 3 }],
    at,
  });
});

test("exception events of spans are reports", () => {
  const attributes = [
    { key: "exception.type", value: { stringValue: "IOError" } },
    { key: "exception.message", value: { stringValue: "gone" } },
  ];
  const spans = [
    { traceId: "a".repeat(32), spanId: "b".repeat(16), events: [{ name: "exception", attributes }, { name: "retry" }] },
  ];
  const given = reportOf("otlp", { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  expect(given).toMatchObject({
    title: "IOError: gone",
    detail: expect.stringContaining(`traceId: ${"a".repeat(32)}`),
  });
});
