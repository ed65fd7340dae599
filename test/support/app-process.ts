import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const cli = join(import.meta.dirname, "../../src/cli.ts");

export type AppProcess = {
  url: string;
  child: ChildProcess;
  /** Milliseconds from the start to listening. */
  startMs: number;
  /** Resolves with the first log line that fits; lines from before count. */
  logged(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** SIGKILL: nothing of the process gets a chance to tidy up. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
};

/** The App as its users start it, in a process of its own. `env` is its whole configuration. */
export async function startApp(env: Record<string, string>, cwd: string): Promise<AppProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, "start"], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (!text.startsWith("{")) return;
    lines.push(JSON.parse(text) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  const logged: AppProcess["logged"] = (fits) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.find(fits);
        if (!line) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      void ended.then(([code]) => reject(new Error(`the App ended with ${code} before it logged that`)));
      look();
    });
  const { url } = await logged(({ msg }) => msg === "listening");
  return {
    url: String(url),
    child,
    startMs: performance.now() - started,
    logged,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    stop: async () => {
      child.kill("SIGTERM");
      return (await ended)[0];
    },
  };
}
