import { afterEach, beforeEach, expect, test } from "vitest";
import { type SweepOptions, createSweep } from "../../src/queue/sweep.ts";
import { closedState, incidentNumber } from "../database/incidents.ts";
import { samplePull, shas } from "../support/events.ts";
import { type Setup, deferred, openNumber, setup } from "./setup.ts";

let it: Setup;
beforeEach(async () => {
  it = await setup();
});
afterEach(() => it.dispose());

const tries = { attempt: 1, automatic: 1, ci: 0 };
const pull = (number: number) => ({ ...samplePull, number });

function create(options: Partial<SweepOptions> = {}) {
  const { store, log, clock, every } = it;
  return createSweep({ store, log, every, now: clock.now, wake: () => undefined, ...options });
}

const looks = () => it.store.claim({ now: it.clock.at, leaseMs: 1e9, types: ["observe"], owner: "test" });

test("has every open pull request looked at, and nothing else", async () => {
  await openNumber(it.store, 1, { phase: "checking", tries, pull: pull(1) });
  await openNumber(it.store, 2);
  await openNumber(it.store, 3, closedState());
  await openNumber(it.store, 4, { phase: "watching", pull: pull(4), mergeSha: shas[0] ?? samplePull.head });
  await openNumber(it.store, 5, { phase: "held", reason: "ci-red", note: "n", tries });
  await openNumber(it.store, 6, { phase: "held", reason: "ci-red", note: "n", tries, pull: pull(6) });
  let woken = 0;
  await expect(create({ wake: () => woken++ }).sweep()).resolves.toBe(3);
  expect(woken).toBe(1);
  const jobs = [await looks(), await looks(), await looks(), await looks()];
  expect(new Set(jobs.map((job) => job?.incident))).toEqual(
    new Set([incidentNumber(1).id, incidentNumber(4).id, incidentNumber(6).id, undefined]),
  );
  expect(jobs[0]?.effect).toMatchObject({ type: "observe", afterSeconds: 0 });
});

test("does not pile up looks that nobody has taken yet", async () => {
  await openNumber(it.store, 1, { phase: "checking", tries, pull: pull(1) });
  const sweep = create();
  await sweep.sweep();
  const { waiting } = await it.store.jobs();
  await sweep.sweep();
  expect((await it.store.jobs()).waiting).toBe(waiting);
});

test("does not wake anybody for nothing", async () => {
  await openNumber(it.store, 1);
  let woken = 0;
  await expect(create({ wake: () => woken++ }).sweep()).resolves.toBe(0);
  expect(woken).toBe(0);
});

test("sweeps when it is started, at every tick, and not after it was stopped", async () => {
  await openNumber(it.store, 1, { phase: "checking", tries, pull: pull(1) });
  let swept = deferred();
  let sweeps = 0;
  const counting: typeof it.store = {
    ...it.store,
    incidents: (filter) => {
      sweeps++;
      return it.store.incidents(filter);
    },
  };
  const sweep = create({ store: counting, wake: () => swept.resolve() });
  sweep.start();
  sweep.start();
  await swept.promise;
  expect(sweeps).toBe(1);
  swept = deferred();
  it.tick();
  await swept.promise;
  expect(sweeps).toBe(2);
  sweep.stop();
  it.tick();
  expect(sweeps).toBe(2);
});

test("a sweep that fails is logged, and the next one runs", async () => {
  await openNumber(it.store, 1, { phase: "checking", tries, pull: pull(1) });
  const failed = deferred();
  let broken = true;
  const swept = deferred();
  const sweep = create({
    store: {
      ...it.store,
      incidents: (filter) => (broken ? Promise.reject(new Error("disk I/O error")) : it.store.incidents(filter)),
    },
    log: {
      ...it.log,
      error: (fields, message) => {
        it.log.error(fields, message);
        failed.resolve();
      },
    },
    wake: () => swept.resolve(),
  });
  sweep.start();
  await failed.promise;
  expect(it.logged).toEqual(["error: the sweep failed"]);
  broken = false;
  it.tick();
  await swept.promise;
  sweep.stop();
});
