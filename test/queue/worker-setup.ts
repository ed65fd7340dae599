import { afterEach, beforeEach } from "vitest";
import type { Run } from "../../src/queue/run-job.ts";
import { type Worker, type WorkerOptions, createWorker } from "../../src/queue/worker.ts";
import { incidentNumber } from "../database/incidents.ts";
import { type Setup, happy, setup } from "./setup.ts";

/** A fresh store for each test, and workers that are stopped after it. */
export function workerTests() {
  let it: Setup;
  const workers: Worker[] = [];
  beforeEach(async () => {
    it = await setup();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
    await it.dispose();
  });
  return {
    get it() {
      return it;
    },
    /** The worker looks for work once it is woken. */
    create: (run: Run, options: Partial<WorkerOptions> = {}): Worker => {
      const { store, clock, log, every } = it;
      const worker = createWorker({ store, run, log, every, now: clock.now, random: () => 1, ...options });
      workers.push(worker);
      return worker;
    },
    phase: async (n = 1) => (await it.store.incident(incidentNumber(n).id))?.state.phase,
    /** The types of incident 1's events. */
    types: async () => (await it.store.events(incidentNumber(1).id)).map(({ event }) => event.type),
  };
}

export const happily: Run = async (incident, effect) => happy(incident, effect);
