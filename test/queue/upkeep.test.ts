import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClaimedTask } from "../../src/database/store.ts";
import { Policy } from "../../src/domain/policy.ts";
import { taskKey } from "../../src/domain/task.ts";
import { type Upkeep, type UpkeepOptions, createUpkeep } from "../../src/queue/upkeep.ts";
import { gateOf, keep, passed, repositoryNumber, standingOf } from "../database/standings.ts";
import { type Setup, deferred, setup } from "./setup.ts";

let it: Setup;
let upkeep: Upkeep;
let start: number;
beforeEach(async () => {
  it = await setup();
  upkeep = create();
  start = it.clock.at;
});
afterEach(async () => {
  upkeep.stop();
  await it.dispose();
});

const [one, two] = [repositoryNumber(1), repositoryNumber(2)];
const minute = 60_000;
const day = 86_400_000;

function create(options: Partial<UpkeepOptions> = {}): Upkeep {
  const { store, log, clock, every } = it;
  return createUpkeep({ store, log, every, now: clock.now, wake: () => undefined, ...options });
}

const claim = (): Promise<ClaimedTask | undefined> =>
  it.store.claimTask({ now: it.clock.at, leaseMs: 1e12, owner: "test" });

/** Everything that waits, in the order it becomes due, as `seconds from now: key`; finished without a run. */
async function plan(): Promise<string[]> {
  const from = it.clock.at;
  const planned: string[] = [];
  for (;;) {
    const task = await claim();
    if (task) {
      planned.push(`${(it.clock.at - from) / 1_000}: ${taskKey(task.task)}`);
      await it.store.transaction((tx) => tx.finishTask(task.id, task.attempt));
      continue;
    }
    const due = await it.store.nextDue(it.clock.at);
    if (due === undefined) return planned;
    it.clock.at = due;
  }
}

test("has open gates looked at that do not pass, a second and a half apart in each installation", async () => {
  const away = repositoryNumber(3, { installation: 99 });
  await keep(it.store, {
    standings: [standingOf(one), standingOf(two), standingOf(away)],
    gates: [
      gateOf(one, 1, { at: 5 }),
      gateOf(two, 2, { at: 3 }),
      passed(gateOf(one, 3)),
      gateOf(one, 4, { open: false }),
      gateOf(away, 5),
    ],
  });
  await upkeep.undecided();
  expect(await plan()).toEqual(["0: gate/2/2", "0: gate/3/5", "1.5: gate/1/1"]);
});

test("looks at 40 gates a minute of an installation, also where there are more than one sweep gets through", async () => {
  const numbers = Array.from({ length: 700 }, (_, n) => n + 1);
  await keep(it.store, {
    standings: [standingOf(one)],
    gates: numbers.map((number) => gateOf(one, number, { at: number })),
  });
  const times: number[] = [];
  const looked = new Map<string, number>();
  for (let sweep = 0; sweep < 6; sweep++) {
    it.clock.at = start + sweep * 5 * minute;
    await upkeep.undecided();
    while (it.clock.at < start + (sweep + 1) * 5 * minute) {
      const task = await claim();
      if (task) {
        times.push(it.clock.at);
        looked.set(taskKey(task.task), (looked.get(taskKey(task.task)) ?? 0) + 1);
        await it.store.transaction((tx) => tx.finishTask(task.id, task.attempt));
      } else it.clock.at += 500;
    }
  }
  expect(times).toEqual(Array.from({ length: 30 * 40 }, (_, n) => start + n * 1_500));
  expect(looked.size).toBe(700);
  expect(Math.min(...looked.values())).toBe(1);
});

test("has policy and protection of active repositories looked at, spread over a quarter of an hour", async () => {
  await keep(it.store, {
    standings: [
      standingOf(one),
      standingOf(two),
      standingOf(repositoryNumber(3), { status: "removed", removedAt: start }),
      standingOf(repositoryNumber(4), { status: "suspended" }),
    ],
  });
  await upkeep.settings();
  expect(await plan()).toEqual(["0: policy/1", "0: protection/1", "450: policy/2", "450: protection/2"]);
});

