import type { Back, Job, Store } from "../database/store.ts";
import type { Effect } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Incident, IncidentId } from "../domain/incident.ts";
import type { Log } from "../domain/log.ts";
import type { Recall } from "../domain/recall.ts";
import { backAfter, brief, maxTries } from "./back-off.ts";
import { apply } from "./dispatch.ts";
import type { Every } from "./every.ts";
import { recallOf } from "./recall.ts";
import { Interrupted, leaseMs, renewMs } from "./running.ts";
import { isWanted } from "./wanted.ts";

/**
 * Carries out one effect. Called at least once per job, so it must tolerate having run before. `recall` is about the
 * incident's repository.
 */
export type Run = (
  incident: Incident,
  effect: Effect,
  signal: AbortSignal,
  recall: Recall,
) => Promise<Event | undefined>;

export type JobContext = {
  store: Store;
  run: Run;
  log: Log;
  /** UTC milliseconds. */
  now: () => number;
  /** 0 to 1. */
  random: () => number;
  every: Every;
  newId: () => IncidentId;
};

/**
 * Runs one leased job to its end: recorded with its event, put back for another try, or dropped because the lease or
 * the need for it is gone. Gives the incident when an event was applied. Does not throw: what cannot be recorded is
 * logged, and comes again when the lease has expired.
 */
export async function runJob(
  job: Job,
  controller: AbortController,
  context: JobContext,
): Promise<Incident | undefined> {
  const { store, log, now } = context;
  const fields = { incident: job.incident, effect: job.effect.type, job: job.id };
  const started = now();
  const stopRenewing = context.every(renewMs, () => void renew(job, controller, context));
  try {
    const end = await outcome(job, controller.signal, context);
    if (end.kind === "lost") log.warn(fields, "effect dropped because its lease was lost");
    else if (end.kind === "unwanted") {
      await finish(job, undefined, context);
      log.info(fields, "effect dropped because the incident has moved on");
    } else if (end.kind === "back") {
      await store.release(job.id, job.attempt, end);
      log.info({ ...fields, tries: job.tries, dueAt: end.dueAt, reason: end.error }, "effect put back");
    } else {
      const incident = await finish(job, end.event, context);
      log.info({ ...fields, ms: now() - started, event: end.event?.type, phase: incident?.state.phase }, "effect done");
      return incident;
    }
  } catch (error) {
    log.error({ ...fields, err: error }, "the end of an effect could not be recorded");
  } finally {
    stopRenewing();
  }
  return undefined;
}

type End =
  | { kind: "done"; event?: Event | undefined }
  | ({ kind: "back" } & Back)
  | { kind: "unwanted" }
  | { kind: "lost" };

async function outcome(job: Job, signal: AbortSignal, context: JobContext): Promise<End> {
  const { store, now } = context;
  try {
    if (job.tries > maxTries) return failed(job, "it took the process down with it, repeatedly");
    signal.throwIfAborted();
    const incident = await store.incident(job.incident);
    if (!incident || !isWanted(incident.state, job.effect)) return { kind: "unwanted" };
    const event = await context.run(incident, job.effect, signal, recallOf(store, incident.signal.repository, now));
    signal.throwIfAborted();
    return { kind: "done", event };
  } catch (error) {
    if (signal.reason instanceof Interrupted) return interrupted(signal.reason, now());
    const back = backAfter(error, job.tries, context);
    if (back && !back.counts) return { kind: "back", ...back };
    context.log.warn(
      { incident: job.incident, effect: job.effect.type, tries: job.tries, err: error },
      "effect failed",
    );
    return back ? { kind: "back", ...back } : failed(job, brief(error));
  }
}

function failed({ effect }: Job, message: string): End {
  return { kind: "done", event: { type: "effectFailed", effect: effect.type, message } };
}

function interrupted({ why }: Interrupted, now: number): End {
  if (why === "leaseLost") return { kind: "lost" };
  if (why === "unwanted") return { kind: "unwanted" };
  return { kind: "back", dueAt: now, error: "the worker was stopped", counts: false };
}

async function finish(
  { id, attempt, incident }: Job,
  event: Event | undefined,
  { store, now, newId, log }: JobContext,
): Promise<Incident | undefined> {
  return store.transaction(async (tx) => {
    // The attempt number is the fencing token: a worker that lost its lease changes nothing.
    if (!(await tx.finishJob(id, attempt))) {
      log.warn({ incident, job: id }, "result dropped because the lease was lost");
      return undefined;
    }
    const present = event && (await tx.find({ kind: "incident", id: incident }));
    return present && apply(tx, present, { key: `job:${id}`, event }, { at: now(), newId });
  });
}

async function renew(job: Job, controller: AbortController, { store, now, log }: JobContext): Promise<void> {
  if (controller.signal.aborted) return;
  try {
    const renewed = await store.renew(job.id, job.attempt, now() + leaseMs);
    if (!renewed) return controller.abort(new Interrupted("leaseLost"));
    const incident = await store.incident(job.incident);
    if (incident && !isWanted(incident.state, job.effect)) controller.abort(new Interrupted("unwanted"));
  } catch (error) {
    // The fencing token decides in the end; one failed renewal is no reason to throw the work away.
    log.warn({ incident: job.incident, job: job.id, err: error }, "lease could not be renewed");
  }
}
