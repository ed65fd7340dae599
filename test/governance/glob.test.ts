import { expect, test } from "vitest";
import { protects } from "../../src/governance/glob.ts";

test.each<[pattern: string, path: string, protectedByIt: boolean]>([
  ["a.txt", "a.txt", true],
  ["a.txt", "b/a.txt", false],
  ["a.txt", "a.txts", false],
  ["/a.txt", "a.txt", true],
  ["./a.txt", "a.txt", true],
  [".github/**", ".github/workflows/ci.yml", true],
  [".github/**", ".github", true],
  [".github/**", "x/.github/ci.yml", false],
  [".github/**", ".githubs/ci.yml", false],
  ["infra", "infra/prod/main.tf", true],
  ["infra/", "infra/prod/main.tf", true],
  ["infra", "infrastructure/main.tf", false],
  ["**/CODEOWNERS", "CODEOWNERS", true],
  ["**/CODEOWNERS", "docs/a/CODEOWNERS", true],
  ["**/CODEOWNERS", "docs/MYCODEOWNERS", false],
  ["**/secrets/**/*.pem", "secrets/a.pem", true],
  ["**/secrets/**/*.pem", "x/secrets/y/z/a.pem", true],
  ["**/secrets/**/*.pem", "x/secrets/y/z/a.key", false],
  ["**", "anything/at/all", true],
  ["*.lock", "yarn.lock", true],
  ["*.lock", "x/yarn.lock", false],
  ["*", ".env", true],
  [".env*", ".env.local", true],
  ["src/*.ts", "src/a.ts", true],
  ["src/*.ts", "src/a/b.ts", false],
  ["src/?.ts", "src/😀.ts", true],
  ["src/?.ts", "src/ab.ts", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-b-b-cd", false],
  ["{src,lib}/**/*.{js,ts}", "lib/x/a.ts", true],
  ["{src,lib}/**/*.{js,ts}", "bin/x/a.ts", false],
  ["a{b,c{d,e}}f", "acef", true],
  ["a{b,c{d,e}}f", "acf", false],
  ["v[0-9].sql", "v7.sql", true],
  ["v[!0-9].sql", "v7.sql", false],
  ["v[!0-9].sql", "v-.sql", true],
  ["v[a-]", "v-", true],
  ["[]]", "]", true],
  ["a+b(c).txt", "a+b(c).txt", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["", "a", false],
  ["/", "a", false],
])("%j on %j: %j", (pattern, path, expected) => expect(protects(pattern, path)).toBe(expected));

test.each(["!src/**", "!(a|b)", "src/@(a|b).ts", "+(x)", "a{b", "a}b", "[a", "{1,2}".repeat(20)])(
  "%j is refused, because it might have protected anything",
  (pattern) => expect(() => protects(pattern, "src/a.ts")).toThrow(SyntaxError),
);

test("patterns made to backtrack take no longer than others", () => {
  const start = performance.now();
  expect(protects(`${"*a".repeat(200)}b`, "a".repeat(4_000))).toBe(false);
  expect(protects(`${"**/a/".repeat(100)}b`, "a/".repeat(2_000))).toBe(false);
  expect(() => protects("[".repeat(60_000), "a")).toThrow(SyntaxError);
  // With a backtracking matcher each of these takes longer than the age of the universe.
  expect(performance.now() - start).toBeLessThan(5_000);
});
