import type { Back, ClaimedDelivery, Delivery, Handled, Store } from "../database/store.ts";
import { backAfter, brief, maxTries } from "./back-off.ts";
import type { Log } from "../domain/log.ts";
import { Pump } from "./pump.ts";

export type InboxOptions = {
  store: Store;
  /** Turns one delivery into events. A crash can make it run again, so its event keys derive from the delivery. */
  handle: (delivery: Delivery) => Promise<Handled>;
  log: Log;
  now?: () => number;
  random?: () => number;
};

export type Inbox = {
  /** Says that a delivery may be due: after `accept`, and once at the start. */
  wake(): void;
  /** Resolves when no delivery is due and none is being handled. */
  idle(): Promise<void>;
  /** Takes no more, and waits for the ones that are being handled. */
  stop(): Promise<void>;
  /**
   * Handles a delivery again that was handled or given up. False when there is none, or it still waits.
   * Events that it led to before are not applied twice.
   */
  replay(source: string, id: string): Promise<boolean>;
};

/** No handler takes this long. A crashed process's deliveries are free at once on the embedded store. */
const leaseMs = 15 * 60_000;

/** Hands stored deliveries to `handle`: of each source one at a time, in the order of arrival. */
export function createInbox(options: InboxOptions): Inbox {
  const { store, log, now = Date.now } = options;
  const pump = new Pump({
    take: async () => {
      const delivery = await store.claimDelivery({ now: now(), leaseMs });
      return delivery && (() => handleOne(delivery, { random: Math.random, ...options, now }));
    },
    nextDue: (after) => store.nextDue(after),
    now,
    log,
  });
  return {
    wake: () => pump.wake(),
    idle: () => pump.idle(),
    async stop() {
      await pump.stop();
      await pump.ended();
    },
    async replay(source, id) {
      const replayed = await store.replayDelivery(source, id, now());
      if (replayed) pump.wake();
      return replayed;
    },
  };
}

async function handleOne({ tries, ...delivery }: ClaimedDelivery, options: Required<InboxOptions>): Promise<void> {
  const { store, log } = options;
  const { source, id, event } = delivery;
  const fields = { source, delivery: id, event };
  try {
    const end = await outcome({ tries, ...delivery }, options);
    if ("state" in end) {
      await store.finishDelivery(source, id, end);
      const level = end.state === "failed" ? "error" : "info";
      log[level]({ ...fields, tries, state: end.state, note: end.note }, "delivery handled");
    } else {
      await store.releaseDelivery(source, id, end);
      log.warn({ ...fields, tries, dueAt: end.dueAt, reason: end.error }, "delivery put back");
    }
  } catch (error) {
    log.error({ ...fields, err: error }, "the end of a delivery could not be recorded");
  }
}

async function outcome(
  { tries, ...delivery }: ClaimedDelivery,
  { handle, now, random }: Required<InboxOptions>,
): Promise<Handled | Back> {
  if (tries > maxTries) return { state: "failed", note: "it took the process down with it, repeatedly" };
  try {
    return await handle(delivery);
  } catch (error) {
    return backAfter(error, tries, { now, random }) ?? { state: "failed", note: brief(error) };
  }
}
