import { expect, test } from "vitest";
import { logExcerpt } from "../../src/triage/log-excerpt.ts";

const time = "2026-01-31T10:20:30.1234567Z ";
const filler = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name} line ${at}`);
const log = (...lines: string[]) => `\uFEFF${lines.map((line) => time + line).join("\n")}\n`;

test("keeps the lines around the last error, without timestamps, colours and boilerplate", () => {
  const text = log(
    "##[group]Run npm test",
    ...filler("before", 100),
    "\u001b[31mTypeError: total is not a function\u001b[39m",
    "    at cart.js:3",
    "npm error Lifecycle script `test` failed with error:",
    "##[error]Process completed with exit code 1.",
    "Post job cleanup.",
    "Cleaning up orphan processes",
  );
  expect(logExcerpt(text).split("\n")).toEqual([
    ...filler("before", 100).slice(60),
    "TypeError: total is not a function",
    "    at cart.js:3",
  ]);
});

test.each([
  ["an annotation of the runner", "##[error]src/a.ts(3,1): error TS2304: Cannot find name 'x'."],
  ["a Python error", "ValueError: bad"],
  ["a panic", "panic: runtime error: index out of range"],
  ["a compiler's error", "src/a.c:3:1: error: expected ';'"],
  ["a failed test", "not ok 3 - adds up"],
  ["a word", "the build has failed"],
])("finds %s far from the end", (_, line) => {
  expect(logExcerpt(log(line, ...filler("after", 200)))).toContain(line);
});

test("prefers the better sign, and of one kind the last", () => {
  const text = log("TypeError: first", ...filler("a", 200), "TypeError: second", ...filler("b", 200), "tests failed");
  expect(logExcerpt(text)).toContain("second");
  expect(logExcerpt(text)).not.toContain("first");
  expect(logExcerpt(text)).not.toContain("tests failed");
});

test("takes the end where nothing looks like an error", () => {
  expect(logExcerpt(log(...filler("quiet", 100)))).toMatch(/quiet line 59[\s\S]*quiet line 99$/);
});

test("stays within 20,000 characters and keeps the error in them", () => {
  const wide = Array.from({ length: 80 }, () => "x".repeat(5_000));
  const excerpt = logExcerpt(log(...wide, "TypeError: the one", ...wide));
  expect(excerpt.length).toBeLessThanOrEqual(20_000);
  expect(excerpt).toContain("TypeError: the one");
});

test("an empty log has an empty excerpt", () => expect(logExcerpt("")).toBe(""));

test.each(["error", "a", "\u001b]", "\u001b[", "##[error]\n", "2026-01-31T10:20:30.1Z ", "\n", "Error", "thread '"])(
  "reads megabytes of %j in time",
  (part) => {
    const start = performance.now();
    logExcerpt(part.repeat(Math.ceil(6_000_000 / part.length)));
    expect(performance.now() - start).toBeLessThan(10_000);
  },
);
