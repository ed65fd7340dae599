import { beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Store } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import { Postponed } from "../../src/domain/postponed.ts";
import type { Run } from "../../src/queue/run-job.ts";
import { startChild } from "../database/child.ts";
import { incidentNumber } from "../database/incidents.ts";
import { type Setup, deferred, happy, openNumber } from "./setup.ts";
import { happily, workerTests } from "./worker-setup.ts";

const tests = workerTests();
const { create, phase, types } = tests;
let it: Setup;
let store: Store;
beforeEach(() => {
  it = tests.it;
  store = it.store;
});

const { id } = incidentNumber(1);
const ignore: Event = { type: "triaged", verdict: { kind: "ignore", reason: "infra", note: "n" } };

describe("leases", () => {
  test("a worker that lost its lease changes nothing", async () => {
    await openNumber(store, 1);
    const [started, result] = [deferred(), deferred<Event>()];
    const slow = create(async (_, effect) => {
      if (effect.type !== "triage") return undefined;
      started.resolve();
      return result.promise;
    });
    slow.wake();
    await started.promise;
    it.clock.at += 60_001;
    await create(happily).idle();
    expect(await phase()).toBe("checking");
    const before = [await store.incident(id), await store.events(id)];
    result.resolve(ignore);
    await slow.idle();
    expect([await store.incident(id), await store.events(id)]).toEqual(before);
    expect(it.logged).toContain("warn: result dropped because the lease was lost");
  });

  test("a result that comes after the lease was lost is dropped, also before the next holder is done", async () => {
    await openNumber(store, 1);
    const [started, result] = [deferred(), deferred<Event>()];
    const slow = create(async () => {
      started.resolve();
      return result.promise;
    });
    slow.wake();
    await started.promise;
    it.clock.at += 60_001;
    const claimed = await store.claim({ now: it.clock.at, leaseMs: 1e6, types: ["triage"], owner: "other" });
    result.resolve(ignore);
    await slow.idle();
    expect(await types()).toEqual(["recurred"]);
    await expect(store.renew(claimed?.id ?? "", 2, 1e9)).resolves.toBe(true);
  });

  test("a lease is renewed while its effect runs", async () => {
    await openNumber(store, 1);
    const [started, result, renewed] = [deferred(), deferred<Event>(), deferred()];
    const renewing: Store = {
      ...store,
      async renew(...lease) {
        const kept = await store.renew(...lease);
        renewed.resolve();
        return kept;
      },
    };
    const worker = create(
      async (_, effect) => {
        if (effect.type !== "triage") return undefined;
        started.resolve();
        return result.promise;
      },
      { store: renewing },
    );
    worker.wake();
    await started.promise;
    it.clock.at += 50_000;
    it.tick();
    await renewed.promise;
    it.clock.at += 50_000;
    expect(await store.claim({ now: it.clock.at, leaseMs: 1, types: ["triage"], owner: "other" })).toBeUndefined();
    result.resolve(ignore);
    await worker.idle();
    expect(await phase()).toBe("closed");
  });

  test("an effect whose lease was lost is aborted at the next renewal, and not counted as failed", async () => {
    await openNumber(store, 1);
    const [started, aborted] = [deferred(), deferred()];
    const worker = create(async (_, effect, signal) => {
      if (effect.type !== "triage") return undefined;
      signal.addEventListener("abort", () => aborted.resolve());
      started.resolve();
      await aborted.promise;
      throw new Error("aborted");
    });
    worker.wake();
    await started.promise;
    it.clock.at += 60_001;
    const stolen = await store.claim({ now: it.clock.at, leaseMs: 1e6, types: ["triage"], owner: "other" });
    it.tick();
    await aborted.promise;
    await worker.idle();
    expect(it.logged).toContain("warn: effect dropped because its lease was lost");
    await expect(store.renew(stolen?.id ?? "", 2, 1e9)).resolves.toBe(true);
  });

  test(
    "an effect whose process was killed runs again, and its event is applied once",
    { timeout: 20_000 },
    async () => {
      await openNumber(store, 1);
      await store.close();
      for (let round = 0; round < 2; round++) {
        const child = startChild(new URL("killed-child.ts", import.meta.url), it.directory);
        await child.until((lines) => lines.includes("fix"));
        await child.kill();
      }
      it.store = await openEmbedded({ directory: it.directory });
      const attempts: string[] = [];
      const worker = create(
        async (incident, effect) => {
          attempts.push(effect.type);
          return happy(incident, effect);
        },
        // The child ran on the real clock.
        { now: () => Date.now() + 1e9 },
      );
      await worker.idle();
      expect(attempts).toContain("fix");
      expect(attempts).not.toContain("triage");
      const applied = await types();
      expect(applied.filter((type) => type === "triaged" || type === "patchProduced")).toEqual([
        "triaged",
        "patchProduced",
      ]);
    },
  );
});

