import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type Child = {
  pid: number;
  /** What the child wrote so far; all of it once `kill` resolved. */
  lines: readonly string[];
  /** Resolves when the child has written enough. */
  until(enough: (lines: readonly string[]) => boolean): Promise<void>;
  /** SIGKILL: the process gets no chance to put anything in order. */
  kill(): Promise<void>;
};

/** Runs a script of this directory's neighbourhood in a process of its own. */
export function startChild(script: URL, ...args: string[]): Child {
  const child = spawn(process.execPath, [script.pathname, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const { pid, stdout } = child;
  if (pid === undefined) throw new Error(`cannot start ${script.pathname}`);
  const lines: string[] = [];
  const reader = createInterface({ input: stdout });
  const read = once(reader, "close");
  const exited = once(child, "exit");
  reader.on("line", (line) => lines.push(line));
  return {
    pid,
    lines,
    async until(enough) {
      while (!enough(lines)) await Promise.race([once(reader, "line"), exited.then(failed)]);
    },
    async kill() {
      child.kill("SIGKILL");
      await Promise.all([read, exited]);
    },
  };
}

function failed(): never {
  throw new Error("the child ended by itself");
}
