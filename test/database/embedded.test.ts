import { randomInt } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "../../src/database/connection.ts";
import { openEmbedded, storeOn } from "../../src/database/embedded.ts";
import type { Delivery, Store } from "../../src/database/store.ts";
import { UserError } from "../../src/domain/user-error.ts";
import { startChild } from "./child.ts";
import { type Opened, storeContract } from "./contract.ts";
import { incidentNumber, insert } from "./incidents.ts";
import { gateOf, keep, repositoryNumber, standingOf } from "./standings.ts";

const implementations: Record<string, () => Promise<Opened>> = {
  embedded: async () => {
    const directory = await mkdtemp(join(tmpdir(), "self-heal-store-"));
    let store = await openEmbedded({ directory });
    const close = () => store.close().catch(() => undefined);
    return {
      store,
      async reopen() {
        await close();
        store = await openEmbedded({ directory });
        return store;
      },
      async dispose() {
        await close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

for (const [name, open] of Object.entries(implementations)) storeContract(name, open);

describe("the embedded store in its directory", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "self-heal-store-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const busyChild = (round: number) => startChild(new URL("busy-child.ts", import.meta.url), directory, String(round));
  const delivery = (id: string, bytes = 10): Delivery => ({
    source: "s",
    id,
    event: "e",
    // Random, because what zstd can shrink fills no disk.
    body: Buffer.from(Array.from({ length: bytes }, () => randomInt(256))),
    receivedAt: 1,
  });

  const gate = { kind: "gate", repository: repositoryNumber(1), number: 7 } as const;

  test("makes a directory that only its owner can read", async () => {
    const store = await openEmbedded({ directory: join(directory, "deep", "down") });
    await store.close();
    expect((await stat(join(directory, "deep", "down"))).mode & 0o777).toBe(0o700);
  });

  test("loses nothing it acknowledged, and keeps no half transaction, when it is killed again and again", async () => {
    const store = await openEmbedded({ directory });
    await insert(store, incidentNumber(1));
    await store.close();
    const written: string[] = [];
    for (let round = 0; round < 6; round++) {
      const child = busyChild(round);
      const count = randomInt(20, 500);
      await child.until((lines) => lines.length >= count);
      await child.kill();
      written.push(...child.lines);
    }
    await expectAllKept(directory, written);
    expect(written.length).toBeGreaterThan(100);
  });

  test("refuses a second process with the first one's pid, until that one is dead, however it died", async () => {
    const store = await openEmbedded({ directory });
    await insert(store, incidentNumber(1));
    await store.close();
    const child = busyChild(0);
    await child.until((lines) => lines.length > 0);
    const refused = openEmbedded({ directory });
    await expect(refused).rejects.toThrow(new RegExp(`pid ${child.pid} .*stop that one first`));
    await expect(refused).rejects.toBeInstanceOf(UserError);
    await child.kill();
    await (await openEmbedded({ directory })).close();
  });

  test("refuses a second opening by the same process, and leaves the first one alone", async () => {
    const store = await openEmbedded({ directory });
    await expect(openEmbedded({ directory })).rejects.toThrow(`pid ${process.pid} `);
    await expect(openEmbedded({ directory })).rejects.toThrow(`pid ${process.pid} `);
    await store.check();
    await store.close();
    await (await openEmbedded({ directory })).close();
  });

  test("refuses a database of a newer version, and does not hold on to it", async () => {
    await (await openEmbedded({ directory })).close();
    const raw = new DatabaseSync(join(directory, "self-heal.db"));
    const present = Number(raw.prepare("pragma user_version").get()?.["user_version"]);
    raw.exec("pragma user_version = 999");
    await expect(openEmbedded({ directory })).rejects.toThrow("schema 999, written by a newer Self-Heal");
    raw.exec(`pragma user_version = ${present}`);
    raw.close();
    await (await openEmbedded({ directory })).close();
  });

  test("a loop over transactions lets everybody else have a turn", async () => {
    const store = await openEmbedded({ directory });
    let turned = false;
    setImmediate(() => (turned = true));
    for (let n = 0; n < 3; n++) await store.transaction(async () => undefined);
    expect(turned).toBe(true);
    await store.close();
  });

  test("frees the leases of the process before at once, and counts their tries", async () => {
    const before = await openEmbedded({ directory });
    await insert(before, incidentNumber(1));
    await before.transaction((tx) => tx.enqueue(incidentNumber(1).id, { type: "triage" }, 1));
    await before.transaction((tx) => tx.want(gate, 1));
    await before.accept(delivery("1"));
    const claim = { now: 10, leaseMs: 1e9, types: ["triage"] as const, owner: "before" };
    const job = await before.claim(claim);
    const task = await before.claimTask(claim);
    await before.claimDelivery(claim);
    await before.close();
    const after = await openEmbedded({ directory });
    await expect(after.renew(job?.id ?? "", 1, 99)).resolves.toBe(false);
    expect(await after.claim(claim)).toMatchObject({ id: job?.id, attempt: 2, tries: 2 });
    await expect(after.renewTask(task?.id ?? "", 1, 99)).resolves.toBe(false);
    expect(await after.claimTask(claim)).toMatchObject({ id: task?.id, attempt: 2, tries: 2 });
    expect(await after.claimDelivery(claim)).toMatchObject({ id: "1", tries: 2 });
    await after.close();
  });

  test("sets a job aside whose effect it cannot read, and goes on with the next", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    await insert(store, incidentNumber(1));
    const { id } = incidentNumber(1);
    await store.transaction((tx) => tx.enqueue(id, { type: "triage" }, 1));
    connections.writer.exec(`update jobs set effect = '{"type":"triage","unknown":true}'`);
    await store.transaction((tx) => tx.enqueue(id, { type: "triage" }, 2));
    const claim = { now: 10, leaseMs: 10, types: ["triage"] as const, owner: "me" };
    expect(await store.claim(claim)).toMatchObject({ id: "2" });
    expect(await store.jobs()).toEqual({ waiting: 0, leased: 1, broken: 1 });
    await store.close();
  });

  test("sets a task aside that it cannot read, until it is wanted again", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    await store.transaction((tx) => tx.want(gate, 1));
    connections.writer.exec(`update tasks set body = '{"kind":"gate","unknown":true}'`);
    await store.transaction((tx) => tx.want({ ...gate, number: 8 }, 2));
    const claim = { now: 10, leaseMs: 10, owner: "me" };
    expect(await store.claimTask(claim)).toMatchObject({ task: { number: 8 } });
    expect(await store.tasks()).toEqual({ waiting: 0, leased: 1, broken: 1 });
    expect(await store.nextDue(10)).toBe(20);
    await expect(store.transaction((tx) => tx.want(gate, 5))).resolves.toBe(true);
    expect(await store.claimTask(claim)).toMatchObject({ task: gate, tries: 1 });
    await store.close();
  });

  test("says which standing and which gate it cannot read, and still marks them", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    const repository = repositoryNumber(1);
    await keep(store, { standings: [standingOf(repository)], gates: [gateOf(repository, 7)] });
    connections.writer.exec("update standings set body = '{}'; update gates set body = '{}'");
    await expect(store.standing(1)).rejects.toThrow("cannot read how repository 1 stands");
    await expect(store.gate(1, 7)).rejects.toThrow("cannot read the gate of pull request 7 in repository 1");
    expect(await store.openGates()).toHaveLength(1);
    expect(await store.markRepository(1, "removed", 1)).toEqual(repository);
    await store.close();
  });

  test("brings a database of the first version up to date, with what is in it", async () => {
    const store = await openEmbedded({ directory });
    await insert(store, incidentNumber(1));
    await store.close();
    const raw = new DatabaseSync(join(directory, "self-heal.db"));
    raw.exec("drop table tasks; drop table standings; drop table gates");
    for (const index of ["opened", "lately", "ended", "proposed"]) raw.exec(`drop index incidents_${index}`);
    for (const column of ["origin", "opened_at", "closed_at"]) raw.exec(`alter table incidents drop column ${column}`);
    for (const table of ["aliases", "seen", "ledger", "starts", "pulls", "ends", "storm_failures"])
      raw.exec(`drop table ${table}`);
    raw.exec("pragma user_version = 1");
    raw.close();
    const upgraded = await openEmbedded({ directory });
    expect(await upgraded.incident(incidentNumber(1).id)).toEqual(incidentNumber(1));
    const { signal, fingerprint, openedAt } = incidentNumber(1);
    expect((await upgraded.activity(signal.repository, fingerprint, openedAt)).incidentsLastHour).toBe(1);
    await upgraded.remember(repositoryNumber(1));
    expect((await upgraded.incident(incidentNumber(1).id))?.signal.repository).toEqual(repositoryNumber(1));
    await upgraded.close();
  });

  test("gives up a delivery whose body is damaged, and goes on with the next", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    await store.accept(delivery("1"));
    connections.writer.exec("update deliveries set body = x'00'");
    await store.accept(delivery("2"));
    expect(await store.claimDelivery({ now: 10, leaseMs: 10 })).toMatchObject({ id: "2" });
    expect(await store.failedDeliveries(10)).toMatchObject([{ id: "1", note: "the stored body cannot be unpacked" }]);
    await store.close();
  });

  test("says which incident it cannot read", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    await insert(store, incidentNumber(1));
    connections.writer.exec(`update incidents set body = '{}'`);
    await expect(store.incident(incidentNumber(1).id)).rejects.toThrow(`cannot read incident ${incidentNumber(1).id}`);
    await store.close();
  });

  test("acknowledges nothing on a full disk, keeps what it had, and works again when there is room", async () => {
    const connections = connect(directory);
    const store = await storeOn(connections);
    await insert(store, incidentNumber(1));
    connections.writer.exec("pragma max_page_count = 110");
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    const results = await Promise.allSettled(ids.map((id) => store.accept(delivery(id, 10_000))));
    const stored = results.filter(({ status }) => status === "fulfilled").length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(40);
    await expect(store.transaction((tx) => fill(tx, "full"))).rejects.toThrow(/full/);
    expect(await store.deliveries()).toEqual({ waiting: stored, failed: 0 });
    expect(await store.events(incidentNumber(1).id)).toEqual([]);

    connections.writer.exec("pragma max_page_count = 1000000");
    const again = await Promise.all(ids.map((id) => store.accept(delivery(id, 10_000))));
    expect(again.filter((result) => result === "repeated")).toHaveLength(stored);
    await store.transaction((tx) => fill(tx, "room"));
    expect(await store.deliveries()).toEqual({ waiting: 40, failed: 0 });
    await store.close();
  });
});

