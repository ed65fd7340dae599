/**
 * Runs inside a throw-away sandbox, when everything else in the work tree has been stopped: turns `/workspace` into a
 * git tree. Reads a tree id from its arguments; prints one line of JSON and then a pack with the new objects.
 * `/upper` is the overlay's upper directory (what was changed), `/layer` the dependencies, `/mirror/objects` the base.
 * Only what lies in `/upper` can differ from the base, so only that is looked at. Imports nothing but `node:`.
 *
 * Paths are held as latin1 strings: one character per byte, whatever the bytes are.
 */
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import type { Stats } from "node:fs";

type Refusal = { path: string; why: string };
type Upper = {
  directories: Set<string>;
  files: Map<string, Stats>;
  /** Deleted (whiteouts), or refused at that path. */
  gone: Set<string>;
  blocked: Set<string>;
};

const limits = { files: 2_000, fileBytes: 5 * 1024 ** 2, totalBytes: 20 * 1024 ** 2, pathBytes: 400, depth: 40 };
const submodule = "160000";
const maxRefusals = 200;
const repository = "/tmp/git";
const refused: Refusal[] = [];

const rawBytes = "* -text -eol -filter -ident -working-tree-encoding -diff -merge -export-subst -export-ignore\n";

main(process.argv[2] ?? "");

function main(base: string): void {
  for (const directory of ["objects/info", "refs", "info"])
    mkdirSync(`${repository}/${directory}`, { recursive: true });
  writeFileSync(`${repository}/HEAD`, "ref: refs/heads/none\n");
  writeFileSync(`${repository}/config`, "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
  writeFileSync(`${repository}/objects/info/alternates`, "/mirror/objects\n");
  writeFileSync(`${repository}/info/attributes`, rawBytes);

  git(["read-tree", base]);
  const tracked = readIndex();
  const upper = walk(tracked);
  const changed = [...upper.files.keys()].filter((path) => tracked.has(path) && isSane(path, upper));
  const added = newFiles(tracked, upper);
  const deleted = deletions(tracked, upper);

  git(["update-index", "-z", "--index-info"], lines(deleted.map((path) => `0 ${"0".repeat(40)}\t${path}`)));
  git(["update-index", "--add", "--replace", "-z", "--stdin"], lines([...changed, ...added]));
  const tree = git(["write-tree"]).toString("latin1").trim();
  const pack =
    tree === base ? Buffer.alloc(0) : git(["pack-objects", "--revs", "--stdout", "-q"], `${tree}\n^${base}\n`);
  const hidden = refused.length - maxRefusals;
  const told = refused.slice(0, maxRefusals);
  if (hidden > 0) told.push({ path: "…", why: `and ${hidden} more` });
  process.stdout.write(`${JSON.stringify({ tree, refused: told })}\n`);
  process.stdout.write(pack);
}

/** Paths of the base with their modes. */
function readIndex(): Map<string, string> {
  const entries = git(["ls-files", "-z", "--stage"]).toString("latin1").split("\0").filter(Boolean);
  return new Map(entries.map((entry) => [entry.slice(entry.indexOf("\t") + 1), entry.slice(0, 6)]));
}

/** Everything in the upper directory but the agent's own repository. Devices, pipes and sockets are removed. */
function walk(tracked: ReadonlyMap<string, string>): Upper {
  const upper: Upper = { directories: new Set([""]), files: new Map(), gone: new Set(), blocked: new Set() };
  const trackedDirectories = directoriesOf(tracked);
  const block = (path: string, why: string) => {
    upper.blocked.add(path);
    refuse(path, why);
  };
  const visit = (path: string, entry: Stats): boolean => {
    if (entry.isCharacterDevice() && entry.rdev === 0) upper.gone.add(path);
    else if (entry.isFile() || entry.isSymbolicLink()) upper.files.set(path, entry);
    else if (!entry.isDirectory()) {
      rmSync(at("/workspace", path), { force: true });
      block(path, "neither file, directory nor symlink");
    } else if (path.split("/").length > limits.depth) block(path, "too many levels");
    else if (tracked.get(path) === submodule) block(path, "inside a submodule");
    else if (!trackedDirectories.has(path) && isRepository(path)) block(path, "a repository of its own");
    else return true;
    return false;
  };
  const pending = [""];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    upper.directories.add(directory);
    for (const name of entriesOf(directory, block)) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (path !== ".git" && visit(path, lstatSync(at("/upper", path)))) pending.push(path);
    }
  }
  return upper;
}

function directoriesOf(tracked: ReadonlyMap<string, string>): Set<string> {
  const directories = new Set<string>();
  for (const path of tracked.keys())
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      directories.add(path.slice(0, end));
  return directories;
}

function isRepository(path: string): boolean {
  const has = (name: string) => look("/workspace", `${path}/${name}`) !== undefined;
  return has(".git") || (has("HEAD") && has("objects") && has("refs"));
}

function entriesOf(directory: string, block: (path: string, why: string) => void): string[] {
  try {
    return readdirSync(at("/upper", directory), { encoding: "latin1" });
  } catch {
    block(directory, "cannot be read");
    return [];
  }
}

