import { expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { samplePull, shas } from "../support/events.ts";
import { delivery } from "./contract-deliveries.ts";
import { closedState, incidentNumber, insert } from "./incidents.ts";

const [a, b] = shas as [(typeof shas)[0], (typeof shas)[0]];

const asked: Event = { type: "stopAsked", by: "ada" };

export function transactionsContract(store: () => Store): void {
  const first = incidentNumber(1);

  test("keeps all writes of a transaction or none", async () => {
    const failing = store().transaction(async (tx) => {
      await tx.insertIncident(first);
      await tx.insertEvent({ key: "k", incident: first.id, event: asked, at: 1 });
      await tx.enqueue(first.id, { type: "triage" }, 1);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await store().incidents({ limit: 10 })).toEqual([]);
    expect(await store().events(first.id)).toEqual([]);
    expect(await store().jobs()).toEqual({ waiting: 0, leased: 0, broken: 0 });
  });

  test("a failed statement fails the transaction, also when the caller caught it", async () => {
    await insert(store(), first);
    const careless = store().transaction(async (tx) => {
      await tx.insertEvent({ key: "k", incident: first.id, event: asked, at: 1 });
      await tx.insertIncident(first).catch(() => undefined);
    });
    await expect(careless).rejects.toThrow("a statement of the transaction failed");
    expect(await store().events(first.id)).toEqual([]);
  });

  test("applies an event key once", async () => {
    await insert(store(), first);
    const insertEvent = () =>
      store().transaction((tx) => tx.insertEvent({ key: "k", incident: first.id, event: asked, at: 5 }));
    await expect(insertEvent()).resolves.toBe(true);
    await expect(insertEvent()).resolves.toBe(false);
    expect(await store().events(first.id)).toEqual([{ key: "k", incident: first.id, event: asked, at: 5 }]);
  });

  test("outside a transaction only what was committed is visible", async () => {
    await store().transaction(async (tx) => {
      await tx.insertIncident(first);
      expect(await tx.find({ kind: "incident", id: first.id })).toEqual(first);
      expect(await store().incident(first.id)).toBeUndefined();
    });
    expect(await store().incident(first.id)).toEqual(first);
  });

  test("runs transactions one after the other, so that none overwrites another's step", async () => {
    await insert(store(), first);
    const countUp = () =>
      store().transaction(async (tx) => {
        const found = await tx.find({ kind: "incident", id: first.id });
        await new Promise((resolve) => setImmediate(resolve));
        if (found) await tx.saveIncident({ ...found, signals: found.signals + 1 });
      });
    await Promise.all(Array.from({ length: 20 }, countUp));
    expect((await store().incident(first.id))?.signals).toBe(21);
  });

  test("what is left over of a transaction writes nothing after its end", async () => {
    let late: Promise<void> | undefined;
    let finished: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (finished = resolve));
    await store().transaction(async (tx) => {
      late = end.then(() => tx.insertIncident(first));
    });
    finished();
    await expect(late).rejects.toThrow("the transaction has ended");
    expect(await store().incident(first.id)).toBeUndefined();
  });
}

export function addressesContract(store: () => Store): void {
  const tries = { attempt: 1, automatic: 1, ci: 0 };
  const find = (address: Parameters<Parameters<Parameters<Store["transaction"]>[0]>[0]["find"]>[0]) =>
    store().transaction(async (tx) => (await tx.find(address))?.id);
  const save = (incident: Incident) => store().transaction((tx) => tx.saveIncident(incident));

  test("finds an incident by id, fingerprint, issue, pull request, head and revert", async () => {
    const incident = incidentNumber(1);
    const { fingerprint, id } = incident;
    await insert(
      store(),
      incident,
      incidentNumber(2, { signal: { ...incident.signal, origin: { kind: "dispatch" } } }),
    );
    expect(await find({ kind: "incident", id })).toBe(id);
    expect(await find({ kind: "fingerprint", repository: 1, fingerprint })).toBe(id);
    expect(await find({ kind: "issue", repository: 1, number: 7 })).toBe(id);
    expect(await find({ kind: "pull", repository: 1, number: 1 })).toBeUndefined();
    await save({ ...incident, state: { phase: "checking", tries, pull: samplePull } });
    expect(await find({ kind: "pull", repository: 1, number: 1 })).toBe(id);
    expect(await find({ kind: "head", repository: 1, sha: a })).toBe(id);
    await save({ ...incident, state: { phase: "checking", tries, pull: { ...samplePull, head: b } } });
    expect(await find({ kind: "head", repository: 1, sha: a })).toBeUndefined();
    expect(await find({ kind: "head", repository: 1, sha: b })).toBe(id);
    await save({ ...incident, state: { phase: "reverting", pull: samplePull, mergeSha: b, revert: 9 } });
    expect(await find({ kind: "pull", repository: 1, number: 9 })).toBe(id);
    expect(await find({ kind: "pull", repository: 1, number: 1 })).toBe(id);
    await save({ ...incident, state: closedState() });
    expect(await find({ kind: "pull", repository: 1, number: 9 })).toBe(id);
  });

  test("finds nothing in another repository", async () => {
    const incident = incidentNumber(1, { state: { phase: "checking", tries, pull: samplePull } });
    await insert(store(), incident);
    expect(await find({ kind: "fingerprint", repository: 2, fingerprint: incident.fingerprint })).toBeUndefined();
    expect(await find({ kind: "issue", repository: 2, number: 7 })).toBeUndefined();
    expect(await find({ kind: "pull", repository: 2, number: 1 })).toBeUndefined();
    expect(await find({ kind: "head", repository: 2, sha: a })).toBeUndefined();
  });

  test("prefers the open incident, then the newest closed one", async () => {
    const { fingerprint } = incidentNumber(1);
    const address = { kind: "issue", repository: 1, number: 7 } as const;
    await insert(
      store(),
      incidentNumber(1, { state: closedState() }),
      incidentNumber(2, { state: closedState(), fingerprint }),
    );
    expect(await find(address)).toBe(incidentNumber(2).id);
    await insert(store(), incidentNumber(3, { fingerprint }), incidentNumber(4, { state: closedState() }));
    expect(await find(address)).toBe(incidentNumber(3).id);
    expect(await find({ kind: "fingerprint", repository: 1, fingerprint })).toBe(incidentNumber(3).id);
  });

  test("refuses a second open incident with the same fingerprint in one repository", async () => {
    const { fingerprint, signal } = incidentNumber(1);
    await insert(store(), incidentNumber(1));
    await expect(insert(store(), incidentNumber(2, { fingerprint }))).rejects.toThrow(/unique|duplicate/i);
    const elsewhere = { ...signal, repository: { ...signal.repository, id: 2 } };
    await insert(store(), incidentNumber(3, { fingerprint, signal: elsewhere }));
    expect(await store().incidents({ limit: 10 })).toHaveLength(2);
  });
}

export function queriesContract(store: () => Store, reopen: () => Promise<void>): void {
  test("lists incidents newest first, open or closed ones", async () => {
    await insert(store(), incidentNumber(3), incidentNumber(1, { state: closedState() }), incidentNumber(2));
    const ids = async (filter: { open?: boolean; limit: number }) =>
      (await store().incidents(filter)).map(({ id }) => Number.parseInt(id, 36));
    expect(await ids({ limit: 10 })).toEqual([2, 1, 3]);
    expect(await ids({ open: true, limit: 10 })).toEqual([2, 3]);
    expect(await ids({ open: false, limit: 10 })).toEqual([1]);
    expect(await ids({ limit: 1 })).toEqual([2]);
  });

  test("keeps everything when it is opened again", async () => {
    const incident = incidentNumber(1);
    await store().transaction(async (tx) => {
      await tx.insertIncident(incident);
      for (const key of ["second", "first"]) await tx.insertEvent({ key, incident: incident.id, event: asked, at: 1 });
      await tx.enqueue(incident.id, { type: "triage" }, 1);
    });
    await reopen();
    expect(await store().incident(incident.id)).toEqual(incident);
    expect((await store().events(incident.id)).map(({ key }) => key)).toEqual(["second", "first"]);
    expect((await store().jobs()).waiting).toBe(1);
  });

  test("is healthy until it is closed, and fails afterwards", async () => {
    await expect(store().check()).resolves.toBeUndefined();
    const accepted = store().accept(delivery("1"));
    await store().close();
    await expect(accepted).resolves.toBe("stored");
    await expect(store().check()).rejects.toThrow("the store is closed");
    await expect(store().accept(delivery("2"))).rejects.toThrow("the store is closed");
    await reopen();
    expect(await store().deliveries()).toEqual({ waiting: 1, failed: 0 });
  });
}
