import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createSandbox } from "../../src/sandbox/create-sandbox.ts";
import type { CommitSha, TreeSha } from "../../src/domain/repository.ts";
import type { Mirror, OpenOptions, Sandbox, SandboxOptions, Workspace } from "../../src/sandbox/sandbox.ts";

/** A sandbox on a directory of its own, with all that was opened in it closed at the end. */
export type Place = {
  directory: string;
  sandbox: Sandbox;
  /** Makes a repository with these files on `main`, and its mirror. */
  repository(files: Readonly<Record<string, string>>): Promise<Repository>;
  close: () => Promise<void>;
};

export type Repository = {
  path: string;
  mirror: Mirror;
  commit: CommitSha;
  tree: TreeSha;
  git: (...args: string[]) => string;
  open: (options?: Partial<OpenOptions>) => Promise<Workspace>;
};

export function openPlace(options: Partial<SandboxOptions> = {}): Place {
  needPrograms();
  const directory = temporaryDirectory();
  const sandbox = createSandbox({
    directory: join(directory, "sandbox"),
    uid: 20_000,
    npmRegistry: "http://127.0.0.1:9/",
    ...options,
  });
  const workspaces: Workspace[] = [];
  let repositories = 0;
  return {
    directory,
    sandbox,
    repository: async (files) => {
      const path = join(directory, `repository-${repositories++}`);
      const git = makeRepository(path, files);
      const mirror = await sandbox.mirror({ key: `repository-${repositories}`, url: path });
      const commit = await mirror.fetch({ branch: "main" });
      const tree = await mirror.treeOf(commit);
      const open = async (some: Partial<OpenOptions> = {}) => {
        const workspace = await mirror.open({ tree, base: commit, setup: [], setupTimeoutMs: 60_000, ...some });
        workspaces.push(workspace);
        return workspace;
      };
      return { path, mirror, commit, tree, git, open };
    },
    close: async () => {
      for (const workspace of workspaces) await workspace.close();
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A directory that other users may enter, as the sandbox's user must. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "self-heal-"));
  chmodSync(directory, 0o755);
  return directory;
}

export function makeRepository(path: string, files: Readonly<Record<string, string>>): Repository["git"] {
  const git = (...args: string[]) => execFileSync("git", ["-C", path, ...args], { encoding: "utf8", env }).trim();
  mkdirSync(path, { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  write(path, files);
  git("add", "--all");
  git("commit", "--quiet", "--message=first");
  return git;
}

export function write(path: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
}

const env = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@localhost",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@localhost",
};

/** A suite that skipped what protects people would be worse than none. */
function needPrograms(): void {
  for (const program of ["bwrap", "rg", "socat", "git"])
    try {
      execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    } catch (error) {
      throw new Error("these tests need: apt-get install bubblewrap ripgrep socat git", { cause: error });
    }
}
