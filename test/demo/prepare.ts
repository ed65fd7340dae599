import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Bug } from "./bugs/bug.ts";
import { cachedTarball } from "./packages.ts";

/** Fields of a published package.json that stay. Scripts and dependencies go: nothing is to be installed or run. */
const keptFields = ["name", "version", "description", "license", "author", "repository", "keywords", "main"];

/**
 * Fills `directory` with the source tree of a bug: the published package at the pinned version, without its scripts, its
 * dependencies and the tests that need them, and with the bug's own files. The same content every time.
 * Throws when the tarball is missing from the cache or is not the pinned one.
 */
export async function prepareBug(bug: Bug, where: { cacheDirectory: string; directory: string }): Promise<void> {
  const { directory } = where;
  const tarball = await cachedTarball(bug.package, where.cacheDirectory);
  await mkdir(directory, { recursive: true });
  await execa("tar", ["-xzf", tarball, "-C", directory, "--strip-components=1", "--no-same-owner"]);
  // Tests that came along need runners that are not there; Node's runner would pick them up.
  for (const path of ["test", "test.js"]) await rm(join(directory, path), { recursive: true, force: true });
  await replaceManifest(join(directory, "package.json"));
  for (const [path, content] of Object.entries(bug.files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

async function replaceManifest(path: string): Promise<void> {
  const published = new Map<string, unknown>(Object.entries(JSON.parse(await readFile(path, "utf8"))));
  const kept = keptFields.filter((field) => published.has(field)).map((field) => [field, published.get(field)]);
  const manifest = { ...Object.fromEntries(kept), scripts: { test: "node --test" } };
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
