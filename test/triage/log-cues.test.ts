import fc from "fast-check";
import { expect, test } from "vitest";
import { createCueFinder } from "../../src/triage/log-cues.ts";

test("finds exactly the words that a plain search finds, in either case", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "●", " "), minLength: 1, maxLength: 5 });
  const text = fc.string({ unit: fc.constantFrom("a", "B", "c", "●", "x", " ", "İ"), maxLength: 60 });
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), text, (words, line) => {
      const find = createCueFinder(new Map(words.map((each, at) => [each, [at]])));
      const found = new Set<string>();
      find(line, (values) => values.map((value) => found.add(words[value] ?? "")));
      expect([...found].toSorted()).toEqual(
        words.filter((each) => line.replaceAll("B", "b").includes(each)).toSorted(),
      );
    }),
  );
});
