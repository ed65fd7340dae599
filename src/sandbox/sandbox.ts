import type { CommitSha, TreeSha } from "../domain/repository.ts";
import type { PatchFile } from "../domain/patch.ts";

/** Where a repository's objects come from. `key` names its mirror on disk: letters, digits, `-`, `_` and `.` only. */
export type Source = {
  key: string;
  /** `https://…`, `http://127.0.0.1…` or a local path. Never holds a credential. */
  url: string;
  /** A fresh read token for git over HTTP; absent for public and local sources. */
  token?: () => Promise<string>;
};

export type Health = { ok: true; note: string } | { ok: false; problem: string; remedy: string };

/**
 * How one command ended. `output` is stdout and stderr in order, capped, as plain text; `hash` covers all of the bytes.
 * `oom`: it wanted more memory or disk than there is for it.
 */
export type RunResult = {
  exitCode: number | null;
  killedBy?: "timeout" | "output" | "abort" | "oom";
  output: string;
  /** SHA-256 of the whole output, hexadecimal. */
  hash: string;
  truncated: boolean;
  ms: number;
};

type RunOptions = { timeoutMs: number; signal?: AbortSignal; maxOutputBytes?: number };

export type ToolName = "bash" | "read" | "write" | "edit" | "glob" | "grep";
/** What a tool call gave: text for the model, and whether the tool itself failed. */
export type ToolResult = { text: string; isError: boolean };

/** The six tools, running inside the sandbox behind a line protocol. One per attempt. */
export type ToolSession = {
  /** The tools' declarations as the Anthropic API takes them, from the SDK's own agent toolset. */
  definitions: readonly { name: ToolName; description?: string; input_schema: Record<string, unknown> }[];
  call(name: ToolName, input: unknown, signal?: AbortSignal): Promise<ToolResult>;
  close(): Promise<void>;
};

/** A private copy of one tree with its dependencies, in which untrusted commands run without network or secrets. */
export type Workspace = {
  run(command: string, options: RunOptions): Promise<RunResult>;
  tools(options: { maxOutputChars: number; bashTimeoutMs: number; signal?: AbortSignal }): Promise<ToolSession>;
  /** Takes the work tree out as a git tree object, imported into the mirror. Stops everything that still runs in it. */
  extract(): Promise<{ tree: TreeSha; refused: { path: string; why: string }[] }>;
  close(): Promise<void>;
};

export type OpenOptions = {
  /** The tree to work on; must be in the mirror (a commit's tree, an extracted tree or a composed one). */
  tree: TreeSha;
  /** The commit the tree belongs to or derives from: gives the agent a history to look at, and the base for deltas. */
  base: CommitSha;
  setup: readonly string[];
  /** Files that decide what setup installs. Undefined: the whole tree does. */
  lockFiles?: readonly string[];
  setupTimeoutMs: number;
  signal?: AbortSignal;
};

/** Setup commands failed: the repository's problem, not ours. `output` is the end of what they printed. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly command: string;
  readonly output: string;

  constructor(command: string, output: string) {
    super(`setup command failed: ${command}`);
    this.command = command;
    this.output = output;
  }
}

/** The git objects of one repository on disk. Only ever reads objects; has no work tree. */
export type Mirror = {
  /** Fetches a branch or a commit and gives the commit id. Does no network call for a commit that is already there. */
  fetch(ref: { branch: string } | { commit: CommitSha }): Promise<CommitSha>;
  treeOf(commit: CommitSha): Promise<TreeSha>;
  mergeBase(a: CommitSha, b: CommitSha): Promise<CommitSha | undefined>;
  /** All file paths of a tree. */
  list(tree: TreeSha): Promise<string[]>;
  /** A file's bytes, or undefined where there is none (or it is larger than 5 MB). */
  read(tree: TreeSha, path: string): Promise<Buffer | undefined>;
  /** What changed between two trees. */
  diff(from: TreeSha, to: TreeSha): Promise<PatchFile[]>;
  /** The same as a unified diff for people, cut at `maxChars`. */
  diffText(from: TreeSha, to: TreeSha, maxChars: number): Promise<string>;
  /** `onto` with the given paths taken from `from` (deleted where `from` has none). */
  compose(onto: TreeSha, from: TreeSha, paths: readonly string[]): Promise<TreeSha>;
  /** Keeps a tree from being collected, under a name that derives from incident and attempt. */
  keep(tree: TreeSha, name: string): Promise<void>;
  /** Writes a commit object (local use: branches of `self-heal fix`), returns its id. */
  commit(tree: TreeSha, parent: CommitSha, message: string): Promise<CommitSha>;
  /** Puts a commit of this mirror on a branch of a local repository (objects and the ref only, no work tree). */
  publish(commit: CommitSha, to: { directory: string; branch: string }): Promise<void>;
  open(options: OpenOptions): Promise<Workspace>;
};

/** Everything that runs untrusted code, and the git objects it works on. */
export type Sandbox = {
  /** Self-test: host requirements and escape probes. Cached after the first call; fixing stays off while not ok. */
  check(): Promise<Health>;
  mirror(source: Source): Promise<Mirror>;
  close(): Promise<void>;
};

/** Settings of the sandbox. `directory` must be on one file system that allows overlay upper directories. */
export type SandboxOptions = {
  directory: string;
  /** Uid to drop to when this process is root. */
  uid: number;
  /** Upstream of the GET-only npm mirror that setup commands reach. */
  npmRegistry: string;
  /** Memory of all processes of one sandbox together, in bytes. Default: 4 GiB, at most half of the machine's. */
  memoryBytes?: number;
  log?: { debug(fields: object, message: string): void; warn(fields: object, message: string): void };
};
