import { brief } from "./back-off.ts";
import type { Log } from "../domain/log.ts";

type PumpOptions = {
  /** Claims one thing and gives what runs it (which must not throw), or undefined when nothing is due. */
  take: () => Promise<(() => Promise<void>) | undefined>;
  /** When something becomes due after a time. */
  nextDue: (after: number) => Promise<number | undefined>;
  now: () => number;
  log: Log;
};

/** A clock that was set back, or work that another process queued, is noticed after this long. */
const longestSleepMs = 60_000;
const afterErrorMs = 5_000;

/**
 * Starts what is due, and looks again when it is woken, when something ended, and when the next thing becomes due.
 * Until the first `wake` it does nothing.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #running = new Set<Promise<void>>();
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #idlers: (() => void)[] = [];

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Says that something may be due. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#looking ??= this.#look();
  }

  /** Resolves when nothing is due and nothing runs; what is due later does not count. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idlers.push(resolve);
      if (this.#stopped) this.#settle();
      else this.wake();
    });
  }

  /** Takes nothing any more. Resolves when no claim is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    this.#settle();
  }

  /** Resolves when what runs now has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#takeAll();
        await this.#setTimer();
      }
    } catch (error) {
      this.#again = false;
      this.#sleep(afterErrorMs);
      this.#options.log.error({ err: error, message: brief(error) }, "the queue cannot be read");
    } finally {
      this.#looking = undefined;
    }
    this.#settle();
  }

  async #takeAll(): Promise<void> {
    let start = this.#stopped ? undefined : await this.#options.take();
    while (start) {
      this.#launch(start);
      start = this.#stopped ? undefined : await this.#options.take();
    }
  }

  #launch(start: () => Promise<void>): void {
    const run = start().finally(() => {
      this.#running.delete(run);
      if (this.#stopped) this.#settle();
      else this.wake();
    });
    this.#running.add(run);
  }

  async #setTimer(): Promise<void> {
    const { nextDue, now } = this.#options;
    const due = await nextDue(now());
    this.#sleep(due === undefined ? longestSleepMs : Math.min(due - now(), longestSleepMs));
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), Math.max(ms, 1)).unref();
  }

  #settle(): void {
    if (this.#looking || this.#running.size > 0) return;
    for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
