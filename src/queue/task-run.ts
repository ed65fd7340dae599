import type { Back, ClaimedTask, Store } from "../database/store.ts";
import type { IncidentId } from "../domain/incident.ts";
import type { Log } from "../domain/log.ts";
import type { Recall, TaskOutcome } from "../domain/recall.ts";
import { type Task, taskKey } from "../domain/task.ts";
import { backAfter, maxTries } from "./back-off.ts";
import type { Every } from "./every.ts";
import { recallOf } from "./recall.ts";
import { Interrupted, leaseMs, renewMs, stopped } from "./running.ts";
import { applyOutcome } from "./task-outcome.ts";

/** Carries out one task. At least once, and never two of one key at a time. `recall` is about the task's repository. */
export type RunTask = (task: Task, recall: Recall, signal: AbortSignal) => Promise<TaskOutcome>;

export type TaskContext = {
  store: Store;
  run: RunTask;
  log: Log;
  /** Called when an event was applied: it may have led to effects. */
  applied: () => void;
  /** UTC milliseconds. */
  now: () => number;
  /** 0 to 1. */
  random: () => number;
  every: Every;
  newId: () => IncidentId;
};

/**
 * Runs one leased task to its end: its outcome is written down, it is put back for another try, or it is given up.
 * Does not throw: what cannot be recorded is logged, and comes again when the lease has expired.
 */
export async function runTask(claimed: ClaimedTask, controller: AbortController, context: TaskContext): Promise<void> {
  const { store, log, every } = context;
  const fields = { task: taskKey(claimed.task), tries: claimed.tries };
  const stopRenewing = every(renewMs, () => void renew(claimed, controller, context));
  try {
    const end = await endOf(claimed, controller.signal, context);
    if (end.kind === "lost") log.warn(fields, "task dropped because its lease was lost");
    else if (end.kind === "done") await finish(claimed, end.outcome, context);
    else if (end.kind === "givenUp") {
      await store.transaction((tx) => tx.finishTask(claimed.id, claimed.attempt));
      log.error({ ...fields, err: end.error }, "task given up");
    } else {
      await store.releaseTask(claimed.id, claimed.attempt, end);
      const level = end.counts ? "warn" : "info";
      log[level]({ ...fields, dueAt: end.dueAt, reason: end.error, err: end.cause }, "task put back");
    }
  } catch (error) {
    log.error({ ...fields, err: error }, "the end of a task could not be recorded");
  } finally {
    stopRenewing();
  }
}

type End =
  | { kind: "done"; outcome: TaskOutcome }
  | ({ kind: "back"; cause?: unknown } & Back)
  | { kind: "givenUp"; error: unknown }
  | { kind: "lost" };

async function endOf({ task, tries }: ClaimedTask, signal: AbortSignal, context: TaskContext): Promise<End> {
  if (tries > maxTries) return { kind: "givenUp", error: new Error("it took the process down with it, repeatedly") };
  try {
    signal.throwIfAborted();
    const outcome = await context.run(task, recallOf(context.store, task.repository, context.now), signal);
    signal.throwIfAborted();
    return { kind: "done", outcome };
  } catch (error) {
    if (signal.reason instanceof Interrupted)
      return signal.reason.why === "stopping" ? { kind: "back", dueAt: context.now(), ...stopped } : { kind: "lost" };
    const back = backAfter(error, tries, context);
    return back ? { kind: "back", ...back, cause: error } : { kind: "givenUp", error };
  }
}

async function finish(claimed: ClaimedTask, outcome: TaskOutcome, context: TaskContext): Promise<void> {
  const { store, log, now, newId } = context;
  const fields = { task: taskKey(claimed.task), note: outcome.note };
  const gates = outcome.gates ? await store.openGates({ repository: claimed.task.repository.id }) : [];
  const looks = gates.map(({ repository, number }) => ({
    task: { kind: "gate", repository, number } as const,
    afterSeconds: 0,
  }));
  const whole = { ...outcome, tasks: [...(outcome.tasks ?? []), ...looks] };
  const applied = await store.transaction((tx) => applyOutcome(tx, claimed, whole, { at: now(), newId }));
  if (!applied) return log.warn(fields, "outcome dropped because the lease was lost");
  log.info(fields, "task done");
  if (outcome.events?.length) context.applied();
}

async function renew(claimed: ClaimedTask, controller: AbortController, { store, now, log }: TaskContext) {
  if (controller.signal.aborted) return;
  try {
    const renewed = await store.renewTask(claimed.id, claimed.attempt, now() + leaseMs);
    if (!renewed) controller.abort(new Interrupted("leaseLost"));
  } catch (error) {
    // The fencing token decides in the end; one failed renewal is no reason to throw the work away.
    log.warn({ task: taskKey(claimed.task), err: error }, "lease could not be renewed");
  }
}