async function fill(tx: Parameters<Parameters<Store["transaction"]>[0]>[0], key: string): Promise<void> {
  const { id } = incidentNumber(1);
  for (let n = 0; n < 20; n++) {
    const event = { type: "recurred", note: "x".repeat(19_000) } as const;
    await tx.insertEvent({ key: `${key}-${n}`, incident: id, event, at: n });
  }
}

async function expectAllKept(directory: string, written: readonly string[]): Promise<void> {
  const named = (word: string) =>
    written.flatMap((line) => (line.startsWith(`${word} `) ? [line.split(" ")[1] ?? ""] : []));
  const store = await openEmbedded({ directory });
  const { id } = incidentNumber(1);
  const keys = (await store.events(id)).map(({ key }) => key);
  expect(keys).toEqual(expect.arrayContaining(named("event")));
  expect((await store.incident(id))?.signals).toBe(1 + keys.length);
  expect((await store.jobs()).waiting).toBe(keys.length);
  const again = named("delivery").map((name) =>
    store.accept({ source: "s", id: name, event: "e", body: Buffer.alloc(0), receivedAt: 0 }),
  );
  expect(named("delivery").length).toBeGreaterThan(0);
  expect(new Set(await Promise.all(again))).toEqual(new Set(["repeated"]));
  await store.close();
}
