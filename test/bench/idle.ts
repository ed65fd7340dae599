import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { appEnv } from "../support/app-env.ts";
import { startApp } from "../support/app-process.ts";
import { startGitHub } from "../support/github/start-github.ts";
import { startModel } from "../support/model.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { median } from "./median.ts";

const rounds = 5;

/** How soon the App serves on existing data, how soon it is ready, and how much memory it holds when nothing happens. */
export async function benchIdle(): Promise<Record<string, number>> {
  const directory = temporaryDirectory("idle");
  const github = await startGitHub({});
  const model = await startModel({ scripts: [] });
  const env = appEnv({ github, model, directory });
  try {
    const [listening, ready, memory]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= rounds; round += 1) {
      const from = performance.now();
      const app = await startApp(env, directory);
      const listeningMs = app.startMs;
      while (!(await fetch(`${app.url}/api/v1/health/ready`)).ok) await after(10);
      const readyMs = performance.now() - from;
      await after(1_000);
      if (round > 0) {
        listening.push(listeningMs);
        ready.push(readyMs);
        memory.push(residentMegabytes(app.child.pid ?? 0));
      }
      await app.stop();
    }
    return { listeningMs: median(listening), readyMs: median(ready), idleMegabytes: median(memory) };
  } finally {
    await github.close();
    await model.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}
