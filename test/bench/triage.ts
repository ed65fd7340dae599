import type { Signal } from "../../src/domain/signal.ts";
import { group } from "../../src/triage/fingerprint.ts";
import { parameterise } from "../../src/triage/parameterise.ts";
import { median } from "./median.ts";

const rounds = 5;
const perRound = 20_000;

/**
 * Signals grouped per second of one core: the median of some rounds, after a warm-up; with a stack of 40 frames, and
 * without one, where the message decides. Beside it the time that a megabyte takes which was made to slow patterns down.
 */
export async function benchTriage(): Promise<Record<string, number>> {
  const stacks = Array.from({ length: 64 }, (_, at) => withStack(at));
  const messages = Array.from({ length: 64 }, (_, at) => ({ ...withStack(at), frames: [] }));
  return { stacksPerSecond: rate(stacks), messagesPerSecond: rate(messages), worstBaitMs: worstBait() };
}

function rate(signals: readonly Signal[]): number {
  groupAll(signals);
  return median(Array.from({ length: rounds }, () => perRound / (groupAll(signals) / 1_000)));
}

/** Milliseconds of the processor, so that what else runs on the machine counts for little. */
function groupAll(signals: readonly Signal[]): number {
  const before = process.threadCpuUsage();
  for (let at = 0; at < perRound; at += 1) {
    const signal = signals[at % signals.length];
    if (signal) group(signal);
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const libraries = ["express/lib/router", "pg/lib/client", "koa-compose/index", "undici/lib/core"];

function withStack(seed: number): Signal {
  const frames = Array.from({ length: 40 }, (_, at) => {
    const own = (at + seed) % 4 === 0;
    const file = own ? `/srv/app/src/part${at % 7}.js` : `/srv/app/node_modules/${libraries[at % 4]}.js`;
    return { file, line: at + 1, column: 7, function: own ? `Cart.step${at}` : `async Layer.handle${at}` };
  });
  const message = `order ${seed} of jo${seed}@example.com failed after ${seed * 7}ms at https://example.com/orders/${seed}`;
  return {
    origin: { kind: "dispatch" },
    repository: { id: 1, installation: 2, owner: "octo", name: "cart" },
    title: message.slice(0, 100),
    errorType: "OrderError",
    message,
    frames,
    trust: "telemetry",
    at: 0,
  };
}

const baits = ["a.", "1:", "f", "a@", "'", "/a", "1d", "user ", "Jan 1 ", "0x"];

function worstBait(): number {
  const times = baits.map((bait) => {
    const text = bait.repeat(1_000_000 / bait.length);
    const start = performance.now();
    parameterise(text);
    return performance.now() - start;
  });
  return Math.max(...times);
}
