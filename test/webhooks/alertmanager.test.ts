import { expect, test } from "vitest";
import type { Json } from "./examples.ts";
import { payloadOf, read } from "./payloads.ts";

test("Alertmanager's alerts are evidence that begins and ends, and what it left out is said", () => {
  const [firing, resolved, noted] = read("alertmanager", payloadOf("alertmanager"));
  expect(firing).toMatchObject({
    kind: "alert",
    project: "checkout",
    alias: "alert:8d2f1c6b5a493827:2026-03-04T05:00:00.5Z",
    title: "The checkout takes more than 2 s",
    detail: expect.stringContaining("p99 is 3.1 s"),
    url: "https://prometheus.example/graph?g0.expr=x",
    severity: "critical",
    at: Date.UTC(2026, 2, 4, 5, 0, 0, 500),
  });
  expect(resolved).toEqual({
    kind: "resolved",
    project: "basket",
    alias: "alert:1a2b3c4d5e6f7081:2026-03-04T04:00:00Z",
  });
  expect(noted).toMatchObject({ kind: "ignored", why: /left out 3 alerts/ });
});

test("the end of an alert has the name that its beginning had; firing again has another", () => {
  const [alert] = payloadOf("alertmanager")["alerts"] as Json[];
  const one = (more: Json) => read("alertmanager", { alerts: [{ ...alert, ...more }] })[0];
  const begun = one({});
  expect(one({ status: "resolved", endsAt: "2026-03-04T05:10:00Z" })).toMatchObject({
    kind: "resolved",
    alias: (begun as { alias: string }).alias,
  });
  expect(one({ startsAt: "2026-03-04T06:00:00Z" })).not.toMatchObject({ alias: (begun as { alias: string }).alias });
});

test.each([
  [{ status: "", endsAt: "0001-01-01T00:00:00Z" }, "alert"],
  [{ status: "", endsAt: "2026-03-04T05:10:00Z" }, "resolved"],
  [{ status: "firing", endsAt: "2026-03-04T05:10:00Z" }, "alert"],
  [{ status: "", endsAt: "2030-01-01T00:00:00Z" }, "alert"],
])("an alert with %j is %s", (more, kind) => {
  const [alert] = payloadOf("alertmanager")["alerts"] as Json[];
  expect(read("alertmanager", { alerts: [{ ...alert, ...more }] })[0]?.kind).toBe(kind);
});
