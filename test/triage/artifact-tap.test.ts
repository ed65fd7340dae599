import { expect, test } from "vitest";
import { readTap } from "../../src/triage/artifact-tap.ts";

test("reads what is not ok, with the YAML below it", () => {
  const report = readTap(`TAP version 14
1..4
ok 1 - is fine
not ok 2 - adds up
  ---
  message: "3 is not 4"
  at:
    file: test/cart.js
    line: 12
  ...
not ok 3 - later # TODO write it
not ok 4 - breaks # SKIP no network
# done`);
  expect(report).toMatchObject({
    category: "test-deterministic",
    failures: [{ name: "adds up", message: "3 is not 4", file: "test/cart.js", line: 12 }],
  });
  expect(report.failures).toHaveLength(1);
});

test("of subtests the innermost failure counts, as Node prints it", () => {
  const { failures } = readTap(`TAP version 13
# Subtest: cart
    # Subtest: adds up
    not ok 1 - adds up
      ---
      location: '/src/test/cart.test.js:3:5'
      error: 'Expected values to be strictly equal'
      code: 'ERR_ASSERTION'
      ...
    1..1
not ok 1 - cart
  ---
  error: '1 subtest failed'
  ...
not ok 2
Bail out! the database is gone`);
  expect(failures).toMatchObject([
    { name: "adds up", message: "Expected values to be strictly equal", file: "/src/test/cart.test.js", line: 3 },
    { name: "test 2" },
    { name: "Bail out!", message: "the database is gone" },
  ]);
});

test("YAML that nobody ends, or that grows by its aliases, does no harm", () => {
  const aliases = `a: &a [x,x,x,x]\n  b: &b [*a,*a,*a,*a]\n  c: [*b,*b,*b,*b]`;
  expect(readTap(`not ok 1 - a\n  ---\n  ${aliases}\n  ...\nok 2`).failures).toMatchObject([
    { name: "a", message: "" },
  ]);
  expect(readTap("not ok 1 - a\n  ---\n  message: x\nnot ok 2 - b").failures).toMatchObject([
    { message: "x" },
    { name: "b" },
  ]);
  expect(readTap("")).toEqual({ category: "unknown", failures: [] });
});

test("a megabyte of bait is read in time", () => {
  const start = performance.now();
  for (const piece of ["not ok ", "not ok 1 - a\n", "  ---\n", "#", " ", "Bail out! "])
    readTap(piece.repeat(1_000_000 / piece.length));
  expect(performance.now() - start).toBeLessThan(10_000);
});
