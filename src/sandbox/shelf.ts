import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runChild, searchPath } from "./child.ts";
import { isRealDirectory, makeOwned } from "./host.ts";
import type { Host } from "./host.ts";
import { ownName } from "./own-name.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Removals } from "./removals.ts";

/** Prepared directories that are mounted read-only below work trees. An entry never changes once it is there. */
export type Shelf = {
  /** An entry that is in use until released; undefined when there is none. */
  take(name: string): Promise<Taken | undefined>;
  /** A new directory to prepare an entry in, with directories in it. */
  draft(below: readonly string[]): Promise<string>;
  /** Turns a draft into an entry, with a note to go with it. Another process's entry of the same name wins. */
  add(name: string, draft: string, note: string): Promise<void>;
};

export type Taken = { path: string; note: string; release: () => void };

export type ShelfLimits = { entries: number; bytes: number };

// Another process may be using an entry it took this long ago: longer than any attempt lasts.
const minIdleMs = 6 * 3_600_000;

export function openShelf(host: Host, name: "trees" | "layers", limits: ShelfLimits, removals: Removals): Shelf {
  const directory = join(host.directory, name);
  const inUse = new Map<string, number>();
  const noteOf = (entry: string) => join(directory, `${entry}.note`);
  const exclusively = oneAtATime();

  const take = async (entry: string): Promise<Taken | undefined> => {
    // Counted before the first look, so that no pruning comes between.
    inUse.set(entry, (inUse.get(entry) ?? 0) + 1);
    const release = () => inUse.set(entry, (inUse.get(entry) ?? 1) - 1);
    const path = join(directory, entry);
    const note = await readFile(noteOf(entry), "utf8").catch(() => undefined);
    if (note === undefined || !(await isRealDirectory(path))) {
      release();
      return undefined;
    }
    const now = new Date();
    await utimes(noteOf(entry), now, now);
    return { path, note: note.slice(note.indexOf("\n") + 1), release };
  };
  const prune = async () => {
    const entries = await listEntries(directory);
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let count = entries.length;
    for (const entry of entries) {
      if (count <= limits.entries && bytes <= limits.bytes) return;
      const isIdle = (inUse.get(entry.name) ?? 0) <= 0 && Date.now() - entry.usedAt > minIdleMs;
      if (!isIdle) continue;
      await rm(noteOf(entry.name), { force: true });
      removals.remove(join(directory, entry.name));
      count -= 1;
      bytes -= entry.bytes;
    }
  };
  const add: Shelf["add"] = async (entry, draft, note) => {
    const bytes = await diskUsage(host, draft);
    await exclusively(async () => {
      const path = join(directory, entry);
      if (existsSync(noteOf(entry)) && (await isRealDirectory(path))) return removals.remove(draft);
      await rename(draft, path);
      await writeFile(`${noteOf(entry)}.${process.pid}`, `${bytes}\n${note}`);
      await rename(`${noteOf(entry)}.${process.pid}`, noteOf(entry));
    });
    // Nobody waits for it; what it could not do now, it does after the next entry.
    exclusively(prune).catch(() => undefined);
  };
  const draft: Shelf["draft"] = async (below) => {
    const path = join(directory, ownName(randomUUID()));
    await makeOwned(host, path, below);
    return path;
  };
  return { take, draft, add };
}

type Entry = { name: string; bytes: number; usedAt: number };

/** Least recently used first. */
async function listEntries(directory: string): Promise<Entry[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".note"));
  const entries = await Promise.all(
    names.map(async (name): Promise<Entry> => {
      const path = join(directory, name);
      const [note, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
      return { name: name.slice(0, -".note".length), bytes: Number.parseInt(note, 10) || 0, usedAt: mtimeMs };
    }),
  );
  return entries.toSorted((a, b) => a.usedAt - b.usedAt);
}

async function diskUsage(host: Host, path: string): Promise<number> {
  const argv = ["du", "-sk", "--", path];
  const { stdout } = await runChild({ argv, env: { PATH: searchPath }, identity: host.identity });
  return (Number.parseInt(stdout.toString("latin1"), 10) || 0) * 1024;
}
