import type { BareGit } from "./bare-git.ts";

export type FileDiff = {
  sha: string | null;
  filename: string;
  status: "added" | "removed" | "modified" | "renamed" | "changed";
  additions: number;
  deletions: number;
  previous: string | undefined;
  /** Absent for binary files and pure mode changes, as on GitHub. */
  patch: string | undefined;
};

const letters: Record<string, FileDiff["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

/** What changed between two commits, file by file. */
export function diffFiles(git: BareGit, from: string, to: string): Promise<FileDiff[]> {
  return git.immutable(["diff", from, to], async () => {
    const rows = readRaw((await git.run(["diff", "--raw", "-z", "-M", "--no-abbrev", from, to])).toString());
    const patches = readPatches((await git.run(["diff", "-M", from, to])).toString());
    return rows.map(({ sha, oldSha, status, filename, previous }) => {
      const patch = patches.shift();
      // A file that becomes a link is two patches: one goes, one comes.
      if (status === "changed") patches.shift();
      // A removed file is shown with the id it had.
      const shown = status === "removed" ? oldSha : sha;
      return { sha: shown, filename, status, ...countLines(patch), previous, patch };
    });
  });
}

/** Per file its hunks; undefined where there are none (binary, mode only). Every other line begins with a sign. */
function readPatches(diff: string): (string | undefined)[] {
  return diff
    .split(/^diff --git /m)
    .slice(1)
    .map((section) => {
      const start = section.indexOf("\n@@ ");
      return start < 0 ? undefined : section.slice(start + 1).replace(/\n$/, "");
    });
}

type Row = { sha: string; oldSha: string; status: FileDiff["status"]; filename: string; previous: string | undefined };

/** `:<mode> <mode> <id> <id> <letter>` and one path, or two for a rename, each ended by NUL. */
function readRaw(raw: string): Row[] {
  const parts = raw.split("\0").filter((part) => part !== "");
  const rows: Row[] = [];
  while (parts.length > 0) {
    const [, , oldSha = "", sha = "", letter = ""] = (parts.shift() ?? "").split(" ");
    const previous = letter.startsWith("R") ? parts.shift() : undefined;
    rows.push({
      sha,
      oldSha,
      status: letters[letter.slice(0, 1)] ?? "changed",
      filename: parts.shift() ?? "",
      previous,
    });
  }
  return rows;
}

function countLines(patch = ""): { additions: number; deletions: number } {
  const lines = patch.split("\n");
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { additions: count("+"), deletions: count("-") };
}

const both: readonly ("LEFT" | "RIGHT")[] = ["LEFT", "RIGHT"];
const sidesOf: Record<string, readonly ("LEFT" | "RIGHT")[]> = { "+": ["RIGHT"], "-": ["LEFT"] };

/** GitHub's `diff_hunk`: the hunk's head and its lines up to the commented one; undefined when the line is not in the diff. */
export function hunkAt(patch: string, line: number, side: "LEFT" | "RIGHT"): string | undefined {
  let hunk: string[] = [];
  let position = { LEFT: 0, RIGHT: 0 };
  for (const text of patch.split("\n")) {
    const [, left, right] = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text) ?? [];
    if (left !== undefined) {
      hunk = [text];
      position = { LEFT: Number(left), RIGHT: Number(right) };
      continue;
    }
    hunk.push(text);
    const sides = sidesOf[text.slice(0, 1)] ?? both;
    if (sides.some((one) => one === side && position[one] === line)) return hunk.join("\n");
    for (const one of sides) position[one] += 1;
  }
  return undefined;
}
