import { once } from "node:events";
import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Store } from "../../src/database/store.ts";
import { createTally } from "../../src/intake.ts";
import { createSenderIntake } from "../../src/intake-senders.ts";
import { listen } from "../../src/listen.ts";
import { createReadings } from "../../src/take-reading.ts";
import { createInbox } from "../../src/queue/inbox.ts";
import { createHealth } from "../../src/server/health.ts";
import type { Source } from "../../src/sources.ts";
import { SenderKind } from "../../src/webhooks/sender.ts";
import { senders } from "../../src/webhooks/senders.ts";
import { Found } from "./intake-figures.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const secret = "the-secret-of-every-source";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const copies = Number(process.env["BENCH_COPIES"] ?? 100_000);
const distinct = Number(process.env["BENCH_DISTINCT"] ?? 5_000);

/**
 * What senders wait for: the answer at 200 deliveries a second of all kinds, and a storm as fast as it is accepted, with
 * the inbox at work, the health route asked meanwhile, and every accepted delivery looked for in the store.
 */
export async function benchIntake(): Promise<Record<string, number>> {
  const directory = temporaryDirectory("bench-intake");
  const store = await openEmbedded({ directory });
  const app = await start(store);
  try {
    const workerData = { url: app.url, secret, copies, distinct };
    const load = new Worker(new URL("intake-load.ts", import.meta.url), { workerData });
    const [found] = (await once(load, "message")) as unknown[];
    const { figures, accepted } = Found.parse(found);
    await app.idle();
    const [first] = await store.incidents({ limit: 1 });
    const { failed, waiting } = await store.deliveries();
    return {
      ...figures,
      "storm: accepted and not in the store": await missing(store, accepted),
      "deliveries failed or waiting after it": failed + waiting,
      "incidents after it": (await store.incidents({ limit: 100_000 })).length,
      "incident of the storm": first?.signal.origin.kind === "storm" ? 1 : 0,
    };
  } finally {
    await app.close();
    await store.close();
    rmSync(directory, { recursive: true });
  }
}

/** The intake, the inbox and the health route, without GitHub and the workers. */
async function start(store: Store): Promise<{ url: string; idle(): Promise<void>; close(): Promise<void> }> {
  await store.remember({ id: 1, installation: 2, owner: "acme", name: "shop" });
  const rate = { perMinute: 10_000_000, burst: 1_000_000 };
  const projects = { "*": "acme/shop" };
  const sources: Source[] = SenderKind.options.map((kind) => ({ name: kind, kind, secrets: [secret], projects, rate }));
  const now = Date.now;
  const queued = () => undefined;
  const readings = createReadings({ store, sources, senders, sentry: () => undefined, now, queued, log: silent });
  const inbox = createInbox({ store, handle: (delivery) => readings.handle(delivery), log: silent });
  const accepted = () => inbox.wake();
  const intake = createSenderIntake({ store, sources, senders, accepted, tally: createTally(), now, log: silent });
  const health = createHealth({}, { now, everySeconds: 3_600 });
  const handlers = [(request, response) => health.handle(request, response), intake] satisfies Parameters<
    typeof listen
  >[1]["handlers"];
  const server = await listen({ host: "127.0.0.1", port: 0 }, { handlers, log: silent });
  return {
    url: server.url,
    idle: () => inbox.idle(),
    async close() {
      health.close();
      await server.close();
      await inbox.stop();
    },
  };
}

/** How many of them the store would take as new: it has lost them. */
async function missing(store: Store, ids: readonly string[]): Promise<number> {
  let lost = 0;
  for (let from = 0; from < ids.length; from += 256) {
    const answers = await Promise.all(
      ids
        .slice(from, from + 256)
        .map((id) => store.accept({ source: "self-heal", id, event: "x", body: Buffer.from("{}"), receivedAt: 0 })),
    );
    lost += answers.filter((answer) => answer === "stored").length;
  }
  return lost;
}
