import type { Config, Credentials } from "./config.ts";
import { createOpinion } from "./create-opinion.ts";
import type { Store } from "./database/store.ts";
import type { Log } from "./domain/log.ts";
import type { Workshop } from "./effects/deps.ts";
import { runEffect } from "./effects/run-effect.ts";
import type { Clients } from "./github/clients.ts";
import type { Run } from "./queue/run-job.ts";
import { createSweep } from "./queue/sweep.ts";
import { createTaskWorker } from "./queue/tasks.ts";
import { createUpkeep } from "./queue/upkeep.ts";
import type { Upkeep } from "./queue/upkeep.ts";
import { createWorker } from "./queue/worker.ts";
import { runTask } from "./reconcile/run-task.ts";

/** What everything that is wired up needs. */
export type Parts = {
  config: Config & { credentials: Credentials };
  store: Store;
  clients: Clients;
  log: Log;
  now: () => number;
};

/** Everything that works off what was queued: effects of incidents, tasks of repositories, and the sweeps of both. */
export type Queue = {
  upkeep: Upkeep;
  /** Says that something may be due. */
  wake(): void;
  start(): void;
  stopSweeps(): void;
  /** Gives leases back. */
  stop(): Promise<void>;
  /** Resolves when nothing is due; what is delayed doesn't count. */
  idle(): Promise<void>;
};

/** Gives both workers what carries out their work: no path leads from the queue to GitHub but these functions. */
export function createQueue({ config, store, clients, log, now }: Parts, workshop: Workshop): Queue {
  const { appId } = config.credentials;
  const opinion = createOpinion(config, log);
  const { confidenceThreshold } = config;
  const effects = { ...workshop, clients, appId, confidenceThreshold, now, ...(opinion && { opinion }) };
  const run: Run = async (incident, effect, signal, recall) => {
    // A renamed or transferred repository is found under its present name.
    const { repository } = (await recall.standing()) ?? incident.signal;
    const present = { ...incident, signal: { ...incident.signal, repository } };
    return runEffect(present, effect, { signal, recall, deps: effects });
  };
  const wake = (): void => {
    worker.wake();
    tasks.wake();
  };
  const worker = createWorker({ store, run, log, heavy: config.concurrency, now, applied: wake });
  const tasks = createTaskWorker({
    store,
    run: async (task, recall, signal) => runTask(task, recall, { signal, deps: { clients, appId, log, now } }),
    log,
    now,
    applied: wake,
  });
  const sweep = createSweep({ store, wake, log, now });
  const upkeep = createUpkeep({ store, wake, log, now });
  return {
    upkeep,
    wake,
    start() {
      wake();
      sweep.start();
      upkeep.start();
    },
    stopSweeps() {
      sweep.stop();
      upkeep.stop();
    },
    async stop() {
      await worker.stop();
      await tasks.stop();
    },
    async idle() {
      // An effect wants tasks, and a task may order effects: both must be quiet at once.
      for (let quiet = 0; quiet < 2; quiet += 1) {
        await worker.idle();
        await tasks.idle();
      }
    },
  };
}
