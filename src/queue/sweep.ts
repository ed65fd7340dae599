import type { Store } from "../database/store.ts";
import { type Every, every } from "./every.ts";
import type { Log } from "../domain/log.ts";

export type SweepOptions = {
  store: Store;
  /** Called when something was queued. */
  wake: () => void;
  log: Log;
  minutes?: number;
  now?: () => number;
  every?: Every;
};

export type Sweep = {
  /** Sweeps at once (webhooks were missed while the process was down), then again and again. */
  start(): void;
  stop(): void;
  /** Queues one `observe` for each open incident with a pull request; gives their number. */
  sweep(): Promise<number>;
};

const atOnce = 100_000;

/** Makes up for lost webhooks: `observe` reads GitHub's present state and gives the same events. */
export function createSweep(options: SweepOptions): Sweep {
  const { store, wake, log, minutes = 10, now = Date.now } = options;
  let stop: (() => void) | undefined;

  async function sweep(): Promise<number> {
    let queued = 0;
    for (const { id } of await store.incidents({ open: true, limit: atOnce })) {
      if (await observe(store, id, now())) queued++;
    }
    if (queued > 0) wake();
    return queued;
  }

  async function tick(): Promise<void> {
    try {
      log.debug({ queued: await sweep() }, "swept");
    } catch (error) {
      // Stopped in the middle of a sweep, the store may be closed by now.
      if (stop) log.error({ err: error }, "the sweep failed");
    }
  }

  return {
    sweep,
    start() {
      if (stop) return;
      stop = (options.every ?? every)(minutes * 60_000, () => void tick());
      void tick();
    },
    stop() {
      stop?.();
      stop = undefined;
    },
  };
}

/** Reads the incident again inside the transaction: it may have moved on since the list was read. */
function observe(store: Store, id: Parameters<Store["incident"]>[0], at: number): Promise<boolean> {
  return store.transaction(async (tx) => {
    const state = (await tx.find({ kind: "incident", id }))?.state;
    if (!state || state.phase === "closed" || !("pull" in state) || !state.pull) return false;
    await tx.enqueue(id, { type: "observe", pull: state.pull, afterSeconds: 0 }, at);
    return true;
  });
}
