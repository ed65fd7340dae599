import { expect, test } from "vitest";
import { clip, firstLine } from "../../src/webhooks/clip.ts";

test.each([
  ["short", 10, "short"],
  ["exactly ten", 11, "exactly ten"],
  ["much longer than that", 12, "much … [cut]"],
  ["a\0b", 10, "ab"],
  ["\ud800x", 10, "\ufffdx"],
  ["ab😀😀😀😀😀😀", 12, "ab😀 … [cut]"],
  ["abcdefgh", 3, " … "],
  ["", 5, ""],
])("%j cut to %i is %j", (text, max, expected) => expect(clip(text, max)).toBe(expected));

test("never exceeds the limit and never breaks a character", () => {
  for (let max = 0; max < 40; max++) {
    const cut = clip("😀a😀b".repeat(20), max);
    expect(cut.length).toBeLessThanOrEqual(max);
    expect(cut.isWellFormed()).toBe(true);
  }
});

test("a title is the first line that says something", () =>
  expect(firstLine("\n  \r\n boom \r\nmore", 20)).toBe("boom "));
