import { expect, test } from "vitest";
import type { Entry, Store } from "../../src/database/store.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { samplePull } from "../support/events.ts";
import { quiet } from "../support/recall.ts";
import { delivery } from "./contract-deliveries.ts";
import { closedState, incidentNumber, insert } from "./incidents.ts";
import { keep, repositoryNumber, standingOf } from "./standings.ts";

const [hour, day] = [3_600_000, 86_400_000];
const now = Date.parse("2026-01-14T12:00:00Z");
const closedWithPull = { phase: "closed", outcome: "rejected", reason: "stopped", note: "", pull: samplePull } as const;
const tries = { attempt: 1, automatic: 1, ci: 0 };

export function activityContract(store: () => Store): void {
  const { signal, fingerprint } = incidentNumber(1);
  const { repository } = signal;
  const sibling = { ...signal, repository: { ...repository, id: 9 } };
  const stranger = { ...signal, repository: { ...repository, id: 10, installation: 77 } };
  const activity = () => store().activity(repository, fingerprint, now);
  const record = (incident: Incident, at: number, ...entries: Entry[]) =>
    store().transaction(async (tx) => {
      for (const entry of entries) await tx.record(incident, entry, at);
    });

  test("counts nothing where nothing has happened", async () => {
    expect(await activity()).toEqual(quiet);
  });

  test("counts incidents of the last hour and day, and pull requests that are open", async () => {
    const checking = { phase: "checking", tries, pull: samplePull } as const;
    await insert(
      store(),
      incidentNumber(1, { openedAt: now - hour + 1, state: checking }),
      incidentNumber(2, {
        openedAt: now - hour,
        state: { phase: "held", reason: "ci-red", note: "", tries, pull: samplePull },
      }),
      incidentNumber(3, { openedAt: now - day, state: closedWithPull }),
      incidentNumber(4, { openedAt: now, signal: sibling, state: checking }),
    );
    expect(await activity()).toEqual({ ...quiet, incidentsLastHour: 1, incidentsLastDay: 2, openPulls: 2 });
  });

  test("counts pull requests here and in the installation, each once", async () => {
    const [here, beside, elsewhere] = [
      incidentNumber(1),
      incidentNumber(2, { signal: sibling }),
      incidentNumber(3, { signal: stranger }),
    ];
    await record(here, now - 1, { kind: "proposed", number: 1 }, { kind: "proposed", number: 1 });
    await record(here, now - 2 * hour, { kind: "proposed", number: 2 });
    await record(beside, now - 1, { kind: "proposed", number: 3 });
    await record(elsewhere, now - 1, { kind: "proposed", number: 4 });
    expect(await activity()).toEqual({ ...quiet, pullsLastHour: 1, pullsLastDay: 2, installationPullsLastHour: 2 });
  });

  test("adds up money since midnight", async () => {
    const midnight = Date.parse("2026-01-14T00:00:00Z");
    const spent = (usd: number): Entry => ({ kind: "spent", usd, tokens: 10 });
    await record(incidentNumber(1), midnight, spent(1.5), spent(0.25));
    await record(incidentNumber(1), midnight - 1, spent(8));
    await record(incidentNumber(2, { signal: sibling }), now, spent(2));
    await record(incidentNumber(3, { signal: stranger }), now, spent(4));
    expect(await activity()).toEqual({ ...quiet, usdToday: 1.75, installationUsdToday: 3.75 });
  });

  test("counts how often this failure was taken on, and when another one was", async () => {
    const started: Entry = { kind: "started" };
    await record(incidentNumber(1), now - 8 * day, started);
    await record(incidentNumber(1), now - 2 * day, started);
    await record(incidentNumber(2), now - day, started);
    await record(incidentNumber(3, { signal: sibling }), now, started);
    const lately = { attemptsAtThis: 1, lastAttemptAt: now - 2 * day, otherAttemptAt: now - day };
    expect(await activity()).toEqual({ ...quiet, ...lately });
    const ids = await store().startedSince(now - 2 * day);
    expect([...ids].toSorted()).toEqual([1, 2, 3].map((n) => incidentNumber(n).id));
  });

  test("keeps how the fix of each incident ended last, newest first", async () => {
    await record(incidentNumber(1), 5, { kind: "ended", end: "merged" });
    await record(incidentNumber(2), 6, { kind: "ended", end: "rejected" });
    await record(incidentNumber(1), 7, { kind: "ended", end: "reverted" });
    await record(incidentNumber(3, { signal: sibling }), 8, { kind: "ended", end: "ciRed" });
    const fixes = [
      { at: 7, end: "reverted" },
      { at: 6, end: "rejected" },
    ];
    expect((await activity()).fixes).toEqual(fixes);
  });

  test("knows the storm of the repository", async () => {
    const storm = { since: 1, until: 2, incident: incidentNumber(5).id };
    await keep(store(), { standings: [standingOf(repository, { storm }), standingOf(repositoryNumber(9))] });
    expect((await activity()).storm).toEqual(storm);
    expect((await store().activity(repositoryNumber(9), fingerprint, now)).storm).toBeUndefined();
  });
}

