import { expect, test } from "vitest";
import type { Signal } from "../../src/domain/signal.ts";
import { reportCategory } from "../../src/triage/report-category.ts";
import { signal } from "./signals.ts";

const workflow: Signal["origin"] = { kind: "workflow", run: 1, name: "CI" };

test.each<[string, string, Partial<Signal>]>([
  ["runtime-code", "an error of the program", {}],
  ["runtime-code", "an error whose words look like a failing test", { message: "AssertionError: expected 1 to be 2" }],
  ["network-external", "a refused connection", { errorType: "Error", message: "connect ECONNREFUSED 10.0.0.1:5432" }],
  ["oom", "memory that is used up", { errorType: undefined, message: "FATAL ERROR: JavaScript heap out of memory" }],
  ["unknown", "a workflow whose log nobody read", { origin: workflow, detail: undefined }],
  [
    "type",
    "a workflow's log",
    { origin: workflow, detail: "src/a.ts(1,2): error TS2322: Type 'x' is not assignable to type 'y'." },
  ],
])("%s: %s", (category, _, patch) => expect(reportCategory(signal(patch))).toBe(category));
