import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterEach, describe, expect, test } from "vitest";
import { bugs } from "./bugs.ts";
import type { Bug } from "./bugs/bug.ts";
import { minimist } from "./bugs/minimist.ts";
import { defaultCache } from "./packages.ts";
import { prepareBug } from "./prepare.ts";
import { replay } from "./replay.ts";

// Expressions that backtrack are stopped after two seconds each, several times per bug.
const slow = { timeout: 120_000 };

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});

const attempts = bugs.flatMap((bug) =>
  bug.scripts.map((script, index) => ({ bug, script, name: bug.name, number: index + 1 })),
);
/** Attempts whose patch breaks a test that was there before. */
const breaking = ["breaks-tests 1"];

describe.each(bugs)("the repository of $name", (bug) => {
  test("passes its own tests, of which there are at least five", slow, async () => {
    const { exitCode, output } = await runTests(await prepared(bug));
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(Number(/^\S+ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThanOrEqual(5);
  });

  test("is the same every time, with no scripts but its tests and nothing to install", async () => {
    const [one, other] = [await contents(await prepared(bug)), await contents(await prepared(bug))];
    expect(one).toEqual(other);
    const manifest: unknown = JSON.parse(one.get("package.json") ?? "");
    expect(manifest).toHaveProperty("scripts", { test: "node --test" });
    expect(manifest).not.toHaveProperty("dependencies");
    expect([...one.keys()]).toContain(bug.error.file);
  });
});

describe.each(attempts)("attempt $number of $name", ({ bug, script, number }) => {
  test("plays to its end with the SDK's own tools, as it says", slow, async () => {
    expect(script.steps.length).toBeGreaterThanOrEqual(8);
    expect(script.steps.length).toBeLessThanOrEqual(14);
    const directory = await prepared(bug);
    const before = await contents(directory);
    const final = await replay(script, directory);
    expect(final).toMatch(/^(TITLE: .+\nROOT CAUSE: .+\nCHANGES: .+\nNOT CHECKED: .+|NO FIX: no-repro: .+)$/);
    const touched = changed(before, await contents(directory));
    expect(touched.length > 0).toBe(final.startsWith("TITLE"));
    expect(touched.some((path) => path.startsWith(".github/"))).toBe(bug.name === "protected-path");

    const tests = touched.filter((path) => path.startsWith("test/"));
    expect(tests.filter((path) => before.has(path))).toEqual([]);
    await checkFix({ bug, fixed: directory, tests });
    const old = [...before.keys()].filter((path) => path.startsWith("test/"));
    const { exitCode } = await runTests(directory, ...old);
    expect(exitCode).toBe(breaking.includes(`${bug.name} ${number}`) ? 1 : 0);
  });

  test("answers the prompts of its own attempt and no other", () => {
    for (const text of [bug.report.title, bug.error.message]) {
      const prompt = `Incident: abcd1234, attempt ${number}\n\n${text}`;
      expect(attempts.filter((other) => other.script.when(prompt))).toEqual([expect.objectContaining({ bug, number })]);
    }
  });
});

test("a tarball that is not the pinned one is refused before it is unpacked", async () => {
  const cacheDirectory = await temporary();
  const directory = await temporary();
  await writeFile(join(cacheDirectory, "minimist-1.2.5.tgz"), "something else");
  await expect(prepareBug(minimist, { cacheDirectory, directory })).rejects.toThrow(
    /integrity .* not the pinned sha512-FM9n/,
  );
  expect(await readdir(directory)).toEqual([]);
});

test("a missing tarball names the command that downloads it", async () => {
  const where = { cacheDirectory: await temporary(), directory: await temporary() };
  await expect(prepareBug(minimist, where)).rejects.toThrow("run `node test/demo/fetch.ts`");
});

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "self-heal-demo-"));
  made.push(directory);
  return directory;
}

async function prepared(bug: Bug): Promise<string> {
  const directory = await temporary();
  await prepareBug(bug, { cacheDirectory: defaultCache, directory });
  return directory;
}

/** The tests of a fix must fail on the base with what was reported, and pass on the fix. */
async function checkFix({ bug, fixed, tests }: { bug: Bug; fixed: string; tests: string[] }): Promise<void> {
  if (tests.length === 0) return;
  const base = await prepared(bug);
  for (const path of tests) await copyFile(join(fixed, path), join(base, path));
  const unfixed = await runTests(base, ...tests);
  expect(unfixed.exitCode).toBe(1);
  expect(unfixed.output).toContain(bug.error.message.replace(/^TypeError: /, ""));
  expect(await runTests(fixed, ...tests)).toMatchObject({ exitCode: 0 });
}

/** Runs all tests of a directory, or the given files only, as the repository's own workflow does. */
async function runTests(directory: string, ...files: string[]) {
  const { exitCode, all } = await execa("node", ["--test", ...files], {
    cwd: directory,
    all: true,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env["PATH"] ?? "" },
  });
  return { exitCode, output: all };
}

async function contents(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.toSorted().map(async (path) => [relative(directory, path), await readFile(path, "utf8")] as const);
  return new Map(await Promise.all(read));
}

function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
}