/** Files to add: not the dependencies', not ignored, not too many. */
function newFiles(tracked: ReadonlyMap<string, string>, upper: Upper): string[] {
  const others = [...upper.files.keys()].filter((path) => !tracked.has(path) && look("/layer", path) === undefined);
  // A file of ignore rules that is no such thing must not be read by git.
  for (const [path, { size }] of upper.files)
    if (/(^|\/)\.git(ignore|attributes)$/.test(path) && size > limits.fileBytes) {
      refuse(path, "too large");
      rmSync(at("/workspace", path), { force: true });
      upper.files.delete(path);
    }
  // After `./` no name is taken for pathspec magic.
  const asked = lines(others.map((path) => `./${path}`));
  const ignored = new Set(
    git(["check-ignore", "--no-index", "-z", "--stdin"], asked, [0, 1]).toString("latin1").split("\0"),
  );
  const wanted = others.filter((path) => upper.files.has(path) && !ignored.has(`./${path}`) && isSane(path, upper));
  const bytes = wanted.reduce((sum, path) => sum + (upper.files.get(path)?.size ?? 0), 0);
  if (wanted.length <= limits.files && bytes <= limits.totalBytes) return wanted;
  const why = `too many new files: ${wanted.length} with ${bytes} bytes`;
  for (const top of new Set(wanted.map((path) => path.split("/", 1)[0] ?? ""))) refuse(top, why);
  return [];
}

/** Tracked paths that are no longer there, or below something that is no directory any more. */
function deletions(tracked: ReadonlyMap<string, string>, upper: Upper): string[] {
  const visible = new Map<string, boolean>();
  const isVisible = (path: string) => {
    const known = visible.get(path) ?? look("/workspace", path) !== undefined;
    visible.set(path, known);
    return known;
  };
  return [...tracked.keys()].filter((path) => {
    if (tracked.get(path) === submodule) return false;
    const parts = path.split("/");
    // Where the path leaves the changed directories: what stands there decides.
    const depth = parts.findIndex((_, index) => !upper.directories.has(parts.slice(0, index + 1).join("/")));
    const point = depth === -1 ? path : parts.slice(0, depth + 1).join("/");
    if (upper.blocked.has(point)) return false;
    if (upper.gone.has(point) || depth === -1) return true;
    if (upper.files.has(point)) return point !== path;
    return !isVisible(point);
  });
}

function isSane(path: string, upper: Upper): boolean {
  const why = flawOf(path) ?? flawOfFile(path, upper.files.get(path));
  if (why !== undefined) refuse(path, why);
  return why === undefined;
}

function flawOf(path: string): string | undefined {
  const parts = path.split("/");
  if (path.length > limits.pathBytes || parts.length > limits.depth) return "the path is too long";
  const name = decoded(path);
  if (name === undefined) return "the name is not UTF-8";
  if (/\p{Cc}/u.test(name)) return "control characters in the name";
  if (parts.some(looksLikeGit)) return "the name passes for .git";
  if (parts.at(-1)?.toLowerCase() === ".gitmodules") return "submodules cannot be changed";
  return undefined;
}

function flawOfFile(path: string, entry: Stats | undefined): string | undefined {
  if (entry === undefined) return "vanished";
  if (entry.isSymbolicLink()) return leavesTree(path) ? "a symlink that leaves the repository" : undefined;
  if (entry.size > limits.fileBytes) return `too large: ${entry.size} bytes`;
  return (entry.mode & 0o400) === 0 ? "cannot be read" : undefined;
}

function leavesTree(path: string): boolean {
  const target = readlinkSync(at("/workspace", path), { encoding: "latin1" });
  if (target.startsWith("/")) return true;
  let depth = path.split("/").length - 1;
  for (const part of target.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** What HFS+ and NTFS take for `.git` (git's `is_hfs_dotgit` and `is_ntfs_dotgit`). */
function looksLikeGit(part: string): boolean {
  const name = (decoded(part) ?? part)
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "")
    .toLowerCase()
    .replace(/[. ]+$/, "");
  const stem = name.split(":", 1)[0]?.replace(/[. ]+$/, "") ?? name;
  return stem === ".git" || /^git~\d+$/.test(stem) || /^gi[0-9a-f]{4}~\d$/.test(stem);
}

function decoded(bytes: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

function refuse(path: string, why: string): void {
  const shown = Buffer.from(path, "latin1")
    .toString("utf8")
    .replace(/\p{Cc}/gu, "?");
  refused.push({ path: shown.slice(0, 200), why });
}

function look(root: string, path: string): Stats | undefined {
  try {
    return lstatSync(at(root, path));
  } catch {
    return undefined;
  }
}

function at(root: string, path: string): Buffer {
  return Buffer.from(`${root}/${path}`, "latin1");
}

function lines(items: readonly string[]): Buffer {
  return Buffer.from(items.map((item) => `${item}\0`).join(""), "latin1");
}

function git(args: readonly string[], input: Buffer | string = "", accept: readonly number[] = [0]): Buffer {
  const settings = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.protectHFS=true",
  ];
  settings.push("core.protectNTFS=true", "core.fileMode=true", "core.symlinks=true", "core.autocrlf=false");
  const { status, stdout, stderr } = spawnSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
    cwd: "/workspace",
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: "/nonexistent",
      LC_ALL: "C",
      GIT_DIR: repository,
      GIT_WORK_TREE: "/workspace",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_OPTIONAL_LOCKS: "0",
    },
    input,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== null && accept.includes(status)) return stdout;
  throw new Error(`git ${args[0] ?? ""} failed (${status ?? "killed"}): ${stderr.toString("utf8").slice(-500)}`);
}
