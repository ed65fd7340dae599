import { expect, test } from "vitest";
import { readSarif } from "../../src/triage/artifact-sarif.ts";

const at = (uri: string, startLine: number) => [
  { physicalLocation: { artifactLocation: { uri }, region: { startLine } } },
];
const logOf = (results: unknown[], more: object = {}) =>
  JSON.stringify({ version: "2.1.0", runs: [{ results, ...more }] });

test("reads results with their first place", () => {
  const text = logOf([
    { ruleId: "no-undef", level: "error", message: { text: "x\nmore" }, locations: at("./src/a%20b.js", 3) },
  ]);
  expect(readSarif(text)).toEqual({
    category: "lint",
    failures: [{ name: "no-undef", message: "x", detail: "x\nmore", file: "src/a b.js", line: 3 }],
  });
});

test("an absent level is a warning, and files may be named by their place in a list", () => {
  const locations = [{ physicalLocation: { artifactLocation: { index: 1 } } }];
  const artifacts = [{ location: { uri: "a.c" } }, { location: { uri: "file:///src/b.c" } }];
  expect(readSarif(logOf([{ rule: { id: "r" }, message: { text: "m" }, locations }], { artifacts })).failures).toEqual([
    { name: "r", message: "m", detail: "m", file: "/src/b.c" },
  ]);
});

test("notes, passes and suppressed results are no failures", () => {
  const results = [{ level: "note" }, { level: "none" }, { kind: "pass" }, { suppressions: [{ kind: "inSource" }] }];
  expect(readSarif(logOf(results))).toEqual({ category: "unknown", failures: [] });
});

test("what is no SARIF log has no failures, and a broken result does not hide the others", () => {
  for (const text of ["", "no json", "[]", "{}", '{"runs":3}', '{"runs":[null,3,{"results":{}}]}'])
    expect(readSarif(text).failures).toEqual([]);
  expect(readSarif(logOf([3, { ruleId: {} }, { ruleId: "r", locations: 3 }])).failures).toMatchObject([{ name: "r" }]);
});
