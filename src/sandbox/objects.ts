import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { PatchFile } from "../domain/patch.ts";
import { TreeSha } from "../domain/repository.ts";
import { collectChild, startChild } from "./child.ts";
import { git, gitEnvironment, gitLine, hardening, splitNul } from "./git.ts";
import type { GitDirectory } from "./git.ts";

/** Reads and writes of git objects. No function here has a work tree. */

const maxFileBytes = 5 * 1024 * 1024;

export async function listFiles(directory: GitDirectory, tree: TreeSha): Promise<string[]> {
  return splitNul((await git(directory, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree])).stdout);
}

/** A file's bytes, or undefined where there is none or it is larger than 5 MB. A symlink's are its target. */
export async function readFileOf(directory: GitDirectory, tree: TreeSha, path: string): Promise<Buffer | undefined> {
  const [blob] = await describe(directory, [`${tree}:${path}`]);
  if (blob?.type !== "blob" || blob.bytes > maxFileBytes) return undefined;
  return (await git(directory, ["cat-file", "blob", blob.id])).stdout;
}

/** What each name stands for; undefined for those that do not exist. */
export async function describe(
  directory: GitDirectory,
  names: readonly string[],
): Promise<({ id: string; type: string; bytes: number } | undefined)[]> {
  if (names.length === 0) return [];
  // Its answer to an unknown name repeats the name: one with a line break would count as two. A relative path is fatal.
  const input = names.map((name) => `${/\n|:\.{0,2}\//.test(name) ? "" : name}\0`).join("");
  const { stdout } = await git(directory, ["cat-file", "-z", "--batch-check"], { input });
  const answers = stdout.toString("utf8").split("\n");
  return names.map((_, index) => {
    const [, id, type, bytes] = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(answers[index] ?? "") ?? [];
    return id !== undefined && type !== undefined ? { id, type, bytes: Number(bytes) } : undefined;
  });
}

/** One line of `diff-tree --raw`. */
export type RawChange = { oldMode: string; mode: string; id: string; path: string };

export async function rawChanges(
  directory: GitDirectory,
  from: string,
  to: string,
  env?: Readonly<Record<string, string>>,
): Promise<RawChange[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", from, to];
  return parseRaw(splitNul((await git(directory, args, { ...(env && { env }) })).stdout)).changes;
}

/** What changed between two trees. */
export async function diffTrees(directory: GitDirectory, from: TreeSha, to: TreeSha): Promise<PatchFile[]> {
  if (from === to) return [];
  const args = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", "--full-index", ...plainDiff, from, to];
  const { changes, rest } = parseRaw(splitNul((await git(directory, args)).stdout));
  const counts = new Map(
    rest.map((line) => {
      const [, added = "-", removed = "-", path = ""] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(line) ?? [];
      return [path, { binary: added === "-", added: Number(added) || 0, removed: Number(removed) || 0 }];
    }),
  );
  const blobs = await describe(
    directory,
    changes.map(({ id }) => id),
  );
  return changes.map(({ path, oldMode, mode }, index) => ({
    path,
    change: changeOf(oldMode, mode),
    oldMode,
    mode,
    ...(counts.get(path) ?? { binary: false, added: 0, removed: 0 }),
    bytes: blobs[index]?.bytes ?? 0,
  }));
}

/** A unified diff for people, cut at `maxChars`. */
export async function diffText(directory: GitDirectory, from: TreeSha, to: TreeSha, maxChars: number): Promise<string> {
  const args = ["diff-tree", "-r", "-p", "--no-renames", "--no-color", ...plainDiff, from, to];
  const child = startChild({
    argv: ["git", `--git-dir=${directory.path}`, ...hardening, ...args],
    env: gitEnvironment(directory.gitConfig),
    timeoutMs: 60_000,
  });
  // Four bytes is the longest character of UTF-8; git is stopped once more than that can be wanted.
  const { stdout, stderr, exitCode, killedBy } = await collectChild(child, maxChars * 4 + 4);
  if (killedBy !== "output" && exitCode !== 0) throw new Error(`cannot diff ${from} and ${to}: ${stderr}`);
  const text = stdout.toString("utf8");
  return text.length > maxChars ? `${text.slice(0, maxChars)}\n[cut after ${maxChars} characters]\n` : text;
}

/** `onto` with the given paths taken from `from`, and deleted where `from` has none. */
export async function composeTrees(
  directory: GitDirectory,
  onto: TreeSha,
  from: TreeSha,
  paths: readonly string[],
): Promise<TreeSha> {
  if (paths.length === 0) return onto;
  const index = join(directory.path, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    const wanted = new Set(paths);
    const listed = splitNul((await git(directory, ["ls-tree", "-r", "-z", "--full-tree", from])).stdout);
    const taken = listed.filter((line) => wanted.has(line.slice(line.indexOf("\t") + 1)));
    const removed = paths.map((path) => `0 ${"0".repeat(40)}\t${path}`);
    await git(directory, ["read-tree", onto], { env });
    const input = [...removed, ...taken].map((line) => `${line}\0`).join("");
    await git(directory, ["update-index", "--add", "--replace", "-z", "--index-info"], { env, input });
    return TreeSha.parse(await gitLine(directory, ["write-tree"], { env }));
  } finally {
    await rm(index, { force: true });
  }
}

/** No program of the repository's choosing turns a file into text. */
const plainDiff = ["--no-ext-diff", "--no-textconv"];

function changeOf(oldMode: string, mode: string): PatchFile["change"] {
  if (mode === absent) return "deleted";
  return oldMode === absent ? "added" : "modified";
}

const absent = "000000";

function parseRaw(fields: readonly string[]): { changes: RawChange[]; rest: string[] } {
  const changes: RawChange[] = [];
  let at = 0;
  for (; fields[at]?.startsWith(":"); at += 2) {
    const [oldMode = "", mode = "", , id = ""] = fields[at]?.slice(1).split(" ") ?? [];
    changes.push({ oldMode, mode, id, path: fields[at + 1] ?? "" });
  }
  return { changes, rest: fields.slice(at) };
}
