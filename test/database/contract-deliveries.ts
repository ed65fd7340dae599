import { expect, test } from "vitest";
import type { Delivery, Store } from "../../src/database/store.ts";

export function delivery(id: string, changes: Partial<Delivery> = {}): Delivery {
  return { source: "github", id, event: "push", body: Buffer.from(`body of ${id}`), receivedAt: 1000, ...changes };
}

export function deliveriesContract(store: () => Store, reopen: () => Promise<void>): void {
  const claim = (now = 2000) => store().claimDelivery({ now, leaseMs: 1000 });
  const claimedId = async (now?: number) => (await claim(now))?.id;

  test("keeps an accepted delivery, byte for byte, also when it is opened again", async () => {
    const body = Buffer.from([0, 255, 10, 13, 0, 128]);
    await expect(store().accept(delivery("1", { body }))).resolves.toBe("stored");
    await reopen();
    expect(await claim()).toEqual({ ...delivery("1", { body }), tries: 1 });
  });

  test("keeps a body of many megabytes", async () => {
    const body = Buffer.alloc(5_000_000, "some text, and more ");
    await store().accept(delivery("1", { body }));
    expect((await claim())?.body.equals(body)).toBe(true);
  });

  test("keeps a repeated delivery once, and the same id of another source as another one", async () => {
    await store().accept(delivery("1"));
    await expect(store().accept(delivery("1", { body: Buffer.from("changed") }))).resolves.toBe("repeated");
    await expect(store().accept(delivery("1", { source: "sentry" }))).resolves.toBe("stored");
    expect(await store().deliveries()).toEqual({ waiting: 2, failed: 0 });
    expect((await claim())?.body.toString()).toBe("body of 1");
  });

  test("stores what arrives at once, and a repetition among it once", async () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(index % 290));
    const results = await Promise.all(ids.map((id) => store().accept(delivery(id))));
    expect(results.filter((result) => result === "stored")).toHaveLength(290);
    expect(await store().deliveries()).toEqual({ waiting: 290, failed: 0 });
  });

  test("a delivery that cannot be stored fails alone", async () => {
    const poisoned = delivery("poisoned", { receivedAt: Number.NaN });
    const results = await Promise.allSettled(
      [delivery("1"), poisoned, delivery("2")].map((one) => store().accept(one)),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store().deliveries()).toEqual({ waiting: 2, failed: 0 });
  });

  test("hands out one delivery of a source at a time, in the order of arrival", async () => {
    await store().accept(delivery("late", { receivedAt: 1500 }));
    await store().accept(delivery("early", { receivedAt: 1100 }));
    await store().accept(delivery("other", { source: "sentry", receivedAt: 1200 }));
    expect(await claimedId()).toBe("early");
    expect(await claimedId()).toBe("other");
    expect(await claimedId()).toBeUndefined();
    await store().finishDelivery("github", "early", { state: "done", note: "" });
    expect(await claimedId()).toBe("late");
  });

  test("a delivery that waits for a retry is overtaken, and comes again when it is due", async () => {
    await store().accept(delivery("1"));
    await store().accept(delivery("2", { receivedAt: 1001 }));
    await claim();
    await store().releaseDelivery("github", "1", { dueAt: 5000, error: "boom", counts: true });
    expect(await claimedId()).toBe("2");
    await store().finishDelivery("github", "2", { state: "ignored", note: "not ours" });
    expect(await claim(4999)).toBeUndefined();
    expect(await store().nextDue()).toBe(5000);
    expect(await claim(5000)).toMatchObject({ id: "1", tries: 2 });
    await store().releaseDelivery("github", "1", { dueAt: 6000, error: "rate limit", counts: false });
    expect(await claim(6000)).toMatchObject({ id: "1", tries: 2 });
  });

  test("a delivery whose lease expired is handed out again", async () => {
    await store().accept(delivery("1"));
    await claim(2000);
    expect(await claim(2999)).toBeUndefined();
    expect(await claim(3000)).toMatchObject({ id: "1", tries: 2 });
  });

  test("keeps a delivery that was given up, with the reason, until it is replayed", async () => {
    await store().accept(delivery("1"));
    await claim();
    await store().finishDelivery("github", "1", { state: "failed", note: "no handler" });
    expect(await claim(1e9)).toBeUndefined();
    expect(await store().nextDue()).toBeUndefined();
    const { body: _, ...rest } = delivery("1");
    expect(await store().failedDeliveries(10)).toEqual([{ ...rest, tries: 1, note: "no handler" }]);
    await expect(store().replayDelivery("github", "1", 3000)).resolves.toBe(true);
    await expect(store().replayDelivery("github", "1", 3000)).resolves.toBe(false);
    await expect(store().replayDelivery("github", "unknown", 3000)).resolves.toBe(false);
    expect(await claim(3000)).toEqual({ ...delivery("1"), tries: 1 });
  });

  test("prunes what was handled before a time, and nothing that still waits", async () => {
    for (const [id, receivedAt] of [
      ["old", 1000],
      ["waiting", 1001],
      ["new", 1100],
    ] as const)
      await store().accept(delivery(id, { receivedAt }));
    for (const id of ["old", "new"]) await store().finishDelivery("github", id, { state: "done", note: "" });
    await expect(store().prune(1100)).resolves.toBe(1);
    await expect(store().replayDelivery("github", "old", 0)).resolves.toBe(false);
    await expect(store().replayDelivery("github", "new", 0)).resolves.toBe(true);
    expect(await store().deliveries()).toEqual({ waiting: 2, failed: 0 });
  });
}
