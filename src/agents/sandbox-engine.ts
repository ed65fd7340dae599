import { setTimeout as wait } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { converse } from "./conversation.ts";
import type { Conversation, Ending } from "./conversation.ts";
import type { Attempt, Engine, Task } from "./engine.ts";
import { limitsOf, stopReasons } from "./limits.ts";
import { listPrices, priceOf } from "./prices.ts";
import type { Prices } from "./prices.ts";
import { systemPrompt, taskPrompt } from "./prompt.ts";
import { proxyTools } from "./proxy-tools.ts";
import { looseReport, parseAnswer } from "./report.ts";
import { failureOf } from "./retry.ts";
import { openRunLog } from "./run-log.ts";
import type { RunLog } from "./run-log.ts";
import { Spending } from "./spending.ts";

type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type SandboxEngineOptions = {
  /** Absent: every attempt ends with `model-unavailable`, and `check` says what to set. */
  apiKey?: string;
  baseURL?: string;
  model: string;
  /** Run logs go to `<runsDirectory>/<incident>/<attempt>.jsonl`. */
  runsDirectory: string;
  log: Log;
  /** UTC milliseconds. */
  now?: () => number;
  prices?: Prices;
  sleep?: Conversation["sleep"];
  /** In [0, 1). */
  chance?: () => number;
};

type Deps = Required<Omit<SandboxEngineOptions, "apiKey" | "baseURL">> & {
  client: Anthropic | undefined;
  apiKey: string;
};

const noKey = "ANTHROPIC_API_KEY is not set: create a key at console.anthropic.com and set it.";
const checkTimeoutMs = 10_000;
// Until the reply begins; how long it may take after that is the attempt's wall time.
const requestTimeoutMs = 120_000;

/** The engine whose loop runs here and whose tools run in the sandbox. The model's key never gets near the sandbox. */
export function createSandboxEngine(options: SandboxEngineOptions): Engine {
  const { apiKey, baseURL } = options;
  const deps: Deps = {
    now: Date.now,
    prices: listPrices,
    sleep: async (ms, signal) => wait(ms, undefined, { signal }),
    chance: Math.random,
    ...options,
    apiKey: apiKey ?? "",
    // Everything is given, so that the SDK reads nothing from the environment; retries are ours.
    client: apiKey
      ? new Anthropic({
          apiKey,
          baseURL: baseURL ?? "https://api.anthropic.com",
          maxRetries: 0,
          timeout: requestTimeoutMs,
          logLevel: "off",
        })
      : undefined,
  };
  return { name: "sandbox", attempt: async (task) => attempt(task, deps), check: async () => check(deps) };
}

async function attempt(task: Task, deps: Deps): Promise<Attempt> {
  const { price, known } = priceOf(deps.model, deps.prices);
  const spending = new Spending({ model: deps.model, price, now: deps.now });
  const { client } = deps;
  if (!client) return { kind: "none", reason: "model-unavailable", note: noKey, ledger: spending.ledger() };
  const log = await openRunLog({
    directory: deps.runsDirectory,
    incident: task.incident,
    attempt: task.attempt,
    now: deps.now,
    secrets: [deps.apiKey],
  });
  if (!known) {
    deps.log.warn({ model: deps.model, price }, "price unknown, counting with the dearest");
    await log({ type: "note", text: `no price is known for ${deps.model}; counted with the dearest one`, price });
  }
  const ending = await talk(task, { ...deps, client }, spending, log);
  const result = outcome(ending, task, spending);
  await log({ type: "ended", ...result });
  const { incident, attempt: number } = task;
  deps.log.info({ incident, attempt: number, kind: result.kind, ...result.ledger }, "attempt ended");
  return result;
}

/** One conversation under the wall-time limit. Throws the reason of `task.signalAbort` when that was what ended it. */
async function talk(task: Task, deps: Deps & { client: Anthropic }, spending: Spending, log: RunLog): Promise<Ending> {
  const limits = limitsOf(task.policy);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), limits.seconds * 1000);
  const signal = task.signalAbort ? AbortSignal.any([task.signalAbort, deadline.signal]) : deadline.signal;
  const system = systemPrompt(task);
  const prompt = taskPrompt(task);
  try {
    signal.throwIfAborted();
    await log({ type: "started", model: deps.model, limits, system, task: prompt });
    const { outputChars, commandMinutes } = task.policy.limits;
    const session = await task.workspace.tools({
      maxOutputChars: outputChars,
      bashTimeoutMs: commandMinutes * 60_000,
      signal,
    });
    try {
      const proxy = proxyTools(session, { now: deps.now, signal });
      const isAnswer = (text: string): boolean => parseAnswer(text, fallbackTitle(task)) !== undefined;
      return await converse({ ...deps, system, task: prompt, proxy, limits, spending, isAnswer, log, signal });
    } finally {
      await session.close();
    }
  } catch (error) {
    task.signalAbort?.throwIfAborted();
    if (!deadline.signal.aborted) throw error;
    const note = `The attempt did not end within ${task.policy.limits.minutes} minutes.`;
    return { kind: "stopped", stop: { kind: "seconds", note } };
  } finally {
    clearTimeout(timer);
  }
}

function outcome(ending: Ending, task: Task, spending: Spending): Attempt {
  const ledger = spending.ledger();
  if (ending.kind === "stopped")
    return { kind: "none", reason: stopReasons[ending.stop.kind], note: ending.stop.note, ledger };
  const title = fallbackTitle(task);
  const answer = parseAnswer(ending.text, title);
  if (!answer) return { kind: "done", report: looseReport(ending.text, title), ledger };
  return answer.kind === "report"
    ? { kind: "done", report: answer.report, ledger }
    : { kind: "none", reason: answer.reason, note: answer.note, ledger };
}

function fallbackTitle({ signal }: Task): string {
  return `Fix: ${signal.title}`;
}

/** Asks for the model's description: costs nothing, and fails for a wrong key, a wrong model and a wrong address alike. */
async function check({ client, model }: Deps): ReturnType<Engine["check"]> {
  if (!client) return { ok: false, problem: noKey };
  try {
    await client.models.retrieve(model, undefined, { timeout: checkTimeoutMs });
    return { ok: true };
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    return { ok: false, problem: failure.problem };
  }
}
