import { rmSync } from "node:fs";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Delivery, Handled, Store } from "../../src/database/store.ts";
import { createSentryApi } from "../../src/sentry-api.ts";
import type { Source } from "../../src/sources.ts";
import { createReadings } from "../../src/take-reading.ts";
import { senders } from "../../src/webhooks/senders.ts";
import { startSentry } from "./sentry.ts";
import { temporaryDirectory } from "./temporary.ts";

export const installed = { id: 1, installation: 2, owner: "acme", name: "shop" };
const secrets = ["0123456789abcdef"];
const rate = { perMinute: 60, burst: 120 };

export type MonitorSetting = {
  store: Store;
  sentry: Awaited<ReturnType<typeof startSentry>>;
  /** `web` (Sentry, polled), `own` (generic) and `prom` (Alertmanager); a test may put others there. */
  sources: Source[];
  /** UTC milliseconds; a test moves it. */
  now: number;
  /** The fields of what was logged as a warning. */
  warnings: object[];
  /** What `createReadings` and `createSentryPoll` share. */
  parts(): Omit<Parameters<typeof createReadings>[0], "senders" | "queued">;
  /** Handles a delivery of a source, as the inbox would. */
  handle(source: string, payload: unknown, patch?: Partial<Delivery>): Promise<Handled>;
  /** Handles whatever waits in the inbox, and gives the ids. */
  drain(): Promise<string[]>;
  close(): Promise<void>;
};

/** An embedded store that knows one repository, a stand-in Sentry, and three sources. */
export async function monitorSetting(): Promise<MonitorSetting> {
  const directory = temporaryDirectory("monitors");
  const store = await openEmbedded({ directory });
  await store.remember(installed);
  const sentry = await startSentry();
  const access = { organization: "acme", token: sentry.token, url: sentry.url };
  const projects = { api: "Acme/Shop", away: "acme/away" };
  const warnings: object[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (fields: object) => void warnings.push(fields),
  };
  const readings = () => createReadings({ ...setting.parts(), senders, queued: () => undefined });
  let n = 0;
  const setting: MonitorSetting = {
    store,
    sentry,
    sources: [
      { name: "web", kind: "sentry", secrets, projects, rate, sentry: access },
      { name: "own", kind: "self-heal", secrets, projects, rate },
      { name: "prom", kind: "alertmanager", secrets, projects: { "*": "acme/shop" }, rate },
    ],
    now: Date.UTC(2026, 0, 31),
    warnings,
    parts: () => ({
      store,
      sources: setting.sources,
      log,
      now: () => setting.now,
      sentry: ({ sentry: given }: Source) => given && createSentryApi(given, () => setting.now),
    }),
    handle(source, payload, patch = {}) {
      n += 1;
      const body = Buffer.from(JSON.stringify(payload));
      return readings().handle({ source, id: String(n), event: "x", body, receivedAt: setting.now, ...patch });
    },
    async drain() {
      const ids: string[] = [];
      for (;;) {
        const delivery = await store.claimDelivery({ now: setting.now, leaseMs: 1_000 });
        if (!delivery) return ids;
        ids.push(delivery.id);
        await store.finishDelivery(delivery.source, delivery.id, await readings().handle(delivery));
      }
    },
    async close() {
      await store.close();
      await sentry.close();
      rmSync(directory, { recursive: true });
    },
  };
  return setting;
}
