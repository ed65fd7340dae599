import { readFile, readdir, statfs } from "node:fs/promises";

// Short beside what an allocation loop needs to fill 4 GB, long beside what a look costs (about 1 ms).
const intervalMs = 250;
// Work trees share a file system with the mirrors: what is left is for git.
const minFreeBytes = 512 * 1024 ** 2;

/**
 * Looks at the processes below `pid` and calls `onExcess` once their memory exceeds the limit or the disk is nearly
 * full. Stands in for a cgroup, which needs rights that a container or an unprivileged user does not have.
 */
export function watchResources(
  pid: number,
  limit: { memoryBytes: number; directory: string },
  onExcess: () => void,
): () => void {
  let stopped = false;
  const look = async () => {
    const [used, disk] = await Promise.all([memoryOf(pid), statfs(limit.directory)]);
    if (stopped) return;
    if (used > limit.memoryBytes || disk.bavail * disk.bsize < minFreeBytes) onExcess();
    else timer = setTimeout(run, intervalMs).unref();
  };
  const run = () => {
    // A process that vanished during the look, or a kernel without CONFIG_PROC_CHILDREN: the rlimits remain.
    look().catch(() => undefined);
  };
  let timer = setTimeout(run, intervalMs).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Bytes of private memory of a process and its descendants. */
async function memoryOf(pid: number): Promise<number> {
  const [statm, threads] = await Promise.all([
    read(`/proc/${pid}/statm`),
    readdir(`/proc/${pid}/task`).catch(() => []),
  ]);
  const children = await Promise.all(threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`)));
  const below = await Promise.all(children.join(" ").split(" ").filter(Boolean).map(Number).map(memoryOf));
  const [, resident = "0", shared = "0"] = statm.split(" ");
  return below.reduce((sum, bytes) => sum + bytes, (Number(resident) - Number(shared)) * pageBytes);
}

const pageBytes = 4096;

async function read(path: string): Promise<string> {
  return readFile(path, "latin1").catch(() => "");
}
