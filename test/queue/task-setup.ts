import { afterEach, beforeEach } from "vitest";
import type { TaskOutcome } from "../../src/domain/recall.ts";
import type { Task } from "../../src/domain/task.ts";
import type { RunTask } from "../../src/queue/task-run.ts";
import { type TaskWorker, type TaskWorkerOptions, createTaskWorker, want } from "../../src/queue/tasks.ts";
import { repositoryNumber } from "../database/standings.ts";
import { type Setup, setup } from "./setup.ts";

export const repository = repositoryNumber(1);
export const gate = (number = 7): Task => ({ kind: "gate", repository, number });
export const done: TaskOutcome = { note: "nothing to do" };

/** A fresh store for each test, and task workers that are stopped after it. */
export function taskTests() {
  let it: Setup;
  const workers: TaskWorker[] = [];
  beforeEach(async () => {
    it = await setup();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
    await it.dispose();
  });
  /** The worker looks for work once it is woken. */
  function create(run: RunTask, options: Partial<TaskWorkerOptions> = {}): TaskWorker {
    const { store, clock, log, every } = it;
    const worker = createTaskWorker({ store, run, log, every, now: clock.now, random: () => 1, ...options });
    workers.push(worker);
    return worker;
  }
  return {
    get it() {
      return it;
    },
    create,
    /** Runs one gate task whose outcome is given. */
    apply: async (outcome: Partial<TaskOutcome>, options: Partial<TaskWorkerOptions> = {}): Promise<void> => {
      await want(it.store, [gate()], it.clock.at);
      await create(async () => ({ ...done, ...outcome }), options).idle();
    },
    /** How many tasks there are. */
    count: async (): Promise<number> => {
      const { waiting, leased } = await it.store.tasks();
      return waiting + leased;
    },
  };
}
