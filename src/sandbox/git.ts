import { runChild, searchPath } from "./child.ts";
import type { Identity } from "./child.ts";

/** git failed. `stderr` is its message, without credentials (they never reach its command line). */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly stderr: string;

  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`git ${command} failed (${exitCode ?? "killed"}): ${stderr.trim().slice(-1_000)}`);
    this.stderr = stderr;
  }
}

/** A bare repository on this machine, and the configuration file git reads in place of the user's. */
export type GitDirectory = { path: string; gitConfig: string };

export type GitOptions = {
  input?: string | Buffer;
  env?: Readonly<Record<string, string>>;
  identity?: Identity;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  maxBytes?: number;
  /** Exit codes that are answers, not failures. */
  accept?: readonly number[];
};

/** Nothing of the user's, the system's or the repository's configuration may run a program. */
export const hardening: readonly string[] = Object.entries({
  "protocol.allow": "never",
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.untrackedCache": "false",
  "core.protectHFS": "true",
  "core.protectNTFS": "true",
  "core.checkStat": "minimal",
  "core.trustctime": "false",
  "core.bigFileThreshold": "8m",
  "credential.helper": "",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "fetch.recurseSubmodules": "false",
  "submodule.recurse": "false",
  "http.followRedirects": "false",
  "advice.detachedHead": "false",
}).flatMap(([key, value]) => ["-c", `${key}=${value}`]);

export function gitEnvironment(gitConfig: string): Record<string, string> {
  return {
    PATH: searchPath,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: gitConfig,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

/** Runs git on a bare repository, never in a work tree that untrusted code has touched. Gives what it prints. */
export async function git(
  directory: GitDirectory,
  args: readonly string[],
  options: GitOptions = {},
): Promise<{ stdout: Buffer; exitCode: number }> {
  const { stdout, stderr, exitCode, killedBy } = await runChild(
    {
      argv: ["git", `--git-dir=${directory.path}`, ...hardening, ...args],
      env: { ...gitEnvironment(directory.gitConfig), ...options.env },
      identity: options.identity,
      timeoutMs: options.timeoutMs ?? 120_000,
      signal: options.signal,
      ...(options.input !== undefined && { stdin: options.input }),
    },
    options.maxBytes,
  );
  if (killedBy) throw new GitError(commandOf(args), null, `killed: ${killedBy}. ${stderr}`);
  if (exitCode === null || (exitCode !== 0 && !options.accept?.includes(exitCode)))
    throw new GitError(commandOf(args), exitCode, stderr);
  return { stdout, exitCode };
}

/** The same, for commands that print one line. */
export async function gitLine(directory: GitDirectory, args: readonly string[], options?: GitOptions): Promise<string> {
  const { stdout } = await git(directory, args, options);
  return stdout.toString("utf8").trim();
}

/** Splits what git prints with `-z`. */
export function splitNul(output: Buffer): string[] {
  const text = output.toString("utf8");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** Whether git complains about the objects it stores rather than about what it was asked. */
export function tellsOfCorruption(error: unknown): boolean {
  if (!(error instanceof GitError)) return false;
  // What the other side says is about its own objects.
  const lines = error.stderr.split("\n").filter((line) => !line.startsWith("remote:"));
  return lines.some((line) => corruption.test(line));
}

const corruption =
  /is corrupt|corrupt |is empty|bad (object|tree|signature)|unable to read|could not read|could not parse|missing (blob|tree|commit)|inflate|too small|cannot be (accessed|mapped)|not a git repository|invalid (object|sha1 pointer)|far too short|failed to read/i;

function commandOf(args: readonly string[]): string {
  return args.find((arg) => /^[a-z-]+$/.test(arg) && arg !== "-c") ?? "";
}
