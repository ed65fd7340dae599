import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import type { State } from "../../src/domain/incident.ts";
import { dispatch, open } from "../../src/queue/dispatch.ts";
import { closedState, incidentNumber } from "../database/incidents.ts";
import { samplePatch, samplePolicy, sampleProof, samplePull, shas } from "../support/events.ts";
import { type Setup, happy, openNumber, setup } from "./setup.ts";

let it: Setup;
let store: Store;
beforeEach(async () => {
  it = await setup();
  store = it.store;
});
afterEach(() => it.dispose());

const { id, signal, fingerprint } = incidentNumber(1);
const address = { kind: "incident", id } as const;
const tries = { attempt: 1, automatic: 1, ci: 0 };
const guidance = { by: "ada", text: "look at y" };
const dispatchEvent = (key: string, event: Event, at = 2000) => dispatch(store, { key, address, event }, at);

async function waiting(): Promise<string[]> {
  const types = ["triage", "fix", "prove", "propose", "observe", "watch", "report", "answer"] as const;
  const found: string[] = [];
  const claim = () => store.claim({ now: 1e12, leaseMs: 1, types, owner: "test" });
  for (let job = await claim(); job; job = await claim()) {
    found.push(job.effect.type);
    const { id: jobId, attempt } = job;
    await store.transaction((tx) => tx.finishJob(jobId, attempt));
  }
  return found;
}

test("opens an incident for a new failure and has it triaged", async () => {
  const { incident, opened } = await open(store, { key: "d1", signal, fingerprint, newId: () => id }, 5);
  expect(opened).toBe(true);
  expect(incident).toEqual({
    id,
    signal,
    fingerprint,
    signals: 1,
    samples: [{ n: 1, at: 5, message: signal.message }],
    lastSeenAt: 5,
    state: { phase: "triaging" },
    requesters: [{ login: "ada", type: "User" }],
    pushers: [],
    openedAt: 5,
    changedAt: 5,
  });
  expect(await store.incident(id)).toEqual(incident);
  expect(await waiting()).toEqual(["triage"]);
  expect((await store.events(id)).map(({ key }) => key)).toEqual(["d1"]);
});

test("gives an incident an id that people can read out", async () => {
  const { incident } = await open(store, { key: "d1", signal, fingerprint }, 5);
  expect(incident.id).toMatch(/^[2-9a-hjkmnp-z]{8}$/);
});

test("counts another signal of an open incident, and a repeated one not at all", async () => {
  await open(store, { key: "d1", signal, fingerprint }, 5);
  const again = { key: "d2", signal: { ...signal, commit: shas[0] ?? "", url: "https://x.test/1" }, fingerprint };
  expect(await open(store, again, 6)).toMatchObject({ opened: false, incident: { signals: 2, changedAt: 6 } });
  for (const key of ["d1", "d2"])
    expect(await open(store, { ...again, key }, 7)).toMatchObject({
      opened: false,
      incident: { signals: 2, changedAt: 6 },
    });
  const [incident] = await store.incidents({ limit: 2 });
  expect((await store.events(incident?.id ?? id)).map(({ key }) => key)).toEqual(["d1"]);
  expect(await waiting()).toEqual(["triage"]);
});

test("opens one incident when many signals of a new failure arrive at once", async () => {
  const keys = Array.from({ length: 20 }, (_, n) => `d${n}`);
  const results = await Promise.all(keys.map((key) => open(store, { key, signal, fingerprint }, 5)));
  expect(results.filter(({ opened }) => opened)).toHaveLength(1);
  expect(await store.incidents({ limit: 10 })).toMatchObject([{ signals: 20 }]);
});

test("opens a linked incident when a closed failure comes back, once per signal", async () => {
  await openNumber(store, 1, closedState());
  const second = { key: "d2", signal, fingerprint, newId: () => incidentNumber(2).id };
  expect(await open(store, second, 6)).toMatchObject({
    opened: true,
    incident: { id: incidentNumber(2).id, follows: id, signals: 1 },
  });
  await store.transaction((tx) => tx.saveIncident({ ...incidentNumber(2), fingerprint, state: closedState() }));
  expect(await open(store, { ...second, newId: () => incidentNumber(3).id }, 7)).toMatchObject({ opened: false });
  expect(await store.incidents({ limit: 10 })).toHaveLength(2);
});

test("says when nobody is at the address, and remembers nothing", async () => {
  expect(await dispatchEvent("k", { type: "stopAsked", by: "ada" })).toBeUndefined();
  await openNumber(store, 1);
  expect((await dispatchEvent("k", { type: "stopAsked", by: "ada" }))?.state).toMatchObject({ phase: "closed" });
});

