import { expect, test } from "vitest";
import { actionable } from "../../src/triage/actionable.ts";
import type { Facts } from "../../src/triage/actionable.ts";

const facts: Facts = {
  category: "runtime-code",
  confidence: 0.7,
  threshold: 0.6,
  location: "in-repository",
  asked: false,
};

test.each<[string, Partial<Facts>, string | undefined]>([
  ["an error in the repository's code", {}, undefined],
  ["an error at the threshold", { confidence: 0.6 }, undefined],
  ["an error below the threshold", { confidence: 0.59 }, "low-confidence"],
  ["a lost connection", { category: "network-external" }, "infra"],
  ["a test that comes and goes", { category: "flaky" }, "flaky"],
  ["an error in other people's code", { location: "elsewhere" }, "needs-info"],
  ["an error in a protected path", { location: "protected" }, "protected-path"],
  ["an error whose place nobody looked for", { location: "unknown" }, undefined],
  [
    "what a person asked for, whatever it looks like",
    { asked: true, category: "flaky", location: "elsewhere" },
    undefined,
  ],
  ["what a person asked for in a protected path", { asked: true, location: "protected" }, "protected-path"],
])("%s: %o %s", (_, patch, reasonCode) => {
  const verdict = actionable({ ...facts, ...patch });
  expect(verdict.reasonCode).toBe(reasonCode);
  expect(verdict.actionable).toBe(reasonCode === undefined);
});
