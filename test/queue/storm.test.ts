import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { Policy } from "../../src/domain/policy.ts";
import { dispatch, open } from "../../src/queue/dispatch.ts";
import { incidentNumber } from "../database/incidents.ts";
import { keep, standingOf } from "../database/standings.ts";
import { type Setup, setup } from "./setup.ts";

let it: Setup;
let store: Store;
beforeEach(async () => {
  it = await setup();
  store = it.store;
});
afterEach(() => it.dispose());

const minute = 60_000;
const start = Date.parse("2026-01-14T12:00:00Z");
const { signal } = incidentNumber(0);
const { repository } = signal;

/** One report of failure number `n`. */
const report = (n: number, key: string, at = start, kind: "dispatch" | "issue" = "dispatch") => {
  const origin = kind === "issue" ? ({ kind, number: n } as const) : ({ kind } as const);
  const { fingerprint } = incidentNumber(n);
  return open(store, { key, signal: { ...signal, origin, title: `failure ${n}` }, fingerprint }, at);
};

async function storm(): Promise<Incident | undefined> {
  return (await store.incidents({ limit: 100_000 })).find((one) => one.signal.origin.kind === "storm");
}

async function reports(): Promise<number> {
  let found = 0;
  const claim = () => store.claim({ now: 1e15, leaseMs: 1, types: ["report"], owner: "test" });
  for (let job = await claim(); job; job = await claim()) {
    found += 1;
    const { id, attempt } = job;
    await store.transaction((tx) => tx.finishJob(id, attempt));
  }
  return found;
}

test("5,000 failures and many copies in one minute are ten incidents and one storm, counted exactly", async () => {
  const [distinct, copies] = [5_000, 5_000];
  let key = 0;
  for (let n = 1; n <= distinct; n++) await report(n, `d${key++}`, start + n);
  for (let n = 0; n < copies; n++) await report(1, `d${key++}`, start + n);
  for (let n = 0; n < 200; n++) await report(distinct, `d${key++}`, start + n);
  const incidents = await store.incidents({ limit: 100 });
  expect(incidents).toHaveLength(11);
  const heavy = incidents.find(({ fingerprint }) => fingerprint === incidentNumber(1).fingerprint);
  expect(heavy?.signals).toBe(1 + copies);
  const calm = await storm();
  expect(calm).toMatchObject({
    signals: 4_990 + 200,
    storm: { failures: 4_990 },
    state: { phase: "held", reason: "storm" },
  });
  expect(calm?.storm?.titles).toHaveLength(50);
  expect(incidents.reduce((sum, { signals }) => sum + signals, 0)).toBe(key);
  expect(await reports()).toBe(1);
}, 120_000);

test("the eleventh new failure within ten minutes makes a storm, and a repeated key is counted once", async () => {
  for (let n = 1; n <= 10; n++) expect(await report(n, `d${n}`)).toMatchObject({ opened: true });
  for (let again = 0; again < 2; again++) {
    const { incident, opened } = await report(11, "d11");
    expect([opened, incident.signals, incident.storm]).toEqual([
      false,
      1,
      { failures: 1, titles: [{ fingerprint: incidentNumber(11).fingerprint, title: "failure 11", count: 1 }] },
    ]);
  }
  const { storm: known } = await store.activity(repository, incidentNumber(11).fingerprint, start);
  expect(known).toEqual({ since: start, until: start + 60 * minute, incident: (await storm())?.id });
});

test("spread over more than ten minutes it is none", async () => {
  for (let n = 1; n <= 30; n++) await report(n, `d${n}`, start + n * minute);
  expect(await storm()).toBeUndefined();
  expect(await store.incidents({ limit: 100 })).toHaveLength(30);
});

test("what a person asks for opens an incident in a storm, too, and makes none", async () => {
  for (let n = 1; n <= 15; n++) expect(await report(n, `i${n}`, start, "issue")).toMatchObject({ opened: true });
  expect(await storm()).toBeUndefined();
  for (let n = 21; n <= 31; n++) await report(n, `d${n}`);
  expect(await storm()).toBeDefined();
  expect(await report(40, "i40", start, "issue")).toMatchObject({ opened: true });
});

test("after the storm, what still fails opens an incident; the next storm goes on with the same one", async () => {
  for (let n = 1; n <= 12; n++) await report(n, `d${n}`);
  const later = start + 61 * minute;
  expect(await report(11, "later", later)).toMatchObject({ opened: true, incident: { signals: 1 } });
  const first = await storm();
  expect(await reports()).toBe(1);
  for (let n = 100; n <= 110; n++) await report(n, `e${n}`, later);
  expect(await storm()).toMatchObject({ id: first?.id, storm: { failures: 4 } });
  expect((await store.standing(repository.id))?.storm).toMatchObject({ since: later });
  expect(await reports()).toBe(1);
});

test("the policy says how many failures and how long", async () => {
  const policy = {
    policy: Policy.parse({ intake: { stormFailures: 2, stormMinutes: 5 } }),
    sources: [],
    refused: [],
    problems: [],
    readAt: 1,
  };
  await keep(store, { standings: [standingOf(repository, { policy })] });
  for (let n = 1; n <= 3; n++) await report(n, `d${n}`);
  expect((await store.standing(repository.id))?.storm).toMatchObject({ until: start + 5 * minute });
  expect(await report(4, "d4", start + 5 * minute)).toMatchObject({ opened: false });
  expect(await report(5, "d5", start + 11 * minute)).toMatchObject({ opened: true });
});

test("three times what is usual is no storm where much is usual", async () => {
  // Ten an hour for a week.
  const week = Array.from({ length: 1_680 }, (_, n) =>
    incidentNumber(10_000 + n, {
      openedAt: start - (n + 2) * 6 * minute,
      signal: { ...signal, origin: { kind: "dispatch" } },
    }),
  );
  await store.transaction(async (tx) => {
    for (const incident of week) await tx.insertIncident(incident);
  });
  for (let n = 1; n <= 29; n++) await report(n, `d${n}`);
  expect(await storm()).toBeUndefined();
  for (let n = 30; n <= 33; n++) await report(n, `d${n}`);
  expect(await storm()).toBeDefined();
});

test("a person ends it in its own issue, and failures open incidents again", async () => {
  for (let n = 1; n <= 12; n++) await report(n, `d${n}`);
  const { id } = (await storm()) ?? { id: incidentNumber(1).id };
  await dispatch(
    store,
    { key: "k1", address: { kind: "incident", id }, event: { type: "stormTold", issue: 77 } },
    start,
  );
  const address = { kind: "issue", repository: repository.id, number: 77 } as const;
  expect(
    await dispatch(
      store,
      { key: "k2", address, event: { type: "retryAsked", guidance: { by: "ada", text: "" } } },
      start,
    ),
  ).toMatchObject({ id, state: { phase: "held" } });
  expect(await dispatch(store, { key: "k3", address, event: { type: "stopAsked", by: "ada" } }, start)).toMatchObject({
    id,
    state: { phase: "closed" },
  });
  expect((await store.standing(repository.id))?.storm).toBeUndefined();
  expect(await report(50, "d50", start + 11 * minute)).toMatchObject({ opened: true });
});
