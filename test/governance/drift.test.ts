import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Drifted, Expectation, ProtectionReport } from "../../src/domain/protection.ts";
import { drift, driftedNow } from "../../src/governance/drift.ts";
import { at } from "./protection-samples.ts";

type Result = Expectation["result"];
const ids = ["pull-request", "no-bypass", "secret-rotation"] as const;
type Id = (typeof ids)[number];

const report = (results: Partial<Record<Id, Result | "due">>): ProtectionReport => ({
  at,
  defaultBranch: "main",
  expectations: ids.flatMap((id) => {
    const result = results[id];
    if (result === undefined) return [];
    const found = { id, title: id, found: "", sources: [] };
    return [result === "due" ? { ...found, result: "pass" as const, note: "Rotate." } : { ...found, result }];
  }),
});
const now = (
  known: readonly Drifted[],
  before: ProtectionReport | undefined,
  after: ProtectionReport,
  by?: string,
): Drifted[] => driftedNow(known, { before, after }, { at, by });

describe("what changed between two reports", () => {
  test("is told expectation by expectation, and nothing at the first one", () => {
    const before = report({ "pull-request": "pass", "no-bypass": "unknown" });
    const after = report({ "pull-request": "fail", "no-bypass": "unknown", "secret-rotation": "due" });
    expect(drift(before, after)).toEqual([
      { id: "pull-request", from: "pass", to: "fail" },
      { id: "secret-rotation", from: "absent", to: "due" },
    ]);
    expect(drift(undefined, after)).toEqual([]);
    expect(drift(before, before)).toEqual([]);
  });
});

describe("what drifted", () => {
  const drifted = { id: "pull-request", now: "fail", since: at - 1, by: "eve" } as const;

  test("starts when it stops passing, and remembers who changed something", () => {
    const before = report({ "pull-request": "pass" });
    expect(now([], before, report({ "pull-request": "fail" }), "eve")).toEqual([{ ...drifted, since: at }]);
    expect(now([], before, report({ "pull-request": "unknown" }))).toEqual([
      { id: "pull-request", now: "unknown", since: at },
    ]);
  });

  test("is not what never passed, nor what failed at the first look", () => {
    expect(now([], undefined, report({ "pull-request": "fail" }))).toEqual([]);
    expect(now([], report({}), report({ "pull-request": "fail" }))).toEqual([]);
    expect(now([], report({ "pull-request": "unknown" }), report({ "pull-request": "fail" }))).toEqual([]);
  });

  test("stays with its time and cause while it only becomes hidden or visible again", () => {
    const failing = report({ "pull-request": "fail" });
    const hidden = report({ "pull-request": "unknown" });
    expect(now([drifted], failing, hidden, "bob")).toEqual([{ ...drifted, now: "unknown" }]);
    expect(now([drifted], hidden, failing)).toEqual([drifted]);
  });

  test("ends when it passes again, or is not asked for any more", () => {
    expect(now([drifted], report({ "pull-request": "fail" }), report({ "pull-request": "pass" }))).toEqual([]);
    expect(now([drifted], report({ "pull-request": "fail" }), report({}))).toEqual([]);
  });

  test("a secret that is to be rotated soon is a reminder, and then it fails", () => {
    const due = report({ "secret-rotation": "due" });
    const reminded = now([], report({ "secret-rotation": "pass" }), due);
    expect(reminded).toEqual([{ id: "secret-rotation", now: "due", since: at }]);
    expect(now(reminded, due, report({ "secret-rotation": "fail" }))).toMatchObject([{ now: "fail" }]);
    expect(now([], undefined, due)).toEqual([]);
    expect(now([], due, report({ "secret-rotation": "fail" }))).toMatchObject([{ now: "fail" }]);
  });

  test("over any history, it is exactly what passed once and has not passed since", () => {
    const results = fc.constantFrom<Result>("pass", "fail", "unknown");
    fc.assert(
      fc.property(fc.array(results, { minLength: 1, maxLength: 12 }), (history) => {
        let known: Drifted[] = [];
        let before: ProtectionReport | undefined;
        for (const result of history) {
          const after = report({ "no-bypass": result });
          known = now(known, before, after);
          before = after;
        }
        expect(known.length > 0).toBe(history.includes("pass") && history.at(-1) !== "pass");
      }),
    );
  });
});
