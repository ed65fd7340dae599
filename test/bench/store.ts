import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Store } from "../../src/database/store.ts";
import { incidentNumber } from "../database/incidents.ts";
import { examples } from "../webhooks/examples.ts";

const measuredMs = 1_500;
const callers = 16;
/** A delivery of usual size. */
const body = Buffer.from(JSON.stringify(examples("pull_request.opened")[0]));

/**
 * What the embedded store does per second, beside the plainest durable thing on the same disk: one write and one fsync
 * per row. The ratio is what group commit buys.
 */
export async function benchStore(): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), "self-heal-bench-"));
  const store = await openEmbedded({ directory });
  try {
    const fsyncs = plainFsyncs(join(directory, "plain"));
    const accepts = await perSecond(callers, (n) =>
      store.accept({ source: "bench", id: String(n), event: "pull_request", body, receivedAt: n }),
    );
    const transactions = await steps(store);
    return {
      "durable accepts per second, 16 callers": accepts,
      "transactions per second, one by one": transactions,
      "plain rows with an fsync each, per second": fsyncs,
      "accepts per plain row": Math.round((accepts / fsyncs) * 100) / 100,
    };
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
}

async function steps(store: Store): Promise<number> {
  const { id } = incidentNumber(1);
  await store.transaction((tx) => tx.insertIncident(incidentNumber(1)));
  return perSecond(1, (n) =>
    store.transaction(async (tx) => {
      await tx.insertEvent({ key: String(n), incident: id, event: { type: "watchElapsed" }, at: n });
      await tx.enqueue(id, { type: "triage" }, n);
    }),
  );
}

async function perSecond(concurrency: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let done = 0;
  let next = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - started < measuredMs) {
      await work(next++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return Math.round((done / (performance.now() - started)) * 1000);
}

function plainFsyncs(path: string): number {
  const file = openSync(path, "w");
  const started = performance.now();
  let rows = 0;
  while (performance.now() - started < measuredMs) {
    writeSync(file, body);
    fsyncSync(file);
    rows++;
  }
  const seconds = (performance.now() - started) / 1000;
  closeSync(file);
  return Math.round(rows / seconds);
}