describe("failures", () => {
  const failing =
    (error: () => Error): Run =>
    async (incident, effect) => {
      if (effect.type === "triage") throw error();
      return happy(incident, effect);
    };

  test("a failed effect waits longer each time, and is given up after five tries", async () => {
    await openNumber(store, 1);
    const worker = create(failing(() => new Error("boom\nand a long story")));
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      await worker.idle();
      waits.push(((await store.nextDue()) ?? 0) - it.clock.at);
      it.clock.at += waits.at(-1) ?? 0;
    }
    expect(waits).toEqual([5_000, 20_000, 80_000, 320_000]);
    expect(await types()).toEqual(["recurred"]);
    await worker.idle();
    expect((await store.events(id)).at(-1)?.event).toEqual({ type: "effectFailed", effect: "triage", message: "boom" });
    expect((await store.incident(id))?.state).toMatchObject({
      phase: "closed",
      outcome: "gaveUp",
      note: "triage: boom",
    });
  });

  test("a postponed effect waits until its time, as often as it takes", async () => {
    await openNumber(store, 1);
    let asked = 0;
    const worker = create(async (_, effect) => {
      if (effect.type === "triage" && ++asked <= 10)
        throw new Error("cannot read the policy", { cause: new Postponed("rate limit", it.clock.at + 7_000) });
      return effect.type === "triage" ? ignore : undefined;
    });
    for (let n = 0; n < 10; n++) {
      await worker.idle();
      expect(await store.nextDue()).toBe(it.clock.at + 7_000);
      it.clock.at += 7_000;
    }
    await worker.idle();
    expect(asked).toBe(11);
    expect(await phase()).toBe("closed");
  });

  test("an effect postponed to the past does not run in a circle", async () => {
    await openNumber(store, 1);
    const worker = create(failing(() => new Postponed("rate limit", 0)));
    await worker.idle();
    expect(await store.nextDue()).toBe(it.clock.at + 1_000);
  });

  test("an effect that took five processes down is given up without another run", async () => {
    await openNumber(store, 1);
    for (let n = 0; n < 5; n++) {
      await store.claim({ now: it.clock.at, leaseMs: 1, types: ["triage"], owner: "dead" });
      it.clock.at += 1;
    }
    const ran: string[] = [];
    await create(async (_, effect) => void ran.push(effect.type)).idle();
    expect(ran).not.toContain("triage");
    expect(await types()).toEqual(["recurred", "effectFailed"]);
  });

  test("goes on when the store could not be read for a while", async () => {
    await openNumber(store, 1);
    let broken = true;
    const flaky: Store = {
      ...store,
      claim: (claim) => (broken ? Promise.reject(new Error("disk I/O error")) : store.claim(claim)),
    };
    const worker = create(happily, { store: flaky });
    await worker.idle();
    expect(it.logged).toEqual(["error: the queue cannot be read"]);
    broken = false;
    await worker.idle();
    expect(await phase()).toBe("checking");
  });

  test("a result that cannot be recorded is worked out again when the lease has expired", async () => {
    await openNumber(store, 1);
    let full = true;
    const small: Store = {
      ...store,
      transaction: (work) => (full ? Promise.reject(new Error("disk is full")) : store.transaction(work)),
    };
    const worker = create(happily, { store: small });
    await worker.idle();
    expect(it.logged).toContain("error: the end of an effect could not be recorded");
    full = false;
    it.clock.at = (await store.nextDue()) ?? 0;
    await worker.idle();
    expect(await phase()).toBe("checking");
  });
});
