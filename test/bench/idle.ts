import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { startApp } from "../support/app-process.ts";
import { startGitHub } from "../support/github/start-github.ts";
import { startModel } from "../support/model.ts";
import { median } from "./median.ts";

const rounds = 5;

/** How soon the App serves on existing data, how soon it is ready, and how much memory it holds when nothing happens. */
export async function benchIdle(): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), "self-heal-idle-"));
  chmodSync(directory, 0o711);
  const github = await startGitHub({});
  const model = await startModel({ scripts: [] });
  const env = {
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    HOST: "127.0.0.1",
    PORT: "0",
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    ANTHROPIC_API_KEY: "scripted",
    ANTHROPIC_BASE_URL: model.url,
    SELF_HEAL_DATA_DIR: join(directory, "data"),
    SELF_HEAL_SANDBOX_DIR: join(directory, "sandbox"),
  };
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
