import { parentPort, workerData } from "node:worker_threads";
import type * as z from "zod";
import { sampleCall } from "../../src/source-sample.ts";
import { SenderKind } from "../../src/webhooks/sender.ts";
import { Load } from "./intake-figures.ts";
import type { Found } from "./intake-figures.ts";

const steadyPerSecond = 200;
const steadySeconds = 10;
/** Callers of the storm. Each has a connection that is kept open. */
const callers = 64;

// A thread of its own: the senders' work must not be counted as ours.
const { url, secret, copies, distinct } = Load.parse(workerData);
const steady = await keepUp();
const storm = await blow();
parentPort?.postMessage({ figures: { ...steady, ...storm.figures }, accepted: storm.accepted });

async function keepUp(): Promise<Record<string, number>> {
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < steadyPerSecond * steadySeconds; n += 1) {
    const wait = began + (n * 1_000) / steadyPerSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const kind = SenderKind.options[n % SenderKind.options.length] ?? "sentry";
    const call = sampleCall(kind, { name: kind, project: `p${n}`, secret, at: Date.now() });
    pending.push(timed(times, () => send(call)).then(() => undefined));
  }
  await Promise.all(pending);
  return {
    "answer at 200 a second, p50 ms": percentile(times, 0.5),
    "answer at 200 a second, p99 ms": percentile(times, 0.99),
  };
}

async function blow(): Promise<z.infer<typeof Found>> {
  const accepted: string[] = [];
  const healthTimes: number[] = [];
  let next = 0;
  let over = false;
  const caller = async (): Promise<void> => {
    while (next < copies + distinct) {
      const n = next++;
      const call = failure(n);
      const [status, text] = await send(call);
      if (status === 202 && text.startsWith("accepted")) accepted.push(call.id);
    }
  };
  const began = performance.now();
  const watched = (async () => {
    while (!over) {
      await timed(healthTimes, async () => (await fetch(`${url}/api/v1/health`)).text());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - began) / 1_000;
  over = true;
  await watched;
  return {
    figures: {
      "storm: sent": copies + distinct,
      "storm: accepted": accepted.length,
      "storm: accepted a second": Math.round(accepted.length / seconds),
      "storm: health p99 ms": percentile(healthTimes, 0.99),
    },
    accepted,
  };
}

/** Copies of one error, with a distinct one between so many of them. */
function failure(n: number): ReturnType<typeof sampleCall> & { id: string } {
  const every = Math.max(1, Math.floor((copies + distinct) / distinct));
  const own = n % every === 0;
  const id = `storm-${n}`;
  // Words, because numbers in a message do not tell failures apart.
  const word = own ? `in ${letters(n)}` : "again";
  const body = JSON.stringify({
    project: "shop",
    error_message: `TypeError: it broke ${word}`,
    stack: `TypeError: it broke\n    at work${own ? letters(n) : ""} (/srv/app/src/work.js:1:1)`,
  });
  const headers = { "content-type": "application/json", authorization: `Bearer ${secret}`, "idempotency-key": id };
  return { id, path: "/api/v1/webhooks/self-heal", headers, body };
}

function letters(n: number): string {
  return Array.from(String(n), (digit) => "abcdefghij"[Number(digit)] ?? "").join("");
}

type Call = ReturnType<typeof sampleCall>;

async function send({ path, headers, body }: Call): Promise<[number, string]> {
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
  return [response.status, await response.text()];
}

async function timed(times: number[], work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  times.push(performance.now() - began);
}

function percentile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 10) / 10;
}
