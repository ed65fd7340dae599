import { expect, test } from "vitest";
import { payloadOf, read, sha, whyIgnored } from "./payloads.ts";

test("each row of a Logfire alert that holds an exception is a report", () => {
  const [first, second, ...rest] = read("logfire", payloadOf("logfire"));
  expect(rest).toEqual([]);
  expect(first).toMatchObject({
    kind: "report",
    report: {
      title: "KeyError: 'sku'",
      errorType: "KeyError",
      message: "'sku'",
      frames: [
        { file: "/code/orders/prices.py", line: 21, function: "price" },
        { file: "/code/orders/api.py", line: 8, function: "create" },
      ],
      project: "orders",
      environment: "production",
      commit: sha,
      at: Date.UTC(2026, 2, 4, 5, 6, 7, 250),
    },
  });
  expect(second).toMatchObject({ kind: "report", report: { project: "mailer", message: "refused", frames: [] } });
  expect(second).not.toHaveProperty("report.environment");
  expect(second).not.toHaveProperty("report.detail");
});

test("a Logfire query of other columns is an alert, and one in another format says what to set", () => {
  const other = { ...payloadOf("logfire"), columns: [{ name: "count" }], data: [[12]], n_rows: 1 };
  expect(read("logfire", other)[0]).toMatchObject({
    kind: "alert",
    title: "exceptions",
    alias: "logfire:https://logfire.example/shop/backend/alerts/1b2c",
    project: "backend",
  });
  expect(whyIgnored(read("logfire", { blocks: [{ type: "section" }] }))).toContain("raw-data");
  expect(whyIgnored(read("logfire", { ...other, data: [], n_rows: 0 }))).toContain("matched nothing");
});

test("of more rows than fifty the rest is counted, and a payload cannot ask for the product of rows and columns", () => {
  const rows = (payloadOf("logfire")["data"] as unknown[][]).slice(0, 1);
  const many = { ...payloadOf("logfire"), data: Array.from({ length: 60 }, () => rows[0]) };
  const readings = read("logfire", many);
  expect(readings).toHaveLength(51);
  expect(whyIgnored(readings)).toMatch(/^10 more/);
  const wide = Array.from({ length: 50_000 }, () => ({ name: "x" }));
  expect(read("logfire", { columns: wide, data: Array.from({ length: 100_000 }, () => []) })).toHaveLength(1);
});