test("looks around every hour, and at every open gate, also those that pass", async () => {
  await keep(it.store, {
    standings: [standingOf(one), standingOf(two)],
    gates: [passed(gateOf(one, 1)), gateOf(two, 2, { at: 2_000 })],
  });
  await upkeep.thorough();
  expect(await plan()).toEqual(["0: gate/1/1", "0: lookAround/1", "1.5: gate/2/2", "1800: lookAround/2"]);
});

test("has repositories forgotten when their time is over, by their own policy", async () => {
  const policy = { policy: Policy.parse({ retentionDays: 2 }), sources: [], refused: [], problems: [], readAt: 1 };
  await keep(it.store, {
    standings: [
      standingOf(one, { status: "removed", removedAt: start, policy }),
      standingOf(two, { status: "removed", removedAt: start }),
      standingOf(repositoryNumber(3)),
    ],
  });
  const forgotten = async (days: number) => {
    it.clock.at = start + days * day + 1;
    await upkeep.thorough();
    return (await plan()).filter((line) => line.includes("forget"));
  };
  expect(await forgotten(1)).toEqual([]);
  expect(await forgotten(3)).toEqual(["0: forget/1"]);
  expect(await forgotten(31)).toEqual(["0: forget/1", "0: forget/2"]);
});

test("prunes deliveries that were handled and are older than 30 days", async () => {
  for (const [id, receivedAt] of [
    ["old", start],
    ["new", start + day],
  ] as const) {
    await it.store.accept({ source: "github", id, event: "push", body: Buffer.from("{}"), receivedAt });
    await it.store.finishDelivery("github", id, { state: "done", note: "" });
  }
  it.clock.at = start + 30 * day + 1;
  await upkeep.prune();
  await expect(it.store.replayDelivery("github", "old", 0)).resolves.toBe(false);
  await expect(it.store.replayDelivery("github", "new", 0)).resolves.toBe(true);
});

test("at the start does everything once, one repository a second, and afterwards each sweep at its times", async () => {
  const timers = new Map<number, () => void>();
  const [started, hourly] = [deferred(), deferred()];
  let woken = 0;
  await keep(it.store, { standings: [standingOf(one), standingOf(two)], gates: [passed(gateOf(one, 1))] });
  upkeep = create({
    every: (ms, tick) => {
      timers.set(ms, tick);
      return () => timers.delete(ms);
    },
    // undecided, settings, thorough; pruning queues nothing.
    wake: () => (++woken === 3 ? started : hourly).resolve(),
  });
  upkeep.start();
  upkeep.start();
  await started.promise;
  expect([...timers.keys()]).toEqual([5 * minute, 15 * minute, 60 * minute, day]);
  expect((await plan()).toSorted()).toEqual([
    "0: gate/1/1",
    "0: lookAround/1",
    "0: policy/1",
    "0: protection/1",
    "1: lookAround/2",
    "1: policy/2",
    "1: protection/2",
  ]);
  expect(woken).toBe(3);
  timers.get(60 * minute)?.();
  await hourly.promise;
  upkeep.stop();
  expect(timers.size).toBe(0);
});

test("a sweep that fails is logged, and the others go on", async () => {
  const failed = deferred();
  const woken = deferred();
  upkeep = create({
    store: { ...it.store, openGates: () => Promise.reject(new Error("disk I/O error")) },
    log: {
      ...it.log,
      error: (fields, message) => {
        it.log.error(fields, message);
        if (it.logged.filter((line) => line === "error: the upkeep failed").length === 2) failed.resolve();
      },
    },
    wake: () => woken.resolve(),
  });
  upkeep.start();
  await Promise.all([failed.promise, woken.promise]);
  expect(it.logged.filter((line) => line.startsWith("error"))).toHaveLength(2);
});
