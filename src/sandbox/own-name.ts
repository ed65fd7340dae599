import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";

/** Names a temporary directory after this process, so that a later one can tell whether it is abandoned. */
export function ownName(name: string): string {
  return `${process.pid}-${startTime(process.pid) ?? 0}-${name}`;
}

/** The entries of a directory whose process (see `ownName`) is gone. */
export async function abandoned(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => {
    const [, pid, start] = /^(\d+)-(\d+)-/.exec(name) ?? [];
    return pid !== undefined && startTime(Number(pid)) !== start;
  });
}

/** When a process started, in clock ticks since boot: with its pid, an identity that is not reused. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
