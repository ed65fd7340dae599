import { randomUUID } from "node:crypto";
import Bottleneck from "bottleneck";
import type { Job, Store } from "../database/store.ts";
import { Effect, heavyEffects } from "../domain/effect.ts";
import type { Incident, IncidentId } from "../domain/incident.ts";
import { type Every, every } from "./every.ts";
import { newIncidentId } from "./incident-id.ts";
import type { Log } from "../domain/log.ts";
import { Pump } from "./pump.ts";
import { type JobContext, type Run, runJob } from "./run-job.ts";
import { Running, leaseMs } from "./running.ts";
import { isWanted } from "./wanted.ts";

export type WorkerOptions = {
  store: Store;
  run: Run;
  log: Log;
  /** Called when an effect's event was applied: it may have led to tasks. */
  applied?: () => void;
  /** How many effects run at once: those that occupy a sandbox or a model, and the others. */
  heavy?: number;
  light?: number;
  now?: () => number;
  random?: () => number;
  every?: Every;
  newId?: () => IncidentId;
};

type Lane = { types: readonly Effect["type"][]; limiter: Bottleneck; slots: number };

const lightEffects = Effect.options.map(({ shape }) => shape.type.value).filter((type) => !heavyEffects.includes(type));

/** Call `wake` after whatever may have queued an effect, and once at the start. */
export function createWorker(options: WorkerOptions): Worker {
  return new Worker(options);
}

/** Hands out effects in two lanes, so that a stop command never waits behind an agent. */
export class Worker {
  readonly #context: JobContext;
  readonly #lanes: readonly Lane[];
  readonly #pump: Pump;
  readonly #owner = `${process.pid}-${randomUUID()}`;
  readonly #running = new Running<Job>();
  readonly #applied: () => void;

  constructor({ store, run, log, heavy = 2, light = 8, ...rest }: WorkerOptions) {
    const { now = Date.now, random = Math.random, newId = newIncidentId, applied = () => undefined } = rest;
    this.#applied = applied;
    this.#context = { store, run, log, now, random, newId, every: rest.every ?? every };
    this.#lanes = [lane(lightEffects, light), lane(heavyEffects, heavy)];
    this.#pump = new Pump({ take: () => this.#take(), nextDue: (after) => store.nextDue(after), now, log });
  }

  /** Says that a job may be due. */
  wake(): void {
    this.#pump.wake();
  }

  /** Resolves when no job is due and none runs; delayed ones don't count. */
  idle(): Promise<void> {
    return this.#pump.idle();
  }

  /** Aborts what runs and gives the leases back, without counting the try. Waits at most `graceMs` for the effects. */
  async stop(graceMs = 10_000): Promise<void> {
    const { store, now } = this.#context;
    await this.#running.stop(this.#pump, graceMs, async ({ id, attempt }, why) =>
      store.release(id, attempt, { dueAt: now(), ...why }),
    );
  }

  async #take(): Promise<(() => Promise<void>) | undefined> {
    const { store, now } = this.#context;
    for (const { types, limiter, slots } of this.#lanes) {
      // A job is claimed only when it can start: a lease that waits in memory would be kept from other workers.
      if (busy(limiter) >= slots) continue;
      const job = await store.claim({ now: now(), leaseMs, types, owner: this.#owner });
      if (job) return () => limiter.schedule(() => this.#run(job));
    }
    return undefined;
  }

  async #run(job: Job): Promise<void> {
    const incident = await this.#running.during(job, (controller) => runJob(job, controller, this.#context));
    if (!incident) return;
    this.#applied();
    this.#dropUnwanted(incident);
  }

  /** A stop that was just applied also stops the agent that is at work on this incident. */
  #dropUnwanted({ id, state }: Incident): void {
    this.#running.interrupt((job) => job.incident === id && !isWanted(state, job.effect), "unwanted");
  }
}

function lane(types: Lane["types"], slots: number): Lane {
  return { types, slots, limiter: new Bottleneck({ maxConcurrent: slots }) };
}

function busy(limiter: Bottleneck): number {
  const { RECEIVED, QUEUED, RUNNING, EXECUTING } = limiter.counts();
  return RECEIVED + QUEUED + RUNNING + EXECUTING;
}
