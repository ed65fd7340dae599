import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { Event } from "../../src/domain/event.ts";
import { Postponed } from "../../src/domain/postponed.ts";
import { dispatch } from "../../src/queue/dispatch.ts";
import type { Run } from "../../src/queue/run-job.ts";
import type { Worker } from "../../src/queue/worker.ts";
import { incidentNumber } from "../database/incidents.ts";
import { keep, standingOf } from "../database/standings.ts";
import { samplePull } from "../support/events.ts";
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
const tries = { attempt: 1, automatic: 1, ci: 0 };
const ignore: Event = { type: "triaged", verdict: { kind: "ignore", reason: "infra", note: "n" } };
const healed = [
  "recurred",
  "triaged",
  "patchProduced",
  "proofPassed",
  "pullOpened",
  "checksPassed",
  "pullMerged",
  "watchElapsed",
];

/** Runs what is due, and moves the clock to what is due next, until nothing waits. */
async function toTheEnd(worker: Worker): Promise<void> {
  for (;;) {
    await worker.idle();
    const due = await store.nextDue(it.clock.at);
    if (due === undefined) return;
    it.clock.at = due;
  }
}

test("heals: from the first signal to the end of the watch", async () => {
  await openNumber(store, 1);
  const worker = create(happily);
  await worker.idle();
  expect(await phase()).toBe("checking");
  await toTheEnd(worker);
  expect((await store.incident(id))?.state).toMatchObject({ phase: "closed", outcome: "healed" });
  expect(await types()).toEqual(healed);
  expect(await store.jobs()).toEqual({ waiting: 0, leased: 0, broken: 0 });
});

test("gives an effect the incident's present state", async () => {
  await openNumber(store, 1);
  const seen: string[] = [];
  const worker = create(async (incident, effect) => {
    seen.push(`${effect.type} in ${incident.state.phase}`);
    return effect.type === "triage" ? happy(incident, effect) : undefined;
  });
  await worker.idle();
  expect(seen.toSorted()).toEqual(["fix in fixing", "report in fixing", "triage in triaging"]);
});

test("gives an effect what is remembered about the incident's repository", async () => {
  await openNumber(store, 1);
  const { repository } = incidentNumber(1).signal;
  await keep(store, { standings: [standingOf(repository)] });
  let remembered: unknown;
  await create(async (_incident, effect, _signal, recall) => {
    if (effect.type === "triage") remembered = await recall.standing();
    return undefined;
  }).idle();
  expect(remembered).toEqual(standingOf(repository));
});

test("says when the event of an effect was applied, and not when there was none", async () => {
  await openNumber(store, 1);
  let applied = 0;
  const run: Run = async (_, effect) => (effect.type === "triage" ? ignore : undefined);
  await create(run, { applied: () => applied++ }).idle();
  expect(await phase()).toBe("closed");
  expect(applied).toBe(1);
});

