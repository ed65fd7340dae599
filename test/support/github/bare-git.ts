import { spawn } from "node:child_process";
import { env as processEnvironment } from "node:process";

/** Git that reads nobody's configuration and never asks. */
export const gitEnvironment: Record<string, string> = {
  PATH: processEnvironment["PATH"] ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  TZ: "UTC",
  LC_ALL: "C.UTF-8",
};

export type GitOptions = { input?: string | Buffer; env?: Record<string, string>; cwd?: string };

class GitFailed extends Error {}

/** Runs git without blocking the event loop: the caller may be the server that this git talks to. */
export async function git(args: string[], { input, env, cwd }: GitOptions = {}): Promise<Buffer> {
  const child = spawn("git", args, { env: { ...gitEnvironment, ...env }, ...(cwd && { cwd }) });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // Git may end before it has read everything; its exit code says what happened.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  const code = await new Promise<number | null>((settle, fail) => child.on("close", settle).on("error", fail));
  if (code === 0) return Buffer.concat(out);
  throw new GitFailed(`git ${args.join(" ")} ended with ${code}: ${Buffer.concat(err).toString().trim()}`);
}

export type Person = { name: string; email: string; date: Date };
export type TreeEntry = { path: string; mode: string; type: string; sha: string; size?: number };
export type CommitInfo = {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
};

export type BareGit = ReturnType<typeof openBareGit>;

/** One bare repository on disk; what it answers are git's own object ids. */
export function openBareGit(directory: string) {
  const run = (args: string[], options?: GitOptions) => git(["-C", directory, ...args], options);
  const line = async (args: string[], options?: GitOptions) => (await run(args, options)).toString().trim();
  const maybe = async (args: string[]) => {
    try {
      return await line(args);
    } catch (error) {
      if (error instanceof GitFailed) return undefined;
      throw error;
    }
  };
  const immutable = remember();
  return {
    directory,
    run,
    line,
    immutable,
    /** The full id of what a revision names, as the type asked for; undefined when there is none. */
    resolve: (revision: string, type: "commit" | "tree" | "blob" | "object" = "commit") =>
      revision.startsWith("-")
        ? Promise.resolve(undefined)
        : maybe(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{${type}}`]),
    async refs(): Promise<Map<string, string>> {
      const lines = await line(["for-each-ref", "--format=%(refname) %(objectname)"]);
      return new Map(
        lines
          .split("\n")
          .filter(Boolean)
          .map((row) => row.split(" ") as [string, string]),
      );
    },
    tree: (sha: string, recursive = false): Promise<TreeEntry[]> =>
      immutable(["tree", sha, String(recursive)], async () => {
        const out = (await run(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), sha])).toString();
        return out.split("\0").filter(Boolean).map(readTreeEntry);
      }),
    blob: (sha: string) => run(["cat-file", "blob", sha]),
    writeBlob: (content: Buffer) => line(["hash-object", "-w", "--stdin"], { input: content }),
    commit: (sha: string): Promise<CommitInfo> =>
      immutable(["commit", sha], async () => readCommit(sha, (await run(["cat-file", "commit", sha])).toString())),
    writeCommit: (commit: Omit<CommitInfo, "sha">) =>
      line(["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent])], {
        input: commit.message,
        env: { ...personEnvironment("AUTHOR", commit.author), ...personEnvironment("COMMITTER", commit.committer) },
      }),
    mergeBase: (a: string, b: string) => immutable(["merge-base", a, b], () => maybe(["merge-base", a, b])),
    isAncestor: (ancestor: string, descendant: string): Promise<boolean> =>
      immutable(
        ["ancestor", ancestor, descendant],
        async () => (await maybe(["merge-base", "--is-ancestor", ancestor, descendant])) !== undefined,
      ),
    /** The tree of a clean merge; undefined when there is a conflict. */
    mergeTree: (ours: string, theirs: string) =>
      immutable(
        ["merge", ours, theirs],
        async () => (await maybe(["merge-tree", "--write-tree", ours, theirs]))?.split("\n")[0],
      ),
    /** The same with a base of one's choice, which git offers itself only from 2.40 on: two commits on top of it. */
    async mergeTrees(base: string, ours: string, theirs: string): Promise<string | undefined> {
      const nobody = { GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x", GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x" };
      const on = (side: string) => line(["commit-tree", `${side}^{tree}`, "-p", base, "-m", side], { env: nobody });
      return (await maybe(["merge-tree", "--write-tree", await on(ours), await on(theirs)]))?.split("\n")[0];
    },
    /** Commits of `range`, newest first. */
    async log(range: string, limit = 250): Promise<string[]> {
      return (await line(["rev-list", `--max-count=${limit}`, range])).split("\n").filter(Boolean);
    },
    updateRef: (ref: string, sha: string) => line(["update-ref", ref, sha]),
    deleteRef: (ref: string) => line(["update-ref", "-d", ref]),
  };
}

/** What follows from object ids alone never changes, so it is asked of git once: a process costs more than all else. */
function remember() {
  const known = new Map<string, Promise<unknown>>();
  return <T>(key: string[], ask: () => Promise<T>): Promise<T> => {
    const name = key.join(" ");
    // A branch name among the parts: that does change.
    if (!key.slice(1).every((part) => /^([0-9a-f]{40}|true|false)$/.test(part))) return ask();
    const answer = known.get(name) ?? ask();
    known.set(name, answer);
    // An object that is not there yet may come.
    answer.catch(() => known.delete(name));
    return answer as Promise<T>; // only ever stored under this key by this call
  };
}

/** A date without a time zone would be read in the machine's. */
function personEnvironment(role: "AUTHOR" | "COMMITTER", { name, email, date }: Person): Record<string, string> {
  return {
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: `${Math.floor(date.getTime() / 1000)} +0000`,
  };
}

function readTreeEntry(row: string): TreeEntry {
  const [meta = "", path = ""] = row.split("\t");
  const [mode = "", type = "", sha = "", size = "-"] = meta.split(/ +/);
  return { path, mode, type, sha, ...(size !== "-" && { size: Number(size) }) };
}

function readCommit(sha: string, raw: string): CommitInfo {
  const end = raw.indexOf("\n\n");
  const headers = raw.slice(0, end).split("\n");
  const all = (key: string) =>
    headers.filter((row) => row.startsWith(`${key} `)).map((row) => row.slice(key.length + 1));
  const person = (key: string): Person => {
    const [, name = "", email = "", seconds = "0"] = /^(.*?) ?<(.*)> (\d+) /.exec(all(key)[0] ?? "") ?? [];
    return { name, email, date: new Date(Number(seconds) * 1000) };
  };
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: person("author"),
    committer: person("committer"),
    message: raw.slice(end + 2).replace(/\n$/, ""),
  };
}
