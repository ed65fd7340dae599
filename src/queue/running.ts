import type { Pump } from "./pump.ts";

/** Why something that runs is aborted. Whatever it still gives or throws is dropped. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly why: "stopping" | "leaseLost" | "unwanted";

  constructor(why: Interrupted["why"]) {
    super(why);
    this.why = why;
  }
}

export const leaseMs = 60_000;
export const renewMs = 20_000;

/** Why something is put back that was stopped. The try does not count. */
export const stopped = { error: "the worker was stopped", counts: false } as const;

/** What a worker runs now, each under a lease. */
export class Running<T> {
  readonly #controllers = new Map<T, AbortController>();

  get size(): number {
    return this.#controllers.size;
  }

  async during<R>(item: T, work: (controller: AbortController) => Promise<R>): Promise<R> {
    const controller = new AbortController();
    this.#controllers.set(item, controller);
    try {
      return await work(controller);
    } finally {
      this.#controllers.delete(item);
    }
  }

  interrupt(which: (item: T) => boolean, why: Interrupted["why"]): void {
    for (const [item, controller] of this.#controllers) if (which(item)) controller.abort(new Interrupted(why));
  }

  /** Stops a pump, aborts what runs, waits at most `graceMs` for it, and has the leases of the rest given back. */
  async stop(pump: Pump, graceMs: number, giveBack: (item: T, why: typeof stopped) => Promise<void>): Promise<void> {
    await pump.stop();
    this.interrupt(() => true, "stopping");
    await Promise.race([pump.ended(), grace(graceMs)]);
    for (const item of this.#controllers.keys()) await giveBack(item, stopped);
  }
}

function grace(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
