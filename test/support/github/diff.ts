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
export async function diffFiles(git: BareGit, from: string, to: string): Promise<FileDiff[]> {
  const raw = (await git.run(["diff", "--raw", "-z", "-M", "--no-abbrev", from, to])).toString().split("\0");
  const files: FileDiff[] = [];
  for (let at = 0; at < raw.length && raw[at] !== "";) {
    const [, , , sha = "", status = ""] = (raw[at] ?? "").split(" ");
    const moved = /^[RC]/.test(status);
    const filename = raw[at + (moved ? 2 : 1)] ?? "";
    const previous = moved ? raw[at + 1] : undefined;
    at += moved ? 3 : 2;
    const patch = await filePatch(git, from, to, previous ? [previous, filename] : [filename]);
    files.push({
      // A removed file is shown with the id it had.
      sha: status === "D" ? ((await git.resolve(`${from}:${filename}`, "blob")) ?? null) : sha,
      filename,
      status: letters[status.slice(0, 1)] ?? "changed",
      ...countLines(patch),
      previous,
      patch,
    });
  }
  return files;
}

async function filePatch(git: BareGit, from: string, to: string, paths: string[]): Promise<string | undefined> {
  const text = (await git.run(["--literal-pathspecs", "diff", "-M", from, to, "--", ...paths])).toString();
  const start = text.indexOf("\n@@ ");
  return start < 0 ? undefined : text.slice(start + 1).replace(/\n$/, "");
}

function countLines(patch = ""): { additions: number; deletions: number } {
  const lines = patch.split("\n");
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { additions: count("+"), deletions: count("-") };
}

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
    const sides = text.startsWith("+")
      ? (["RIGHT"] as const)
      : text.startsWith("-")
        ? (["LEFT"] as const)
        : (["LEFT", "RIGHT"] as const);
    if (sides.some((one) => one === side && position[one] === line)) return hunk.join("\n");
    for (const one of sides) position[one] += 1;
  }
  return undefined;
}
