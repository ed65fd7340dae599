import { beforeEach, expect, test } from "vitest";
import type { Job, Store } from "../../src/database/store.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { IncidentId } from "../../src/domain/incident.ts";
import { samplePull, shas } from "../support/events.ts";
import { incidentNumber, insert } from "./incidents.ts";

const [a, b] = shas as [(typeof shas)[0], (typeof shas)[0]];

export function jobsContract(store: () => Store, reopen: () => Promise<void>): void {
  const report: Effect = { type: "report" };
  const light = ["triage", "report", "observe", "answer", "watch"] as const;
  const claim = (now = 1000, types: readonly Effect["type"][] = light) =>
    store().claim({ now, leaseMs: 1000, types, owner: "me" });
  const enqueue = (id: IncidentId, dueAt: number, ...effects: Effect[]) =>
    store().transaction(async (tx) => {
      for (const effect of effects) await tx.enqueue(id, effect, dueAt);
    });
  const finish = ({ id, attempt }: Pick<Job, "id" | "attempt">) =>
    store().transaction((tx) => tx.finishJob(id, attempt));
  const observe = (head: (typeof shas)[0], afterSeconds: number): Effect => ({
    type: "observe",
    pull: { ...samplePull, head },
    afterSeconds,
  });
  const [one, two] = [incidentNumber(1), incidentNumber(2)];
  beforeEach(() => insert(store(), one, two));

  test("leases the oldest due job of the wanted types", async () => {
    await enqueue(one.id, 300, report);
    await enqueue(two.id, 200, { type: "triage" });
    await enqueue(two.id, 100, { type: "fix", attempt: 1 });
    expect(await claim(199)).toBeUndefined();
    expect(await claim(1000)).toMatchObject({
      incident: two.id,
      effect: { type: "triage" },
      attempt: 1,
      tries: 1,
      leasedUntil: 2000,
    });
    expect(await claim(1000)).toMatchObject({ incident: one.id, effect: report });
    expect(await claim(1000)).toBeUndefined();
    expect(await claim(1000, ["fix"])).toMatchObject({ effect: { type: "fix", attempt: 1 } });
    expect(await store().jobs()).toEqual({ waiting: 0, leased: 3, broken: 0 });
  });

  test("leases the light effects of one incident one by one, in their order, beside a heavy one", async () => {
    await enqueue(one.id, 100, { type: "fix", attempt: 1 }, { type: "triage" }, report);
    expect(await claim(1000, ["fix", "prove"])).toMatchObject({ effect: { type: "fix" } });
    const first = await claim();
    expect(first).toMatchObject({ effect: { type: "triage" } });
    expect(await claim()).toBeUndefined();
    await finish(first ?? { id: "0", attempt: 0 });
    expect(await claim()).toMatchObject({ effect: report });
  });

  test("an expired lease is free again, and its former holder changes nothing any more", async () => {
    await enqueue(one.id, 100, { type: "triage" });
    const old = await claim(1000);
    if (!old) throw new Error("nothing was claimed");
    expect(await claim(1999)).toBeUndefined();
    expect(await claim(2000)).toMatchObject({ id: old.id, attempt: 2, tries: 2 });
    await expect(store().renew(old.id, old.attempt, 9000)).resolves.toBe(false);
    await store().release(old.id, old.attempt, { dueAt: 0, error: "late", counts: true });
    await expect(finish(old)).resolves.toBe(false);
    await expect(store().renew(old.id, 2, 9000)).resolves.toBe(true);
    expect(await claim(8999)).toBeUndefined();
    await expect(finish({ id: old.id, attempt: 2 })).resolves.toBe(true);
    expect(await store().jobs()).toEqual({ waiting: 0, leased: 0, broken: 0 });
  });

  test("a lease that was given back is not held any more", async () => {
    await enqueue(one.id, 100, { type: "triage" });
    const job = await claim();
    if (!job) throw new Error("nothing was claimed");
    await store().release(job.id, job.attempt, { dueAt: 1000, error: "stopped", counts: false });
    await expect(finish(job)).resolves.toBe(false);
    await expect(store().renew(job.id, job.attempt, 9000)).resolves.toBe(false);
    // The token grows although the try was taken back: a number that comes back would not fence.
    expect(await claim()).toMatchObject({ id: job.id, attempt: 2, tries: 1 });
  });

  test("a released job waits until it is due", async () => {
    await enqueue(one.id, 100, { type: "triage" });
    const job = await claim();
    await store().release(job?.id ?? "0", 1, { dueAt: 5000, error: "boom", counts: true });
    expect(await store().nextDue()).toBe(5000);
    expect(await claim(4999)).toBeUndefined();
    expect(await claim(5000)).toMatchObject({ attempt: 2, tries: 2 });
  });

  test("never gives a job's id to another one", async () => {
    await enqueue(one.id, 100, { type: "triage" });
    const job = await claim();
    if (!job) throw new Error("nothing was claimed");
    await finish(job);
    await reopen();
    await enqueue(one.id, 100, { type: "triage" });
    expect((await claim())?.id).not.toBe(job.id);
  });

  test("keeps one waiting report per incident, but queues another one while it runs", async () => {
    await enqueue(one.id, 100, report, report);
    await enqueue(two.id, 100, report);
    expect((await store().jobs()).waiting).toBe(2);
    await claim();
    await enqueue(one.id, 100, report);
    expect((await store().jobs()).waiting).toBe(2);
  });

  test("keeps one waiting look at a pull request, the newest, and every delayed one", async () => {
    await enqueue(one.id, 100, observe(a, 0), observe(b, 0));
    await enqueue(one.id, 5000, observe(a, 4.9));
    await enqueue(one.id, 100, observe(b, 0));
    expect((await store().jobs()).waiting).toBe(2);
    expect(await claim()).toMatchObject({ effect: observe(b, 0) });
    expect(await store().nextDue(1000)).toBe(2000);
    expect(await store().nextDue(2000)).toBe(5000);
  });

  test("a look that is wanted now does not take the place of one that is wanted later", async () => {
    await enqueue(one.id, 5000, observe(a, 4));
    await enqueue(one.id, 100, observe(b, 0));
    const first = await claim(1000);
    expect(first).toMatchObject({ effect: observe(b, 0) });
    await finish(first ?? { id: "0", attempt: 0 });
    expect(await claim(5000)).toMatchObject({ effect: observe(a, 4) });
  });

  test("does not hand out effects of a suspended installation", async () => {
    const { signal } = one;
    const elsewhere = incidentNumber(3, {
      signal: { ...signal, repository: { ...signal.repository, installation: 99 } },
    });
    await insert(store(), elsewhere);
    await enqueue(one.id, 100, report);
    await enqueue(elsewhere.id, 200, report);
    await store().markInstallation(2, "suspended", 1);
    await store().markInstallation(2, "suspended", 2);
    await reopen();
    expect(await store().nextDue()).toBe(200);
    expect(await claim()).toMatchObject({ incident: elsewhere.id });
    expect(await claim()).toBeUndefined();
    await store().markInstallation(2, "active", 3);
    expect(await claim()).toMatchObject({ incident: one.id });
  });

  test("says when the next thing becomes due, leases included", async () => {
    expect(await store().nextDue()).toBeUndefined();
    await enqueue(one.id, 100, { type: "triage" });
    await enqueue(two.id, 7000, { type: "watch", afterSeconds: 6.9 });
    expect(await store().nextDue()).toBe(100);
    expect(await store().nextDue(100)).toBe(7000);
    await claim(1000);
    expect(await store().nextDue(100)).toBe(2000);
  });
}
