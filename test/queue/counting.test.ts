import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import type { State } from "../../src/domain/incident.ts";
import { dispatch, open } from "../../src/queue/dispatch.ts";
import { closedState, incidentNumber } from "../database/incidents.ts";
import { samplePatch, samplePolicy, sampleProof, samplePull, shas } from "../support/events.ts";
import { type Setup, openNumber, setup } from "./setup.ts";

let it: Setup;
let store: Store;
beforeEach(async () => {
  it = await setup();
  store = it.store;
});
afterEach(() => it.dispose());

const { id, signal, fingerprint } = incidentNumber(1);
const other = incidentNumber(2);
const tries = { attempt: 1, automatic: 1, ci: 0 };
const report = (n: number, changes: object = {}) =>
  open(store, { key: `d${n}`, signal: { ...signal, ...changes }, fingerprint, newId: () => id }, n);
const activity = async () => store.activity(signal.repository, fingerprint, 5_000);

describe("many reports of one failure", () => {
  test("are counted exactly, and the 1st, 10th, 100th are kept", async () => {
    for (let n = 1; n <= 120; n++) await report(n, { message: `m${n}`, release: `r${n}`, environment: "production" });
    const incident = await store.incident(id);
    expect(incident).toMatchObject({ signals: 120, lastSeenAt: 120 });
    const kept = [1, 10, 100];
    expect(incident?.samples).toEqual(
      kept.map((n) => ({ n, at: n, message: `m${n}`, release: `r${n}`, environment: "production" })),
    );
    expect((await store.events(id)).map(({ key }) => key)).toEqual(kept.map((n) => `d${n}`));
  });

  test("are counted once each, when the process dies before it says that a delivery was handled", async () => {
    const dying: Store = {
      ...store,
      async transaction(work) {
        await store.transaction(work);
        throw new Error("the process died");
      },
    };
    for (let n = 1; n <= 5; n++) {
      const what = { key: `d${n}`, signal, fingerprint, newId: () => id };
      await expect(open(dying, what, n)).rejects.toThrow("the process died");
      await open(store, what, n);
    }
    expect(await store.incident(id)).toMatchObject({ signals: 5 });
  });

  test("are counted once each, when the process dies before anything is written", async () => {
    await report(1);
    const dying: Store = {
      ...store,
      transaction: (work) =>
        store.transaction(async (tx) => {
          await work(tx);
          throw new Error("the process died");
        }),
    };
    await expect(open(dying, { key: "d2", signal, fingerprint }, 2)).rejects.toThrow("the process died");
    expect(await store.incident(id)).toMatchObject({ signals: 1 });
    await report(2);
    expect(await store.incident(id)).toMatchObject({ signals: 2 });
  });

  test("one that changes something is in the log, whatever its number", async () => {
    await openNumber(store, 1, { phase: "watching", pull: samplePull, mergeSha: samplePull.head });
    await report(2, { commit: samplePull.head });
    expect((await store.events(id)).map(({ key }) => key)).toEqual(["signal-1", "d2"]);
    expect(await store.incident(id)).toMatchObject({ signals: 2, state: { phase: "reverting" } });
  });
});

describe("a failure with several names", () => {
  test("is one incident, by its fingerprints of other versions and by the sender's own id", async () => {
    const older = `v1:${"a".repeat(32)}`;
    const first = { ...signal, aliases: ["issue-7"] };
    await open(store, { key: "d1", signal: first, fingerprint, keys: [older], newId: () => id }, 1);
    const renamed = { key: "d2", signal, fingerprint: other.fingerprint, keys: [older] };
    expect(await open(store, renamed, 2)).toMatchObject({ opened: false, incident: { id, signals: 2 } });
    const regrouped = { key: "d3", signal: first, fingerprint: incidentNumber(3).fingerprint };
    expect(await open(store, regrouped, 3)).toMatchObject({ opened: false, incident: { id, signals: 3 } });
    const learned = { key: "d4", signal, fingerprint: incidentNumber(3).fingerprint };
    expect(await open(store, learned, 4)).toMatchObject({ opened: false, incident: { id, signals: 4 } });
  });

  test("the same id of another sender, or in another repository, is another failure", async () => {
    await open(store, { key: "d1", signal: { ...signal, aliases: ["7"] }, fingerprint, newId: () => id }, 1);
    const elsewhere = { ...signal, aliases: ["7"], origin: { kind: "dispatch" } as const };
    const next = { key: "d2", signal: elsewhere, fingerprint: other.fingerprint };
    expect(await open(store, next, 2)).toMatchObject({ opened: true });
    const away = { ...signal, aliases: ["7"], repository: { ...signal.repository, id: 5 } };
    expect(await open(store, { key: "d3", signal: away, fingerprint: other.fingerprint }, 3)).toMatchObject({
      opened: true,
    });
  });

  test("comes back under another name as a linked incident", async () => {
    const aliased = { ...signal, aliases: ["7"] };
    const { incident } = await open(store, { key: "d1", signal: aliased, fingerprint, newId: () => id }, 1);
    await store.transaction((tx) => tx.saveIncident({ ...incident, state: closedState() }));
    const back = { key: "d2", signal: aliased, fingerprint: other.fingerprint, newId: () => other.id };
    expect(await open(store, back, 2)).toMatchObject({ opened: true, incident: { id: other.id, follows: id } });
    expect(await open(store, { ...back, key: "d3", fingerprint }, 3)).toMatchObject({ incident: { id: other.id } });
  });
});

