import { expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { GateRecord, Standing } from "../../src/domain/standing.ts";
import { samplePull } from "../support/events.ts";
import { sha } from "../support/snapshot.ts";
import { incidentNumber, insert } from "./incidents.ts";
import { gateOf, keep, passed, repositoryNumber, standingOf } from "./standings.ts";

const one = repositoryNumber(1);
const two = repositoryNumber(2);
const three = repositoryNumber(3);
const away = repositoryNumber(4, { installation: 99, owner: "umbrella" });

export function standingsContract(store: () => Store, reopen: () => Promise<void>): void {
  const save = (...standings: Standing[]) => keep(store(), { standings });
  const status = async (id: number) => (await store().standing(id))?.status;

  test("keeps how a repository stands, the latest, also when it is opened again", async () => {
    const paused = { by: "ada", at: 5, reason: "release" };
    await save(standingOf(one, { paused }));
    await save(standingOf(one, { paused, defaultBranch: "main" }));
    await reopen();
    expect(await store().standing(1)).toEqual(standingOf(one, { paused, defaultBranch: "main" }));
    expect(await store().standing(2)).toBeUndefined();
  });

  test("in a transaction sees what it wrote, outside only what was committed", async () => {
    await store().transaction(async (tx) => {
      await tx.saveStanding(standingOf(one));
      await tx.saveGate(gateOf(one, 7));
      expect(await tx.standing(1)).toEqual(standingOf(one));
      expect(await tx.gate(1, 7)).toEqual(gateOf(one, 7));
      expect(await store().standing(1)).toBeUndefined();
      expect(await store().gate(1, 7)).toBeUndefined();
    });
    expect(await store().gate(1, 7)).toEqual(gateOf(one, 7));
  });

  test("finds a repository by its name in any case, and of two that had it the active one", async () => {
    await save(standingOf(one), standingOf({ ...two, name: "Shop-1" }, { status: "removed", removedAt: 1 }));
    expect((await store().standingByName("ACME", "sHOP-1"))?.repository.id).toBe(1);
    await save(standingOf({ ...three, name: "shop-1" }));
    expect((await store().standingByName("acme", "shop-1"))?.repository.id).toBe(3);
    expect(await store().standingByName("acme", "shop")).toBeUndefined();
  });

  test("lists standings by status and installation", async () => {
    await save(standingOf(away), standingOf(two, { status: "suspended" }), standingOf(one));
    const ids = async (filter?: Parameters<Store["standings"]>[0]) =>
      (await store().standings(filter)).map(({ repository }) => repository.id);
    expect(await ids()).toEqual([1, 2, 4]);
    expect(await ids({ installation: 2 })).toEqual([1, 2]);
    expect(await ids({ status: "active" })).toEqual([1, 4]);
    expect(await ids({ status: "active", installation: 2 })).toEqual([1]);
    expect(await store().activeRepositories()).toEqual([one, away]);
  });

  test("marks an installation, but brings back no repository that was taken away before", async () => {
    await save(standingOf(one), standingOf(two, { status: "removed", removedAt: 5 }), standingOf(away));
    expect(await store().markInstallation(2, "suspended", 10)).toEqual([one]);
    expect(await store().markInstallation(2, "suspended", 11)).toEqual([]);
    expect(await store().markInstallation(2, "active", 12)).toEqual([one]);
    expect(await status(1)).toBe("active");
    expect(await store().standing(2)).toEqual(standingOf(two, { status: "removed", removedAt: 5 }));
    expect(await store().markInstallation(2, "removed", 20)).toEqual([one]);
    expect(await store().standing(1)).toEqual(standingOf(one, { status: "removed", removedAt: 20 }));
    expect(await store().markInstallation(2, "active", 30)).toEqual([]);
    expect(await status(4)).toBe("active");
  });

  test("an installation that is suspended or removed gets no effects", async () => {
    const incident = incidentNumber(1);
    await insert(store(), incident);
    await store().transaction((tx) => tx.enqueue(incident.id, { type: "triage" }, 1));
    const claim = () => store().claim({ now: 10, leaseMs: 1, types: ["triage"], owner: "me" });
    for (const mark of ["suspended", "removed"] as const) {
      await store().markInstallation(2, mark, 1);
      expect(await claim()).toBeUndefined();
    }
    await store().markInstallation(2, "active", 1);
    expect(await claim()).toMatchObject({ incident: incident.id });
  });

  test("marks one repository; the time of a removal is the first one's, until it is back", async () => {
    await save(standingOf(one, { defaultBranch: "main" }));
    expect(await store().markRepository(1, "removed", 20)).toEqual(one);
    await store().markRepository(1, "removed", 30);
    expect(await store().standing(1)).toMatchObject({ status: "removed", removedAt: 20, defaultBranch: "main" });
    await store().markRepository(1, "active", 40);
    expect(await store().standing(1)).toEqual(standingOf(one, { defaultBranch: "main" }));
    expect(await store().markRepository(8, "removed", 1)).toBeUndefined();
  });

  test("remembers a repository that it meets, and keeps what it knew of one that is back", async () => {
    await store().remember(one);
    expect(await store().standing(1)).toEqual(standingOf(one));
    await save(standingOf(two, { status: "removed", removedAt: 5, defaultBranch: "main" }));
    await store().remember(two);
    expect(await store().standing(2)).toEqual(standingOf(two, { defaultBranch: "main" }));
  });

  test("a repository with another name, owner and installation takes everything that is kept along", async () => {
    const { signal, ...rest } = incidentNumber(1);
    const incident = { ...rest, signal: { ...signal, repository: one } };
    await keep(store(), { standings: [standingOf(one)], gates: [gateOf(one, 7)] });
    await insert(store(), incident);
    await store().transaction(async (tx) => {
      await tx.want({ kind: "gate", repository: one, number: 7 }, 1);
      await tx.enqueue(incident.id, { type: "report" }, 1);
    });
    const moved = { ...one, installation: 99, owner: "umbrella", name: "store" };
    await store().remember(moved);
    await store().remember(moved);
    expect((await store().incident(incident.id))?.signal).toEqual({ ...signal, repository: moved });
    expect(await store().gate(1, 7)).toEqual(gateOf(moved, 7));
    expect(await store().standingByName("umbrella", "store")).toEqual(standingOf(moved));
    expect(await store().standingByName("acme", "shop-1")).toBeUndefined();
    await store().markInstallation(2, "suspended", 1);
    const claim = { now: 10, leaseMs: 10, owner: "me" };
    expect((await store().claimTask(claim))?.task).toEqual({ kind: "gate", repository: moved, number: 7 });
    expect(await store().claim({ ...claim, types: ["report"] })).toMatchObject({ incident: incident.id });
  });

  test("finds an incident at an address, as it was committed", async () => {
    const tries = { attempt: 1, automatic: 1, ci: 0 };
    const incident = incidentNumber(1, { state: { phase: "checking", tries, pull: samplePull } });
    await insert(store(), incident);
    await store().transaction((tx) => tx.saveIncident(incident));
    const address = { kind: "pull", repository: 1, number: samplePull.number } as const;
    expect(await store().find(address)).toEqual(incident);
    expect(await store().find({ ...address, repository: 2 })).toBeUndefined();
  });

  test("forgets everything about a repository, and nothing about another one", async () => {
    const gone = incidentNumber(1);
    const other = incidentNumber(2, { signal: { ...gone.signal, repository: two } });
    await insert(store(), gone, other);
    await keep(store(), {
      standings: [standingOf(one), standingOf(two)],
      gates: [gateOf(one, 7), gateOf(two, 7)],
    });
    await store().transaction(async (tx) => {
      for (const { id, signal } of [gone, other]) {
        await tx.insertEvent({ key: id, incident: id, event: { type: "recurred", note: "n" }, at: 1 });
        await tx.enqueue(id, { type: "triage" }, 1);
        await tx.want({ kind: "gate", repository: signal.repository, number: 7 }, 1);
        await tx.want({ kind: "forget", repository: signal.repository }, 1);
      }
    });
    await store().transaction((tx) => tx.forget(1));
    expect(await store().incidents({ limit: 9 })).toEqual([other]);
    expect([await store().events(gone.id), (await store().events(other.id)).length]).toEqual([[], 1]);
    expect([await store().standing(1), await status(2)]).toEqual([undefined, "active"]);
    expect(await store().gates({ limit: 9 })).toEqual([gateOf(two, 7)]);
    expect((await store().jobs()).waiting).toBe(1);
    expect((await store().tasks()).waiting).toBe(2);
  });
}

export function gatesContract(store: () => Store): void {
  const save = (...gates: GateRecord[]) => keep(store(), { gates });
  const numbers = async (filter: Parameters<Store["gates"]>[0]) =>
    (await store().gates(filter)).map(({ number }) => number);

  test("keeps the latest gate of each pull request", async () => {
    await save(gateOf(one, 7), gateOf(two, 7));
    const later = passed(gateOf(one, 7, { at: 2_000, head: sha("b"), open: false }));
    await save(later);
    expect(await store().gate(1, 7)).toEqual(later);
    expect(await store().gate(2, 7)).toEqual(gateOf(two, 7));
    expect(await store().gate(1, 8)).toBeUndefined();
  });

  test("lists gates newest first, by repository, state, head, and whose fix it is", async () => {
    const { id: incident } = incidentNumber(1);
    await save(
      gateOf(one, 1, { at: 3_000, incident }),
      gateOf(one, 2, { at: 2_000, open: false, incident }),
      gateOf(one, 3, { at: 4_000, head: sha("b") }),
      gateOf(two, 4, { at: 1_000, incident }),
    );
    expect(await numbers({ limit: 9 })).toEqual([3, 1, 2, 4]);
    expect(await numbers({ limit: 2 })).toEqual([3, 1]);
    expect(await numbers({ repository: 1, limit: 9 })).toEqual([3, 1, 2]);
    expect(await numbers({ open: true, limit: 9 })).toEqual([3, 1, 4]);
    expect(await numbers({ open: false, limit: 9 })).toEqual([2]);
    expect(await numbers({ head: sha("a"), open: true, limit: 9 })).toEqual([1, 4]);
    expect(await numbers({ repository: 1, fixes: true, limit: 9 })).toEqual([1, 2]);
    expect(await numbers({ fixes: false, limit: 9 })).toEqual([3]);
  });

  test("lists open gates of active repositories, the one decided longest ago first", async () => {
    await keep(store(), {
      standings: [standingOf(one), standingOf(two, { status: "removed" }), standingOf(away)],
      gates: [
        gateOf(one, 1, { at: 3_000 }),
        passed(gateOf(one, 2, { at: 2_000, head: sha("b") })),
        gateOf(one, 3, { open: false }),
        gateOf(two, 4),
        gateOf(away, 5, { at: 2_500 }),
      ],
    });
    const first = { repository: one, number: 2, decision: "pass" };
    const last = { repository: one, number: 1, decision: "pending" };
    expect(await store().openGates()).toEqual([first, { repository: away, number: 5, decision: "pending" }, last]);
    expect(await store().openGates({ installation: 2 })).toEqual([first, last]);
    expect(await store().openGates({ installation: 2, repository: 1, head: sha("b") })).toEqual([first]);
    expect(await store().openGates({ repository: 4 })).toHaveLength(1);
  });
}
