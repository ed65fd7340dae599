import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Standing } from "../../src/domain/standing.ts";
import type { Task } from "../../src/domain/task.ts";
import { want } from "../../src/queue/tasks.ts";
import { incidentNumber } from "../database/incidents.ts";
import { gateOf, keep, passed, standingOf } from "../database/standings.ts";
import { samplePull } from "../support/events.ts";
import { type Setup, deferred, openNumber } from "./setup.ts";
import { done, gate, repository, taskTests } from "./task-setup.ts";

const tests = taskTests();
const { create, apply, count } = tests;
let it: Setup;
let store: Store;
beforeEach(() => {
  it = tests.it;
  store = it.store;
});

test("runs what is due, with what is remembered about its repository, and says what it found out", async () => {
  await keep(store, { standings: [standingOf(repository)], gates: [gateOf(repository, 7)] });
  await want(store, [gate()], it.clock.at);
  await want(store, [gate(8)], it.clock.at + 1);
  const seen: unknown[] = [];
  const worker = create(async (task, recall) => {
    seen.push(task, await recall.standing(), await recall.gate(7));
    return done;
  });
  await worker.idle();
  expect(seen).toEqual([gate(), standingOf(repository), gateOf(repository, 7)]);
  expect(it.logged).toEqual(["info: task done"]);
  expect(await count()).toBe(1);
});

test("runs as many tasks at once as it has slots, and never two of one key", async () => {
  await want(store, [gate(1), gate(2), gate(3), gate(4)], it.clock.at);
  const running: Task[] = [];
  const release = deferred();
  const [full, again] = [deferred(), deferred()];
  let most = 0;
  const worker = create(
    async (task) => {
      running.push(task);
      most = Math.max(most, running.length);
      if (running.length === 3) full.resolve();
      if (most === 3) again.resolve();
      await release.promise;
      running.splice(running.indexOf(task), 1);
      return done;
    },
    { slots: 3 },
  );
  worker.wake();
  await full.promise;
  await want(store, [gate(1)], it.clock.at);
  worker.wake();
  await again.promise;
  expect(running).toEqual([gate(1), gate(2), gate(3)]);
  release.resolve();
  await worker.idle();
  expect(most).toBe(3);
  expect(it.logged.filter((line) => line === "info: task done")).toHaveLength(5);
});

test("what happens while a gate is looked at leads to one more look, however often it happens", async () => {
  await want(store, [gate()], it.clock.at);
  const [started, release] = [deferred(), deferred()];
  let looks = 0;
  const worker = create(async () => {
    looks++;
    started.resolve();
    await release.promise;
    return done;
  });
  worker.wake();
  await started.promise;
  for (let n = 0; n < 5; n++) await want(store, [gate()], it.clock.at);
  release.resolve();
  await worker.idle();
  expect(looks).toBe(2);
  expect(await count()).toBe(0);
});

describe("an outcome", () => {
  test("changes the keys it names, takes away those that are undefined, and leaves the others", async () => {
    const paused = { by: "ada", at: 1, reason: "release" };
    await keep(store, { standings: [standingOf(repository, { paused, defaultBranch: "main", gateRequired: true })] });
    await apply({ standing: { paused: undefined, gateRequired: false } });
    expect(await store.standing(1)).toEqual(standingOf(repository, { defaultBranch: "main", gateRequired: false }));
  });

  test("about a repository that nothing is remembered of makes it active", async () => {
    await apply({ standing: { defaultBranch: "main" } });
    expect(await store.standing(1)).toEqual(standingOf(repository, { defaultBranch: "main" }));
  });

  test("with a gate keeps it, and has it swept from now on", async () => {
    await apply({ gate: gateOf(repository, 7) });
    expect(await store.gate(1, 7)).toEqual(gateOf(repository, 7));
    expect(await store.openGates()).toEqual([{ repository, number: 7, decision: "pending" }]);
  });

  test("without anything to remember remembers nothing", async () => {
    await apply({});
    expect(await store.standings()).toEqual([]);
  });

  test("applies its events once, each under a key of its own, and says so", async () => {
    const { id } = await openNumber(store, 1);
    const address = { kind: "incident", id } as const;
    let applied = 0;
    const events = [
      { address, event: { type: "recurred", note: "first" } },
      { address: { kind: "pull", repository: 1, number: 99 }, event: { type: "recurred", note: "nobody's" } },
      { address, event: { type: "stopAsked", by: "ada" } },
    ] as const;
    await apply({ events }, { applied: () => applied++ });
    const keys = (await store.events(id)).map(({ key }) => key);
    expect(keys).toEqual(["signal-1", "task:1:1:0", "task:1:1:2"]);
    expect((await store.incident(id))?.state.phase).toBe("closed");
    expect(applied).toBe(1);
    expect((await store.incident(id))?.signals).toBe(2);
  });

  test("wants its tasks after their delay, also itself again", async () => {
    await apply({
      tasks: [
        { task: gate(8), afterSeconds: 60 },
        { task: gate(), afterSeconds: 30 },
      ],
    });
    expect(await store.nextDue(it.clock.at)).toBe(it.clock.at + 30_000);
    expect(await store.nextDue(it.clock.at + 30_000)).toBe(it.clock.at + 60_000);
    expect(await count()).toBe(2);
  });

  test("that forgets leaves nothing of the repository, not even what it says itself", async () => {
    await openNumber(store, 1);
    await keep(store, { standings: [standingOf(repository, { status: "removed", removedAt: 1 })] });
    await want(store, [{ kind: "forget", repository }], it.clock.at);
    await create(async () => ({
      note: "forgotten",
      forget: true,
      gate: gateOf(repository, 7),
      tasks: [{ task: gate(), afterSeconds: 1 }],
    })).idle();
    expect(await store.incident(incidentNumber(1).id)).toBeUndefined();
    expect([await store.standings(), await store.gates({ limit: 9 }), await count()]).toEqual([[], [], 0]);
  });

  test("is written whole or not at all, and worked out again when the lease has expired", async () => {
    const broken: { [K in keyof Standing]?: Standing[K] | undefined } = { repository: undefined };
    await apply({ gate: passed(gateOf(repository, 7)), standing: broken });
    expect(it.logged).toEqual(["error: the end of a task could not be recorded"]);
    expect([await store.gates({ limit: 9 }), await store.standings()]).toEqual([[], []]);
    it.clock.at = (await store.nextDue(it.clock.at)) ?? 0;
    await create(async () => done).idle();
    expect(await count()).toBe(0);
  });
});

test("an incident's effects and the events of a task share one incident without losing any", async () => {
  const tries = { attempt: 1, automatic: 1, ci: 0 };
  const { id } = await openNumber(store, 1, { phase: "checking", tries, pull: samplePull });
  await want(store, [gate(1), gate(2), gate(3), gate(4)], it.clock.at);
  const worker = create(async () => ({
    ...done,
    events: [
      { address: { kind: "pull", repository: 1, number: samplePull.number }, event: { type: "recurred", note: "n" } },
    ],
  }));
  await worker.idle();
  expect((await store.incident(id))?.signals).toBe(5);
});

test("wants all of several tasks or none", async () => {
  const broken: Task = { ...gate(9), repository: { ...repository, id: Number.NaN } };
  await expect(want(store, [gate(), broken], 1)).rejects.toThrow(/not null|failed/i);
  expect(await count()).toBe(0);
});