test("steps once per key: state, event and effects together", async () => {
  const incident = await openNumber(store, 1);
  await waiting();
  const triaged = happy(incident, { type: "triage" });
  if (!triaged) throw new Error("no event");
  const first = await dispatchEvent("k", triaged);
  expect(first).toMatchObject({ state: { phase: "fixing", tries }, policy: samplePolicy, changedAt: 2000 });
  expect(await dispatchEvent("k", { type: "stopAsked", by: "ada" })).toEqual(first);
  expect(await store.incident(id)).toEqual(first);
  expect(await waiting()).toEqual(["fix", "report"]);
});

test("logs an event that changes nothing, and leaves the incident as it is", async () => {
  const before = await openNumber(store, 1);
  expect(await dispatchEvent("k", { type: "watchElapsed" })).toEqual(before);
  expect((await store.events(id)).map(({ event }) => event.type)).toEqual(["recurred", "watchElapsed"]);
});

test("takes everything back when an effect cannot be queued", async () => {
  const before = await openNumber(store, 1);
  const broken: Store = {
    ...store,
    transaction: (work) =>
      store.transaction((tx) => work({ ...tx, enqueue: () => Promise.reject(new Error("no room")) })),
  };
  const event = happy(before, { type: "triage" });
  if (!event) throw new Error("no event");
  await expect(dispatch(broken, { key: "k", address, event }, 2000)).rejects.toThrow("no room");
  expect(await store.incident(id)).toEqual(before);
  expect(await store.events(id)).toHaveLength(1);
});

test("keeps the latest patch and proof, and not those of an attempt that is over", async () => {
  await openNumber(store, 1, { phase: "fixing", tries });
  const stale = await dispatchEvent("k1", { type: "patchProduced", patch: samplePatch(7) });
  expect(stale?.patch).toBeUndefined();
  const patched = await dispatchEvent("k2", { type: "patchProduced", patch: samplePatch(1) });
  expect(patched?.patch).toEqual(samplePatch(1));
  const proven = await dispatchEvent("k3", { type: "proofPassed", proof: sampleProof });
  expect(proven).toMatchObject({ patch: samplePatch(1), proof: sampleProof, state: { phase: "proposing" } });
});

test("keeps the proof that rejected a patch", async () => {
  await openNumber(store, 1, { phase: "proving", tries, patch: samplePatch(1) });
  const proof = { ...sampleProof, verdict: "rejected" } as const;
  const next = await dispatchEvent("k", { type: "proofFailed", proof, reason: "proof-rejected", feedback: "f" });
  expect(next).toMatchObject({ proof, state: { phase: "fixing", tries: { attempt: 2 } } });
});

test("obeys the limits of the incident's own policy", async () => {
  const proving: State = { phase: "proving", tries, patch: samplePatch(1) };
  const incident = await openNumber(store, 1, proving);
  const strict = { ...samplePolicy, limits: { ...samplePolicy.limits, attempts: 1 } };
  await store.transaction((tx) => tx.saveIncident({ ...incident, policy: strict }));
  const next = await dispatchEvent("k", {
    type: "proofFailed",
    proof: sampleProof,
    reason: "proof-rejected",
    feedback: "f",
  });
  expect(next?.state).toMatchObject({ phase: "closed", outcome: "gaveUp" });
});

test("a delayed effect becomes due after its delay", async () => {
  await openNumber(store, 1, { phase: "checking", tries, pull: samplePull });
  await waiting();
  await dispatchEvent("k", { type: "pullMerged", number: 1, sha: shas[0] ?? samplePull.head, by: "ada" }, 2000);
  expect(await store.nextDue(2000)).toBe(2000 + 24 * 3_600_000);
});

test("a retry of a closed incident opens a linked one, with the words", async () => {
  await openNumber(store, 1, closedState());
  const next = await dispatch(
    store,
    { key: "k", address, event: { type: "retryAsked", guidance }, newId: () => incidentNumber(2).id },
    2000,
  );
  expect(next).toMatchObject({
    id: incidentNumber(2).id,
    follows: id,
    signal,
    fingerprint,
    openedAt: 2000,
    state: { phase: "triaging", guidance },
  });
  expect((await store.incident(id))?.state).toEqual(closedState());
  const again = await dispatchEvent("k", { type: "retryAsked", guidance });
  expect(again?.id).toBe(id);
  expect(await store.incidents({ limit: 10 })).toHaveLength(2);
});

test("a retry of a closed incident goes to its open successor where there is one", async () => {
  await openNumber(store, 1, closedState());
  const successor = {
    ...incidentNumber(2),
    fingerprint,
    state: { phase: "held", reason: "ci-red", note: "n", tries } as const,
  };
  await store.transaction((tx) => tx.insertIncident(successor));
  const next = await dispatchEvent("k", { type: "retryAsked", guidance });
  expect(next).toMatchObject({ id: successor.id, state: { phase: "fixing" } });
  expect(await store.incidents({ limit: 10 })).toHaveLength(2);
});
