import fc from "fast-check";
import { expect, test } from "vitest";
import { fenced, plain } from "../../src/domain/markdown.ts";

test("a code block is longer than any run of ticks inside it", () => {
  expect(fenced("a\n`````\nb")).toBe("``````text\na\n`````\nb\n``````");
  expect(fenced("a\n\n", "")).toBe("```\na\n```");
});

test("no text breaks out of its code block", () => {
  const hostile = fc.array(fc.constantFrom("`", "``", "```", "\n", "~~~", "text", " "), { maxLength: 30 });
  fc.assert(
    fc.property(hostile, (parts) => {
      const lines = fenced(parts.join("")).split("\n");
      const fence = lines.at(-1) ?? "";
      // CommonMark: only a run of at least as many ticks closes the block.
      expect(lines.slice(1, -1).filter((line) => line.trim().startsWith(fence))).toEqual([]);
    }),
  );
});

test.each([
  ["cc @octocat", "cc @\u200Boctocat"],
  ["(@org/team)", "(@\u200Borg/team)"],
  ["me@example.com `@code`", "me@example.com `@code`"],
  ["a <!-- hidden --> <img>", "a  &lt;img>"],
  ["a <!-- never ended", "a"],
  ["fixes #1, Closes: owner/repo#2", "fixes\u200B #1, Closes\u200B: owner/repo#2"],
  [" it fixes the bug ", "it fixes the bug"],
])("somebody else's words are quiet: %j", (text, quiet) => {
  expect(plain(text)).toBe(quiet);
});
