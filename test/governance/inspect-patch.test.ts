import { expect, test } from "vitest";
import type { PatchFile } from "../../src/domain/patch.ts";
import { Policy } from "../../src/domain/policy.ts";
import { Finding } from "../../src/domain/proof.ts";
import { inspectPatch } from "../../src/governance/inspect-patch.ts";

const policy = Policy.parse({});

function file(patch: Partial<PatchFile> = {}): PatchFile {
  return {
    path: "src/cart.ts",
    change: "modified",
    oldMode: "100644",
    mode: "100644",
    binary: false,
    added: 3,
    removed: 1,
    bytes: 900,
    ...patch,
  };
}

const added = { change: "added", oldMode: "000000" } as const;
const deleted = { change: "deleted", mode: "000000", bytes: 0 } as const;

function rules(files: readonly PatchFile[], paths: readonly string[] = policy.paths.protected): string[] {
  const findings = inspectPatch(files, [], { ...policy, paths: { protected: [...paths] } });
  return findings.map((finding) => Finding.parse(finding).rule);
}

test.each<[string, Partial<PatchFile>]>([
  ["a change", {}],
  ["a new file", added],
  ["a deletion", deleted],
  ["a change of an executable that stays one", { oldMode: "100755", mode: "100755" }],
  ["a deleted executable", { ...deleted, oldMode: "100755" }],
  ["a name in another script", { path: "docs/путь/日本語.md" }],
  ["a name with spaces and dots", { path: "docs/read me. first.md" }],
  ["something that only begins like a protected path", { path: ".githubber/x.yml" }],
  ["a dot file", { path: ".gitignore" }],
  ["a small change of a large file", { path: "package-lock.json", bytes: 2 ** 21 }],
])("%s has no findings", (_, patch) => expect(rules([file(patch)])).toEqual([]));

test.each<[string, Partial<PatchFile>, string[]]>([
  ["a new symbolic link", { ...added, mode: "120000" }, ["symlink"]],
  ["a file that becomes a symbolic link", { mode: "120000" }, ["symlink"]],
  ["a symbolic link that becomes a file", { oldMode: "120000" }, ["symlink"]],
  ["a deleted symbolic link", { ...deleted, oldMode: "120000" }, ["symlink"]],
  ["a new submodule", { ...added, mode: "160000" }, ["submodule"]],
  ["a moved submodule", { oldMode: "160000", mode: "160000" }, ["submodule"]],
  ["a new executable", { ...added, mode: "100755" }, ["mode"]],
  ["a file made executable", { mode: "100755" }, ["mode"]],
  ["an executable made plain", { oldMode: "100755" }, ["mode"]],
  ["an unknown mode", { mode: "100664" }, ["mode"]],
  ["a directory's mode", { mode: "040000" }, ["mode"]],
  ["a binary file", { ...added, binary: true }, ["binary"]],
  ["a huge new file on one line", { ...added, added: 1, bytes: 2 ** 20 + 1 }, ["too-large"]],
  ["too many lines", { added: 300, removed: 101 }, ["too-large"]],
  ["git's own directory", { path: "src/.git/config" }, ["refused-path"]],
  ["git's own directory in other letters", { path: ".GIT/hooks/pre-commit" }, ["refused-path"]],
  ["git's own directory for Windows", { path: "GIT~1/config" }, ["refused-path"]],
  ["git's own directory for macOS", { path: ".g\u200cit/config" }, ["refused-path", "refused-path"]],
  ["a path out of the tree", { path: "../x" }, ["refused-path"]],
  ["an absolute path", { path: "/etc/passwd" }, ["refused-path"]],
  ["a backslash", { path: "src\\a.ts" }, ["refused-path"]],
  ["a line break", { path: "src/a\nb.ts" }, ["refused-path"]],
  ["a name written backwards", { path: "src/\u202Egpj.ts" }, ["refused-path"]],
])("%s is found", (_, patch, expected) => {
  const found = rules([file(patch)]);
  expect(found[0]).toBe(expected[0]);
  expect(new Set(found)).toEqual(new Set(expected));
});

test.each([
  ".github/workflows/ci.yml",
  ".github",
  ".GitHub/workflows/ci.yml",
  ".github./workflows/ci.yml",
  ".github /ci.yml",
  ".github::$INDEX_ALLOCATION/ci.yml",
  "GITHUB~1/ci.yml",
  ".g\u0456thub/ci.yml",
  ".ｇｉｔｈｕｂ/ci.yml",
  ".gïthub/ci.yml",
  ".git\u00ADhub/ci.yml",
  "\u2024github/ci.yml",
  ".github\\workflows\\ci.yml",
  "CODEOWNERS",
  "docs/codeowners",
  "docs/\u0421ODEOWNERS",
  "packages/a/claude.md",
  "AGENTS.md",
  ".gitmodules",
])("%j is protected without a word in the policy", (path) => {
  expect(rules([file({ path })])).toContain("protected-path");
});

test("workflows stay protected where the policy protects something else", () => {
  expect(rules([file({ path: ".github/workflows/ci.yml" })], ["infra/**"])).toEqual(["protected-path"]);
  expect(rules([file({ path: "Infra/main.tf" })], ["infra/**"])).toEqual(["protected-path"]);
  expect(rules([file({ path: "café/menu.md" })], ["Café/**"])).toEqual(["protected-path"]);
});

test("a pattern that cannot be read stops everything, once", () => {
  expect(rules([file(), file({ path: "b" })], ["!src/**"])).toEqual(["protected-path"]);
});

test("an empty patch and too many files are found", () => {
  expect(rules([])).toEqual(["empty"]);
  expect(rules(Array.from({ length: 11 }, (_, at) => file({ path: `a${at}`, added: 1, removed: 0 })))).toEqual([
    "too-large",
  ]);
});

test("what was left behind in the sandbox is found, with the cause", () => {
  const refused = [{ path: "dev/null", why: "is a device" }];
  expect(inspectPatch([file()], refused, policy)).toEqual([
    { rule: "refused-path", path: "dev/null", message: '"dev/null" was left behind: is a device' },
  ]);
});

test("findings are few and readable, whatever the paths are", () => {
  const path = `.github/\u202E\u0007${"x".repeat(4_000)}`;
  const findings = inspectPatch(
    Array.from({ length: 5_000 }, () => file({ path })),
    [],
    policy,
  );
  expect(findings).toHaveLength(100);
  expect(findings[0]).toMatchObject({ rule: "too-large" });
  for (const { message } of findings) {
    expect(message.length).toBeLessThan(500);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

test("says by which pattern a look-alike is protected", () => {
  expect(inspectPatch([file({ path: ".GitHub/x.yml" })], [], policy)[0]?.message).toBe(
    '".GitHub/x.yml" is protected by .github/** (it may be taken for .github/x.yml)',
  );
});