describe("what counts for the next fix", () => {
  const at = (state: State) => openNumber(store, 1, state);
  const happens = (key: string, event: Event) =>
    dispatch(store, { key, address: { kind: "incident", id }, event }, 4_000);
  const checking: State = { phase: "checking", tries, pull: samplePull };
  const triaged: Event = { type: "triaged", verdict: { kind: "fix", policy: samplePolicy, confidence: 1 } };

  test("money of an attempt with and without a patch, once per event", async () => {
    await at({ phase: "fixing", tries });
    const patch = samplePatch(1);
    const ledger = { ...patch.ledger, usd: 0.5 };
    for (const key of ["k1", "k1"]) await happens(key, { type: "patchProduced", patch: { ...patch, ledger } });
    await happens("k2", { type: "patchNotFound", attempt: 7, reason: "stuck", note: "", ledger });
    expect(await activity()).toMatchObject({ usdToday: 1, installationUsdToday: 1 });
  });

  test("a failure is taken on once, however many attempts follow", async () => {
    await at({ phase: "triaging" });
    await happens("k1", triaged);
    expect(await activity()).toMatchObject({ attemptsAtThis: 1, lastAttemptAt: 4_000 });
    await at({ phase: "proving", tries, patch: samplePatch(1) });
    await happens("k2", { type: "headMoved", head: shas[1] ?? samplePull.head });
    expect(await activity()).toMatchObject({ attemptsAtThis: 1 });
    const held = await at({ phase: "held", reason: "observing", note: "", tries });
    expect(held.asked).toBeUndefined();
    expect(await happens("k3", { type: "goAsked", by: "ada" })).toMatchObject({ asked: true });
    expect(await activity()).toMatchObject({ attemptsAtThis: 2 });
  });

  test("a pull request when it is opened, not when it is brought up to date", async () => {
    const incident = await at({ phase: "proposing", tries, patch: samplePatch(1), proof: sampleProof });
    await happens("k1", { type: "pullOpened", pull: samplePull });
    expect(await activity()).toMatchObject({ openPulls: 1, pullsLastHour: 1, pullsLastDay: 1 });
    expect(incident.id).toBe(id);
  });

  test.each<[end: string, state: State, event: Event]>([
    ["merged", checking, { type: "pullMerged", number: 1, sha: samplePull.head, by: "ada" }],
    ["rejected", checking, { type: "pullClosed", number: 1, by: "ada" }],
    ["rejected", checking, { type: "notABugSaid", by: "ada", note: "" }],
    [
      "ciRed",
      { ...checking, tries: { ...tries, ci: 2 } },
      { type: "checksFailed", head: samplePull.head, feedback: "" },
    ],
    ["gaveUp", { phase: "fixing", tries }, { type: "patchNotFound", attempt: 1, reason: "no-repro", note: "" }],
    [
      "reverted",
      { phase: "reverting", pull: samplePull, mergeSha: samplePull.head, revert: 9 },
      { type: "pullMerged", number: 9, sha: samplePull.head, by: "ada" },
    ],
  ])("a fix that ended as %s", async (end, state, event) => {
    await at(state);
    await happens("k", event);
    expect((await activity()).fixes).toEqual([{ at: 4_000, end }]);
  });

  test.each<[what: string, state: State, event: Event]>([
    ["was taken over", checking, { type: "takenOver", by: "ada" }],
    ["had no pull request", { phase: "fixing", tries }, { type: "stopAsked", by: "ada" }],
    [
      "was merged and then called no bug",
      { phase: "watching", pull: samplePull, mergeSha: samplePull.head },
      { type: "notABugSaid", by: "ada", note: "" },
    ],
  ])("nothing of one that %s", async (_, state, event) => {
    await at(state);
    await happens("k", event);
    expect((await activity()).fixes).toEqual([]);
  });
});
