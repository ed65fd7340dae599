import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Engine, Task } from "../../src/agents/engine.ts";
import { createSandboxEngine } from "../../src/agents/sandbox-engine.ts";
import type { SandboxEngineOptions } from "../../src/agents/sandbox-engine.ts";
import type { SettledPolicy } from "../../src/domain/policy.ts";
import type { Signal } from "../../src/domain/signal.ts";
import { samplePolicy } from "../support/events.ts";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import { sampleIncident } from "../support/incident.ts";
import { startModel } from "../support/model.ts";
import type { Model, ModelOptions } from "../support/model.ts";
import type { Call, Step } from "../support/script.ts";

export const apiKey = "sk-ant-test-0123456789";
export const answer = "TITLE: Guard against a missing price\nROOT CAUSE: r\nCHANGES: c\nNOT CHECKED: nothing";

/** A step with one bash call. */
export function bash(command: string, rest: { say?: string; expect?: RegExp } = {}): Step {
  return { calls: [call("bash", { command })], ...rest };
}

export function call(tool: Call["tool"], input: Record<string, unknown>): Call {
  return { tool, input };
}

export type Setting = {
  model: Model;
  engine: Engine;
  runs: string;
  /** The waits between retries, in milliseconds; they take no time. */
  waits: number[];
  warnings: object[];
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** An engine talking to a stand-in that follows these steps whatever the incident. Ends with the test. */
export async function setting(
  steps: readonly Step[],
  options: Partial<SandboxEngineOptions> & Partial<ModelOptions> = {},
): Promise<Setting> {
  const { faults = [], scripts = [{ when: () => true, steps }], ...rest } = options;
  const model = await startModel({ scripts, faults, apiKey });
  const runs = await mkdtemp(join(tmpdir(), "runs-"));
  cleanups.push(async () => {
    await model.close();
    await rm(runs, { recursive: true, force: true });
  });
  const waits: number[] = [];
  const warnings: object[] = [];
  const engine = createSandboxEngine({
    apiKey,
    baseURL: model.url,
    model: "claude-sonnet-5-5",
    runsDirectory: runs,
    log: { debug: () => {}, info: () => {}, warn: (fields) => warnings.push(fields) },
    sleep: async (ms) => void waits.push(ms),
    chance: () => 0.5,
    ...rest,
  });
  return { model, engine, runs, waits, warnings };
}

export function task(changes: Partial<Task> & { limits?: Partial<SettledPolicy["limits"]> } = {}): Task {
  const { limits, ...rest } = changes;
  const incident = sampleIncident();
  return {
    incident: incident.id,
    attempt: 1,
    signal: incident.signal,
    policy: { ...samplePolicy, limits: { ...samplePolicy.limits, ...limits } },
    workspace: fakeWorkspace(),
    ...rest,
  };
}

export function signalWith(changes: Partial<Signal>): Signal {
  return { ...sampleIncident().signal, ...changes };
}