describe("lanes", () => {
  test("runs no more heavy effects at once than it may, and the light ones meanwhile", async () => {
    for (const n of [1, 2, 3, 4, 5]) await openNumber(store, n);
    const gates: (() => void)[] = [];
    let most = 0;
    const twoRun = deferred();
    let reports = 0;
    const allReported = deferred();
    const worker = create(
      async (incident, effect) => {
        if (effect.type === "report" && ++reports === 5) allReported.resolve();
        if (effect.type !== "fix") return effect.type === "triage" ? happy(incident, effect) : undefined;
        const gate = deferred();
        gates.push(() => gate.resolve());
        most = Math.max(most, gates.length);
        if (gates.length === 2) twoRun.resolve();
        await gate.promise;
        return { type: "heldBack", reason: "budget", note: "n" };
      },
      { heavy: 2 },
    );
    worker.wake();
    await Promise.all([twoRun.promise, allReported.promise]);
    // Five fixes, of which two run; the last report may still be at its end.
    expect(await store.jobs()).toMatchObject({ waiting: 3 });
    for (let done = 0; done < 5;) {
      const gate = gates.shift();
      if (gate) done++;
      gate?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await worker.idle();
    expect(most).toBe(2);
    for (const n of [1, 2, 3, 4, 5]) expect(await phase(n)).toBe("held");
  });

  test("a stop that is applied aborts the agent at work on that incident, and no other", async () => {
    for (const n of [1, 2]) await openNumber(store, n, { phase: "fixing", tries });
    await enqueue({ type: "fix", attempt: 1 }, 1, 2);
    const aborted: string[] = [];
    const [bothRun, released] = [deferred(), deferred()];
    let running = 0;
    const worker = create(async (incident, effect, signal) => {
      if (effect.type === "answer") return { type: "stopAsked", by: "ada" };
      if (effect.type !== "fix") return undefined;
      if (++running === 2) bothRun.resolve();
      const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Promise.race([released.promise, stopped]);
      if (signal.aborted) aborted.push(incident.id);
      return { type: "heldBack", reason: "budget", note: "n" };
    });
    worker.wake();
    await bothRun.promise;
    await enqueue(
      {
        type: "answer",
        command: { name: "stop", text: "" },
        by: { login: "ada", type: "User" },
        at: { kind: "issueComment", id: 1, number: 7 },
      },
      1,
    );
    worker.wake();
    while (aborted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    released.resolve();
    await worker.idle();
    expect(aborted).toEqual([id]);
    expect((await store.incident(id))?.state).toMatchObject({ phase: "closed", reason: "stopped" });
    expect(await phase(2)).toBe("held");
    expect((await store.jobs()).leased).toBe(0);
  });

  test("an effect that nobody wants any more is aborted at the next renewal", async () => {
    await openNumber(store, 1);
    const [started, aborted] = [deferred(), deferred()];
    const worker = create(async (_, effect, signal) => {
      if (effect.type !== "triage") return undefined;
      signal.addEventListener("abort", () => aborted.resolve());
      started.resolve();
      await aborted.promise;
      return ignore;
    });
    worker.wake();
    await started.promise;
    await dispatch(store, { key: "k", address: { kind: "incident", id }, event: { type: "stopAsked", by: "ada" } }, 1);
    it.tick();
    await aborted.promise;
    await worker.idle();
    expect(await types()).toEqual(["recurred", "stopAsked"]);
    expect((await store.jobs()).leased).toBe(0);
  });

  test.each<Effect>([
    { type: "fix", attempt: 1 },
    { type: "watch", afterSeconds: 0 },
    { type: "merge", pull: samplePull },
    { type: "observe", pull: samplePull, afterSeconds: 0 },
  ])("does not run a $type for an incident that is closed", async (effect) => {
    await openNumber(store, 1);
    await dispatch(store, { key: "k", address: { kind: "incident", id }, event: { type: "stopAsked", by: "ada" } }, 1);
    await enqueue(effect, 1);
    const ran: string[] = [];
    await create(async (_, { type }) => void ran.push(type)).idle();
    expect(ran).toEqual(["report"]);
    expect(await store.jobs()).toEqual({ waiting: 0, leased: 0, broken: 0 });
  });
});

describe("stopping", () => {
  test("aborts what runs and gives the leases back without counting the try", async () => {
    await openNumber(store, 1);
    const started = deferred();
    const worker = create(async (_, _effect, signal) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw signal.reason;
    });
    worker.wake();
    await started.promise;
    await worker.stop();
    expect(await store.jobs()).toMatchObject({ waiting: 1, leased: 0 });
    expect(await store.claim({ now: it.clock.at, leaseMs: 1, types: ["triage"], owner: "next" })).toMatchObject({
      tries: 1,
    });
    worker.wake();
    await worker.idle();
  });

  test("does not wait for an effect that ignores the signal, and drops what it gives later", async () => {
    await openNumber(store, 1);
    const [started, result, ended] = [deferred(), deferred<Event>(), deferred()];
    const worker = create(async () => {
      started.resolve();
      return result.promise.finally(() => ended.resolve());
    });
    worker.wake();
    await started.promise;
    await worker.stop(1);
    expect(await store.jobs()).toMatchObject({ waiting: 1, leased: 0 });
    result.resolve(ignore);
    await ended.promise;
    await worker.idle();
    expect(await types()).toEqual(["recurred"]);
  });
});

test(
  "200 incidents among failing effects, lost answers and two workers all end, each event applied once",
  { timeout: 120_000 },
  async () => {
    const random = seeded(7);
    const numbers = Array.from({ length: 200 }, (_, n) => n + 1);
    for (const n of numbers) await openNumber(store, n);
    let failures = 0;
    const run: Run = async (incident, effect) => {
      const chance = random();
      if (chance < 0.1) failures++;
      if (chance < 0.05) throw new Error("boom");
      if (chance < 0.1) throw new Postponed("later", it.clock.at + 3_000);
      const event = happy(incident, effect);
      // Done, but nobody hears of it.
      if (chance > 0.95) throw new Error("connection reset");
      return event;
    };
    const both = [create(run, { random }), create(run, { random })] as const;
    for (;;) {
      await Promise.all(both.map((worker) => worker.idle()));
      await Promise.all(both.map((worker) => worker.idle()));
      const due = await store.nextDue(it.clock.at);
      if (due === undefined) break;
      it.clock.at = due;
    }
    expect(failures).toBeGreaterThan(100);
    for (const n of numbers) {
      const { id: number } = incidentNumber(n);
      expect((await store.incident(number))?.state).toMatchObject({ phase: "closed", outcome: "healed" });
      const events = (await store.events(number)).map(({ event }) => event.type);
      const lifecycle = events.filter((type) => type !== "effectFailed");
      expect(lifecycle).toEqual(healed);
    }
  },
);

async function enqueue(effect: Effect, ...numbers: number[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const n of numbers) await tx.enqueue(incidentNumber(n).id, effect, 1);
  });
}

/** mulberry32: the same chances in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