export function namesContract(store: () => Store): void {
  const first = incidentNumber(1);
  const named = (repository: number, ...names: string[]) =>
    store().transaction(async (tx) => (await tx.findNamed(repository, names))?.id);
  const see = (key: string, at = 5) => store().transaction((tx) => tx.see(key, 1, at));

  test("finds an incident by its fingerprint and its other names, in its own repository", async () => {
    await insert(store(), first);
    await store().transaction((tx) => tx.addNames(first, [first.fingerprint, "sentry/7"]));
    expect(await named(1, "sentry/7")).toBe(first.id);
    expect(await named(1, "x", first.fingerprint)).toBe(first.id);
    expect(await named(1, "sentry/8")).toBeUndefined();
    expect(await named(2, "sentry/7", first.fingerprint)).toBeUndefined();
  });

  test("prefers the open incident, and a name belongs to the last one that got it", async () => {
    await insert(store(), incidentNumber(1, { state: closedState() }), incidentNumber(2), incidentNumber(3));
    await store().transaction((tx) => tx.addNames(first, ["a", "b"]));
    await store().transaction((tx) => tx.addNames(incidentNumber(2), ["b"]));
    expect(await named(1, "a")).toBe(first.id);
    expect(await named(1, "a", "b")).toBe(incidentNumber(2).id);
    expect(await named(1, "b")).toBe(incidentNumber(2).id);
  });

  test("sees a key once, and not where an event has it", async () => {
    await insert(store(), first);
    const event = { type: "watchElapsed" } as const;
    await store().transaction((tx) => tx.insertEvent({ key: "event", incident: first.id, event, at: 1 }));
    expect([await see("a"), await see("a"), await see("event")]).toEqual([true, false, false]);
  });

  test("forgets keys with the deliveries, but none that may still come", async () => {
    await see("old", 5);
    await see("new", 50);
    await store().prune(10);
    expect([await see("old", 5), await see("new", 50)]).toEqual([true, false]);
    await store().accept({ ...delivery("1"), receivedAt: 4 });
    await store().prune(10);
    expect(await see("old", 5)).toBe(false);
  });

  test("forgets all of it with the repository", async () => {
    await insert(store(), first);
    await store().transaction(async (tx) => {
      await tx.addNames(first, ["a"]);
      await tx.see("k", 1, 1);
      await tx.record(first, { kind: "spent", usd: 1, tokens: 1 }, now);
      await tx.record(first, { kind: "started" }, now);
      await tx.record(first, { kind: "ended", end: "merged" }, now);
      await tx.record(first, { kind: "proposed", number: 1 }, now);
      await tx.countInStorm(first, first.fingerprint);
    });
    await store().transaction((tx) => tx.forget(1));
    expect(await store().activity(first.signal.repository, first.fingerprint, now)).toEqual(quiet);
    expect(await named(1, "a")).toBeUndefined();
    expect(await see("k")).toBe(true);
    expect(await store().transaction((tx) => tx.countInStorm(first, first.fingerprint))).toBe(true);
  });

  test("lists what was opened or closed since a time", async () => {
    await insert(
      store(),
      incidentNumber(1, { openedAt: 5 }),
      incidentNumber(2, { openedAt: 15 }),
      incidentNumber(3, { openedAt: 5 }),
    );
    const closed = incidentNumber(3, { openedAt: 5, changedAt: 20, state: closedState() });
    await store().transaction((tx) => tx.saveIncident(closed));
    const ids = (await store().incidents({ since: 10, limit: 9 })).map(({ id }) => id);
    expect(ids).toEqual([3, 2].map((n) => incidentNumber(n).id));
  });
}
