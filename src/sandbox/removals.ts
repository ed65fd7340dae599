import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { runChild, searchPath } from "./child.ts";
import { isRealDirectory } from "./host.ts";
import type { Host } from "./host.ts";
import { abandoned } from "./own-name.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { SandboxOptions } from "./sandbox.ts";

/** Deletes directories that untrusted code has written to, later and one at a time: nobody waits for it. */
export type Removals = {
  remove: (path: string) => void;
  /** Settles when everything asked for so far is gone. */
  settled(): Promise<void>;
};

export function createRemovals(host: Host, log: SandboxOptions["log"]): Removals {
  const exclusively = oneAtATime();
  const remove = (path: string) => {
    exclusively(async () => removeNow(host, path)).catch((error: unknown) =>
      log?.warn({ err: error, path }, "cannot remove a sandbox directory"),
    );
  };
  return { remove, settled: async () => exclusively(async () => Promise.resolve()) };
}

/** Removes what a process that is gone left behind. */
export async function removeAbandoned(host: Host, removals: Removals): Promise<void> {
  // Only this process's own programs wrote to these.
  for (const room of ["mirrors", "run", "runtime"]) {
    const directory = join(host.directory, room);
    for (const name of await abandoned(directory)) await rm(join(directory, name), { recursive: true, force: true });
  }
  for (const room of ["jobs", "trees", "layers"]) {
    const directory = join(host.directory, room);
    for (const name of await abandoned(directory)) removals.remove(join(directory, name));
  }
}

/**
 * Deletes as the sandbox's user, root in a user namespace: so directories without any permission go too, and nothing
 * that belongs to somebody else can.
 */
async function removeNow(host: Host, path: string): Promise<void> {
  if (!(await isRealDirectory(path))) return;
  const script = 'cd "$1" && find . -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} +';
  const argv = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", path];
  const { exitCode, stderr } = await runChild({ argv, env: { PATH: searchPath }, identity: host.identity });
  if (exitCode !== 0) throw new Error(`rm failed: ${stderr}`);
  await rmdir(path);
}
