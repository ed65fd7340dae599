import type { Log } from "../domain/log.ts";
import type { Recall, TaskOutcome } from "../domain/recall.ts";
import type { Task, TaskOf } from "../domain/task.ts";
import type { Clients } from "../github/clients.ts";

/** What a reconciler may use. Nothing here reaches the store: it reads GitHub, writes what differs, and reports. */
export type Deps = {
  clients: Clients;
  appId: number;
  log: Log;
  /** UTC milliseconds. */
  now(): number;
};

/** Carries out one kind of task. At least once, and never two of one key at a time. */
export type Reconciler<K extends Task["kind"]> = (
  job: { task: TaskOf<K>; recall: Recall; signal: AbortSignal },
  deps: Deps,
) => Promise<TaskOutcome>;
