import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery, Handled } from "../../src/database/store.ts";
import { Postponed } from "../../src/domain/postponed.ts";
import { type Inbox, createInbox } from "../../src/queue/inbox.ts";
import { type Setup, deferred, setup } from "./setup.ts";

let it: Setup;
let handled: string[];
let inbox: Inbox;
beforeEach(async () => {
  it = await setup();
  handled = [];
});
afterEach(async () => {
  await inbox.stop();
  await it.dispose();
});

const done: Handled = { state: "done", note: "" };

function start(handle: (delivery: Delivery) => Promise<Handled>): Inbox {
  const { store, log, clock } = it;
  inbox = createInbox({ store, log, now: clock.now, random: () => 1, handle });
  return inbox;
}

const note = async ({ id }: Delivery): Promise<Handled> => {
  handled.push(id);
  return done;
};

async function accept(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const [source = "", name = ""] = id.includes(":") ? id.split(":") : ["github", id];
    await it.store.accept({ source, id: name, event: "push", body: Buffer.from(id), receivedAt: it.clock.at });
  }
}

test("handles what was accepted, in order, with its bytes", async () => {
  const bodies: string[] = [];
  start(async (delivery) => {
    bodies.push(delivery.body.toString());
    return note(delivery);
  });
  await accept("1", "2", "3");
  await inbox.idle();
  expect(handled).toEqual(["1", "2", "3"]);
  expect(bodies).toEqual(["1", "2", "3"]);
  expect(await it.store.deliveries()).toEqual({ waiting: 0, failed: 0 });
});

test("never handles a repeated delivery again", async () => {
  start(note);
  await accept("1");
  await inbox.idle();
  await accept("1");
  await inbox.idle();
  expect(handled).toEqual(["1"]);
});

test("one source does not wait for another", async () => {
  const gate = deferred();
  const sentryDone = deferred();
  start(async (delivery) => {
    if (delivery.source === "github") await gate.promise;
    else if (handled.length === 1) sentryDone.resolve();
    return note(delivery);
  });
  await accept("1", "sentry:2", "sentry:3");
  inbox.wake();
  await sentryDone.promise;
  expect(handled).not.toContain("1");
  gate.resolve();
  await inbox.idle();
  expect(handled).toEqual(["2", "3", "1"]);
});

test("tries a failing delivery five times, further and further apart, and goes on with the next meanwhile", async () => {
  start(async (delivery) => {
    if (delivery.id === "1") throw new Error("no such field");
    return note(delivery);
  });
  await accept("1", "2");
  const waits: number[] = [];
  for (;;) {
    await inbox.idle();
    const due = await it.store.nextDue();
    if (due === undefined) break;
    waits.push(due - it.clock.at);
    it.clock.at = due;
  }
  expect(handled).toEqual(["2"]);
  expect(waits).toEqual([5_000, 20_000, 80_000, 320_000]);
  expect(await it.store.failedDeliveries(10)).toMatchObject([{ id: "1", tries: 5, note: "no such field" }]);
  expect(it.logged.filter((line) => line.startsWith("error:"))).toEqual(["error: delivery handled"]);
});

test("a delivery handled as failed is not tried again", async () => {
  start(async () => ({ state: "failed", note: "not JSON" }));
  await accept("1");
  await inbox.idle();
  expect(await it.store.failedDeliveries(10)).toMatchObject([{ id: "1", tries: 1, note: "not JSON" }]);
});

test("a postponed delivery waits until its time, and this does not count", async () => {
  let asked = 0;
  start(async (delivery) => {
    // As Probot wraps what its handlers throw.
    if (++asked <= 8) throw new AggregateError([new Postponed("rate limit", it.clock.at + 60_000)]);
    return note(delivery);
  });
  await accept("1");
  for (let n = 0; n < 8; n++) {
    await inbox.idle();
    expect(await it.store.nextDue()).toBe(it.clock.at + 60_000);
    it.clock.at += 60_000;
  }
  await inbox.idle();
  expect(handled).toEqual(["1"]);
});

test("a delivery that took five processes down is given up without being handled", async () => {
  await accept("1", "2");
  for (let n = 0; n < 5; n++) {
    await it.store.claimDelivery({ now: it.clock.at, leaseMs: 1 });
    it.clock.at += 1;
  }
  start(note);
  await inbox.idle();
  expect(handled).toEqual(["2"]);
  expect(await it.store.deliveries()).toEqual({ waiting: 0, failed: 1 });
});

test("an operator can have a delivery handled again, but not one that still waits", async () => {
  let broken = true;
  start(async (delivery) => {
    if (broken) return { state: "failed", note: "bug" };
    return note(delivery);
  });
  await accept("1");
  await expect(inbox.replay("github", "1")).resolves.toBe(false);
  await expect(inbox.replay("github", "unknown")).resolves.toBe(false);
  await inbox.idle();
  broken = false;
  await expect(inbox.replay("github", "1")).resolves.toBe(true);
  await inbox.idle();
  expect(handled).toEqual(["1"]);
  expect(await it.store.failedDeliveries(10)).toEqual([]);
});

test("stopping waits for the delivery that is being handled, and takes no other", async () => {
  const [started, gate] = [deferred(), deferred()];
  start(async (delivery) => {
    started.resolve();
    await gate.promise;
    return note(delivery);
  });
  await accept("1", "2");
  inbox.wake();
  await started.promise;
  const stopped = inbox.stop();
  gate.resolve();
  await stopped;
  expect(handled).toEqual(["1"]);
  expect(await it.store.deliveries()).toEqual({ waiting: 1, failed: 0 });
});

test("a delivery whose end could not be recorded is handled again when its lease has expired", async () => {
  const { store, log, clock } = it;
  let full = true;
  const small: typeof store = {
    ...store,
    finishDelivery: (...end) => (full ? Promise.reject(new Error("disk is full")) : store.finishDelivery(...end)),
  };
  inbox = createInbox({ store: small, log, now: clock.now, handle: note });
  await accept("1");
  await inbox.idle();
  expect(it.logged).toEqual(["error: the end of a delivery could not be recorded"]);
  full = false;
  clock.at = (await store.nextDue()) ?? 0;
  await inbox.idle();
  expect(handled).toEqual(["1", "1"]);
  expect(await store.deliveries()).toEqual({ waiting: 0, failed: 0 });
});
