import { randomUUID } from "node:crypto";
import type { ClaimedTask, Store } from "../database/store.ts";
import type { Task } from "../domain/task.ts";
import { every } from "./every.ts";
import { newIncidentId } from "./incident-id.ts";
import { Pump } from "./pump.ts";
import { Running, leaseMs } from "./running.ts";
import { type TaskContext, runTask } from "./task-run.ts";

export type TaskWorkerOptions = Pick<TaskContext, "store" | "run" | "log"> &
  Partial<TaskContext> & {
    /** How many tasks run at once. */
    slots?: number;
  };

export type TaskWorker = {
  /** Says that a task may be due: call it after whatever may have wanted one, and once at the start. */
  wake(): void;
  /** Resolves when no task is due and none runs; later ones don't count. */
  idle(): Promise<void>;
  /** Aborts what runs and gives the leases back, without counting the try. Waits at most `graceMs` for the tasks. */
  stop(graceMs?: number): Promise<void>;
};

/** Hands out tasks, oldest first. Does nothing until it is woken. */
export function createTaskWorker({ slots = 4, ...given }: TaskWorkerOptions): TaskWorker {
  const context: TaskContext = {
    applied: () => undefined,
    now: Date.now,
    random: Math.random,
    every,
    newId: newIncidentId,
    ...given,
  };
  const { store, now, log } = context;
  const owner = `${process.pid}-${randomUUID()}`;
  const running = new Running<ClaimedTask>();
  const pump = new Pump({
    take: async () => {
      // A task is claimed only when it can start: a lease that waits in memory would be kept from other workers.
      const claimed = running.size < slots ? await store.claimTask({ now: now(), leaseMs, owner }) : undefined;
      return claimed && (() => running.during(claimed, (controller) => runTask(claimed, controller, context)));
    },
    nextDue: (after) => store.nextDue(after),
    now,
    log,
  });
  return {
    wake: () => pump.wake(),
    idle: () => pump.idle(),
    stop: (graceMs = 10_000) =>
      running.stop(pump, graceMs, async ({ id, attempt }, why) =>
        store.releaseTask(id, attempt, { dueAt: now(), ...why }),
      ),
  };
}

/** Wants tasks at one time (UTC milliseconds), all or none. Wake the worker afterwards. */
export async function want(store: Store, tasks: readonly Task[], dueAt: number): Promise<void> {
  await store.transaction(async (tx) => {
    for (const task of tasks) await tx.want(task, dueAt);
  });
}
