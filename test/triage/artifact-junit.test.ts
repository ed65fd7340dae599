import { expect, test } from "vitest";
import { readJUnit } from "../../src/triage/artifact-junit.ts";

test("reads failures and errors in nested suites, with their places", () => {
  const report = readJUnit(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="all"><testsuite name="cart" file="test/cart.test.ts">
  <testcase classname="cart" name="adds up" line="12"><failure message="3 is not 4">AssertionError: 3 &lt;&gt; 4
    at test/cart.test.ts:14:5</failure></testcase>
  <testcase classname="cart" name="is fine"/>
  <testcase classname="cart" name="later"><skipped/></testcase>
  <testcase classname="cart" name="breaks"><error type="TypeError"><![CDATA[TypeError: x
    at lib/other.ts:1:1
    at test/cart.test.ts:20:5]]></error></testcase>
  <testcase classname="cart" name="passed later"><flakyFailure message="x"/></testcase>
</testsuite></testsuite></testsuites>`);
  expect(report.category).toBe("test-deterministic");
  expect(report.failures).toMatchObject([
    { name: "cart > adds up", message: "3 is not 4", file: "test/cart.test.ts", line: 12 },
    { name: "cart > breaks", message: "TypeError", file: "test/cart.test.ts", line: 20 },
  ]);
  expect(report.failures[0]?.detail).toContain("3 <> 4");
});

test("a suite that could not be set up is a failure", () => {
  expect(readJUnit('<testsuite name="cart"><error message="no database"/></testsuite>').failures).toMatchObject([
    { name: "cart", message: "no database" },
  ]);
});

test("a report that breaks off is read up to there, and what is no report has no failures", () => {
  const broken = '<testsuite><testcase name="a"><failure message="x"/></testcase><testcase name="b"><fail';
  expect(readJUnit(broken).failures).toMatchObject([{ name: "a" }]);
  for (const text of ["", "no xml", "<", "\0", "{}"])
    expect(readJUnit(text)).toEqual({ category: "unknown", failures: [] });
});

test("many and long failures are cut to size", () => {
  const one = `<testcase name="${"n".repeat(9_000)}"><failure message="${"m".repeat(9_000)}">${"t".repeat(30_000)}</failure></testcase>`;
  const { failures } = readJUnit(
    `<testsuite>${one.repeat(300)}${'<testcase name="a"><error/></testcase>'.repeat(400)}</testsuite>`,
  );
  expect(failures).toHaveLength(500);
  expect(failures[0]).toMatchObject({ name: "n".repeat(500), message: "m".repeat(2_000), detail: "t".repeat(20_000) });
});

test("entities of its own are not expanded", () => {
  const text = `<!DOCTYPE t [<!ENTITY a "${"a".repeat(1_000)}">]><testsuite><testcase name="a"><failure>${"&a;".repeat(1_000)}</failure></testcase></testsuite>`;
  expect(JSON.stringify(readJUnit(text)).length).toBeLessThan(1_000);
});
