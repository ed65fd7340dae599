import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forms } from "../../src/triage/tool-forms.ts";
import { readToolLine } from "../../src/triage/tool-lines.ts";
import { toolLocations } from "../../src/triage/tool-locations.ts";
import { baitOf, baits, costOf, maxMs } from "./bait.ts";
import { readSections } from "./sections.ts";

const shown = (text: string) => toolLocations(text).map(({ file, line }) => `${file.split(/[\\/]/).at(-1)}:${line}`);

describe("the places in the output of", () => {
  test.each(readSections("tool-output.txt"))("$title", ({ values: [places = ""], text }) => {
    expect([...new Set(shown(text))].join(" ")).toBe(places);
  });
});

describe.each(forms)("the form $id", ({ example, pattern }) => {
  test("reads its example", () => {
    pattern.lastIndex = 0;
    expect(pattern.test(example)).toBe(true);
    expect(readToolLine(example)).toMatchObject({ line: 3 });
  });
});

test("takes a message apart", () => {
  expect(toolLocations("./src/a.ts:3:5 - error TS2322: Type 'x' is wrong.")).toEqual([
    { file: "src/a.ts", line: 3, column: 5, severity: "error", code: "TS2322", message: "TS2322: Type 'x' is wrong." },
  ]);
  expect(toolLocations("a.py:1:0: C0114: Missing docstring (missing-docstring)")).toMatchObject([{ code: "C0114" }]);
  expect(toolLocations("/src/a.js\n  3:5  error  'x' is not defined  no-undef")).toMatchObject([
    { severity: "error", message: "'x' is not defined  no-undef" },
  ]);
});

test("keeps spaces and drives of paths where the form delimits them", () => {
  expect(toolLocations("C:\\My App\\a b.cpp(3,5): error C1: x")[0]?.file).toBe("C:\\My App\\a b.cpp");
  expect(toolLocations('File "/srv/my app/a.py", line 3')[0]?.file).toBe("/srv/my app/a.py");
  expect(toolLocations("app/[id]/page.tsx:3:5: bad")[0]?.file).toBe("app/[id]/page.tsx");
});

test("a report below what a package manager prints first is found", () => {
  const report = JSON.stringify(
    [{ filePath: "/src/a.js", messages: [{ line: 3, column: 5, message: "m" }] }],
    undefined,
    2,
  );
  expect(shown(`\n> app@1.0.0 lint\n> eslint .\n\n${report}`)).toEqual(["a.js:3"]);
});

test("broken and deep reports are read as far as they go", () => {
  expect(shown('<checkstyle><file name="a.java"><error line="3"/><error line=')).toEqual(["a.java:3"]);
  expect(toolLocations(`${"[".repeat(100_000)}`)).toEqual([]);
  expect(toolLocations(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`)).toEqual([]);
});

test("an entity bomb is not expanded", () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "${"a".repeat(1_000)}"><!ENTITY b "&a;&a;&a;">]><x><file name="a.java"><error line="3" message="&b;"/></file></x>`;
  expect(JSON.stringify(toolLocations(bomb)).length).toBeLessThan(500);
});

test("any text is read without an exception, into places with positive numbers", () => {
  const part = fc.constantFrom(
    "a.c",
    ":",
    "3",
    " ",
    "\n",
    "(",
    ")",
    "/",
    "x.py",
    "line ",
    "error",
    '"',
    "[",
    "{",
    "<",
    "file",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      for (const { file, line } of toolLocations(parts.join(""))) {
        expect(line).toBeGreaterThan(0);
        expect(file).not.toMatch(/^\.\/|^$/);
      }
    }),
  );
});

test.each(baits)("reads a megabyte of %j in time", (piece) => {
  const { oneLine, lines } = baitOf(piece);
  expect(costOf(() => [toolLocations(oneLine), toolLocations(lines)])).toBeLessThan(maxMs);
});
