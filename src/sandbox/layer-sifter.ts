/**
 * Runs inside a throw-away sandbox after the setup commands: moves what they made from `/job/u` (an overlay's upper
 * directory) to `/job/l`. Files of the repository itself stay behind: they come from the tree that is mounted, which
 * may be a later one. Reads the repository's paths from stdin, separated by NUL; prints the moved ones as JSON.
 * Imports nothing but `node:`.
 */
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";

const from = "/job/u";
const to = "/job/l";

const tracked = new Set(readFileSync(0, "utf8").split("\0"));
const directories = new Set<string>();
for (const path of tracked)
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
    directories.add(path.slice(0, end));

mkdirSync(to);
process.stdout.write(JSON.stringify(sift("")));

function sift(directory: string): string[] {
  return readdirSync(`${from}/${directory}`).flatMap((name) => {
    const path = directory === "" ? name : `${directory}/${name}`;
    const entry = lstatSync(`${from}/${path}`);
    if (path === ".git" || tracked.has(path)) return [];
    if (!entry.isDirectory()) return entry.isFile() || entry.isSymbolicLink() ? [move(path)] : [];
    if (directories.has(path)) {
      // Made anew, not moved: the old one may be marked as hiding what is below.
      mkdirSync(`${to}/${path}`);
      return sift(path);
    }
    // A directory without permissions can be moved only once it has some.
    chmodSync(`${from}/${path}`, entry.mode | 0o700);
    return [`${move(path)}/`];
  });
}

function move(path: string): string {
  renameSync(`${from}/${path}`, `${to}/${path}`);
  return path;
}
