import { expect, test } from "vitest";
import { parseCodeOwners } from "../../src/governance/code-owners.ts";

function matches(pattern: string, path: string): boolean {
  return parseCodeOwners(`${pattern} @owner`).ownersOf(path.split("/")) !== undefined;
}

// From GitHub's documentation, "About code owners", and gitignore(5).
test.each<[pattern: string, path: string, expected: boolean]>([
  ["*", "a", true],
  ["*", "a/b/c", true],
  ["**", "a/b", true],
  ["*.js", "a.js", true],
  ["*.js", "a/b.js", true],
  ["*.js", "a/b.jsx", false],
  ["/build/logs/", "build/logs/a", true],
  ["/build/logs/", "build/logs/a/b", true],
  ["/build/logs/", "build/logs", false],
  ["/build/logs/", "x/build/logs/a", false],
  ["docs/*", "docs/getting-started.md", true],
  ["docs/*", "docs/build-app/troubleshooting.md", false],
  ["docs/*", "x/docs/a.md", false],
  ["/docs/*", "docs/a.md", true],
  ["docs/*.md", "docs/a.md", true],
  ["docs/**", "docs/a/b.md", true],
  ["docs/**", "docs", false],
  ["docs/**/x.md", "docs/x.md", true],
  ["docs/**/x.md", "docs/a/b/x.md", true],
  ["apps/", "apps/a", true],
  ["apps/", "x/apps/a/b", true],
  ["apps/", "apps", false],
  ["apps", "apps", true],
  ["apps", "x/apps/a", true],
  ["apps", "myapps/a", false],
  ["/apps/github", "apps/github/x.yml", true],
  ["apps/github", "apps/github", true],
  ["apps/github", "x/apps/github", false],
  ["**/logs", "deeply/nested/logs/x", true],
  ["**/logs", "logs/x", true],
  ["/a/*/c", "a/b/c/d", true],
  ["/a/*/c", "a/b/b/c", false],
  ["/*", "a", true],
  ["/*", "a/b", false],
  ["a?c.txt", "abc.txt", true],
  ["a?c.txt", "ac.txt", false],
  ["a?c.txt", "a😀c.txt", true],
  ["Docs/", "docs/a", false],
  ["a\\ b.txt", "a b.txt", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["a{b,c}", "ab", false],
  ["/", "a", false],
])("%j on %j: %j", (pattern, path, expected) => expect(matches(pattern, path)).toBe(expected));

const text = `
# Comments and empty lines say nothing
*            @global @acme/everybody
*.go         go@example.com   # in a line, too
/vendor/
/vendor/ours @Our-Team/x.y_z
`;

test.each([
  [
    "README.md",
    [
      { kind: "user", login: "global" },
      { kind: "team", organisation: "acme", slug: "everybody" },
    ],
  ],
  ["cmd/main.go", [{ kind: "email", address: "go@example.com" }]],
  ["vendor/lib/a.go", []],
  ["vendor/ours/a.go", [{ kind: "team", organisation: "Our-Team", slug: "x.y_z" }]],
])("the last line that matches %s decides, and one without owners takes ownership away", (path, owners) => {
  expect(parseCodeOwners(text).ownersOf(path.split("/"))?.owners).toEqual(owners);
});

test.each(["!docs/ @a", "\\#x @a", "[ab].txt @a", "a***b @a", "docs/ a", "docs/ @a/b/c", "docs/ @", "/ @a"])(
  "%j is passed over, as GitHub does, and said to be",
  (line) => {
    const parsed = parseCodeOwners(`* @all\r\n${line}`);
    expect(parsed.skipped).toEqual([2]);
    expect(parsed.ownersOf(["docs", "a"])?.line).toBe(1);
  },
);

test("patterns made to backtrack take no longer than others", () => {
  const start = performance.now();
  const names = Array.from("a".repeat(2_000));
  expect(parseCodeOwners(`${"**/a/".repeat(100)}b @x`).ownersOf(names)).toBeUndefined();
  expect(matches(`${"*a".repeat(200)}b`, "a".repeat(4_000))).toBe(false);
  expect(parseCodeOwners(`${"\\".repeat(100_001)}\n`.repeat(2)).skipped.length).toBeGreaterThanOrEqual(0);
  expect(performance.now() - start).toBeLessThan(5_000);
});
