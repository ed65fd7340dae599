import { beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Store } from "../../src/database/store.ts";
import { Postponed } from "../../src/domain/postponed.ts";
import type { TaskOutcome } from "../../src/domain/recall.ts";
import type { RunTask } from "../../src/queue/task-run.ts";
import { want } from "../../src/queue/tasks.ts";
import { gateOf, passed } from "../database/standings.ts";
import { type Setup, deferred } from "./setup.ts";
import { done, gate, repository, taskTests } from "./task-setup.ts";

const tests = taskTests();
const { create, apply, count } = tests;
let it: Setup;
let store: Store;
beforeEach(() => {
  it = tests.it;
  store = it.store;
});

describe("leases", () => {
  test("a worker that lost its lease writes nothing, also after the next holder is done", async () => {
    await want(store, [gate()], it.clock.at);
    const [started, outcome] = [deferred(), deferred<TaskOutcome>()];
    const slow = create(async () => {
      started.resolve();
      return outcome.promise;
    });
    slow.wake();
    await started.promise;
    it.clock.at += 60_001;
    await create(async () => ({ ...done, gate: gateOf(repository, 7) })).idle();
    outcome.resolve({ ...done, gate: passed(gateOf(repository, 7)) });
    await slow.idle();
    expect(await store.gate(1, 7)).toEqual(gateOf(repository, 7));
    expect(it.logged).toContain("warn: outcome dropped because the lease was lost");
  });

  test("a lease is renewed while its task runs; when it is lost, the task is aborted", async () => {
    await want(store, [gate()], it.clock.at);
    const [started, aborted] = [deferred(), deferred()];
    let renewed = deferred();
    const watched: Store = {
      ...store,
      async renewTask(...lease) {
        const kept = await store.renewTask(...lease);
        renewed.resolve();
        return kept;
      },
    };
    const worker = create(
      async (_task, _recall, signal) => {
        signal.addEventListener("abort", () => aborted.resolve());
        started.resolve();
        await aborted.promise;
        throw new Error("aborted");
      },
      { store: watched },
    );
    worker.wake();
    await started.promise;
    it.clock.at += 50_000;
    it.tick();
    await renewed.promise;
    it.clock.at += 50_000;
    expect(await store.claimTask({ now: it.clock.at, leaseMs: 1, owner: "other" })).toBeUndefined();
    it.clock.at += 10_001;
    const stolen = await store.claimTask({ now: it.clock.at, leaseMs: 1e6, owner: "other" });
    renewed = deferred();
    it.tick();
    await worker.idle();
    expect(it.logged).toEqual(["warn: task dropped because its lease was lost"]);
    await expect(store.renewTask(stolen?.id ?? "", 2, 1e9)).resolves.toBe(true);
  });

  test("stopping gives the leases back without counting the try, and drops what comes later", async () => {
    await want(store, [gate()], it.clock.at);
    const [started, outcome, ended] = [deferred(), deferred<TaskOutcome>(), deferred()];
    const worker = create(async () => {
      started.resolve();
      return outcome.promise.finally(() => ended.resolve());
    });
    worker.wake();
    await started.promise;
    await worker.stop(1);
    expect(await store.tasks()).toMatchObject({ waiting: 1, leased: 0 });
    outcome.resolve({ ...done, gate: gateOf(repository, 7) });
    await ended.promise;
    await worker.idle();
    expect(await store.gate(1, 7)).toBeUndefined();
    expect(await store.claimTask({ now: it.clock.at, leaseMs: 1, owner: "next" })).toMatchObject({ tries: 1 });
  });

  test("a task whose process died runs again when the store is opened", async () => {
    await want(store, [gate()], it.clock.at);
    await store.claimTask({ now: it.clock.at, leaseMs: 1e9, owner: "dead" });
    await want(store, [gate()], it.clock.at);
    await store.close();
    it.store = store = await openEmbedded({ directory: it.directory });
    let runs = 0;
    await create(async () => {
      runs++;
      return done;
    }).idle();
    expect(runs).toBe(1);
    expect(await count()).toBe(0);
  });
});

describe("failures", () => {
  const boom: RunTask = async () => {
    throw new Error("boom");
  };

  test("a failed task waits longer each time, and is given up after five tries, until it is wanted again", async () => {
    await want(store, [gate()], it.clock.at);
    const worker = create(boom);
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      await worker.idle();
      waits.push(((await store.nextDue(it.clock.at)) ?? 0) - it.clock.at);
      it.clock.at += waits.at(-1) ?? 0;
    }
    expect(waits).toEqual([5_000, 20_000, 80_000, 320_000]);
    await worker.idle();
    expect(it.logged.at(-1)).toBe("error: task given up");
    expect(await count()).toBe(0);
    await apply({ gate: gateOf(repository, 7) });
    expect(await store.gate(1, 7)).toBeDefined();
  });

  test("a task that is given up runs once more where it was wanted while it failed", async () => {
    const tried = deferred();
    await want(store, [gate()], it.clock.at);
    for (let n = 0; n < 4; n++) {
      await store.claimTask({ now: it.clock.at, leaseMs: 1, owner: "dead" });
      it.clock.at += 1;
    }
    const worker = create(async () => {
      await want(store, [gate()], it.clock.at + 7_000);
      tried.resolve();
      throw new Error("boom");
    });
    await worker.idle();
    await tried.promise;
    expect(it.logged.at(-1)).toBe("error: task given up");
    expect(await store.nextDue(it.clock.at)).toBe(it.clock.at + 7_000);
  });

  test("a postponed task waits until its time, as often as it takes, and for at least a second", async () => {
    await want(store, [gate()], it.clock.at);
    let asked = 0;
    const worker = create(async () => {
      if (++asked <= 10) throw new Error("cannot read", { cause: new Postponed("rate limit", it.clock.at + 7_000) });
      if (asked === 11) throw new Postponed("rate limit", 0);
      return done;
    });
    for (let n = 0; n < 10; n++) {
      await worker.idle();
      expect(await store.nextDue(it.clock.at)).toBe(it.clock.at + 7_000);
      it.clock.at += 7_000;
    }
    await worker.idle();
    expect(await store.nextDue(it.clock.at)).toBe(it.clock.at + 1_000);
    it.clock.at += 1_000;
    await worker.idle();
    expect(asked).toBe(12);
    expect(await count()).toBe(0);
  });

  test("a task that took five processes down is given up without another run", async () => {
    await want(store, [gate()], it.clock.at);
    for (let n = 0; n < 5; n++) {
      await store.claimTask({ now: it.clock.at, leaseMs: 1, owner: "dead" });
      it.clock.at += 1;
    }
    let runs = 0;
    await create(async () => {
      runs++;
      return done;
    }).idle();
    expect(runs).toBe(0);
    expect(it.logged).toEqual(["error: task given up"]);
    expect(await count()).toBe(0);
  });
});
