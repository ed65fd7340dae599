import { expect, test } from "vitest";
import { payloadOf, read } from "./payloads.ts";

test("Grafana's alerts read like Alertmanager's, with the values", () => {
  expect(read("grafana", payloadOf("grafana"))).toEqual([
    {
      kind: "alert",
      project: "checkout",
      alias: "alert:5566778899aabbcc:2026-03-04T05:00:00Z",
      title: "Errors above 5 %",
      detail: expect.stringContaining("[ var='A' value=7.1 ]"),
      url: "https://grafana.example/alerting/1/view",
      severity: "warning",
      at: Date.UTC(2026, 2, 4, 5),
    },
  ]);
});
