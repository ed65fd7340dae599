import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import type { State } from "../../src/domain/incident.ts";
import { taskKey } from "../../src/domain/task.ts";
import { dispatch, open } from "../../src/queue/dispatch.ts";
import { closedState, incidentNumber } from "../database/incidents.ts";
import { samplePolicy, samplePull, samples } from "../support/events.ts";
import { type Setup, openNumber, setup } from "./setup.ts";

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
const user = (login: string) => ({ login, type: "User" });
const monitor = { login: "monitor[bot]", type: "Bot" };
const waiting: State = { phase: "awaitingApproval", tries, pull: samplePull };

const say = (event: Event, key: string = event.type, at = 2000) => dispatch(store, { key, address, event }, at);

/** Takes all tasks that wait. */
async function tasks(): Promise<string[]> {
  const found: string[] = [];
  const claim = () => store.claimTask({ now: 1e12, leaseMs: 1e12, owner: "test" });
  for (let claimed = await claim(); claimed; claimed = await claim()) found.push(taskKey(claimed.task));
  return found.sort();
}

test("keeps who asked, with every signal and every word, each login once", async () => {
  await open(store, { key: "d1", signal: { ...signal, sender: monitor }, fingerprint, newId: () => id }, 5);
  const again = { ...signal, requester: user("bob"), sender: user("ADA") };
  await open(store, { key: "d2", signal: again, fingerprint }, 6);
  await say({ type: "holdAsked", by: "carol", note: "" });
  expect((await store.incident(id))?.requesters).toEqual([user("ada"), monitor, user("bob"), user("carol")]);
});

test("keeps a requester's id, by which they are known when their login changes", async () => {
  const requester = { ...user("ada"), id: 1 };
  const renamed = { ...user("countess"), id: 1 };
  await open(store, { key: "d1", signal: { ...signal, requester }, fingerprint, newId: () => id }, 5);
  await say({ type: "goAsked", by: "countess", actor: renamed }, "k1");
  await say({ type: "holdAsked", by: "ada", actor: { ...user("ada"), id: 2 }, note: "" }, "k2");
  expect((await store.incident(id))?.requesters).toEqual([requester, { ...user("ada"), id: 2 }]);
});

test("an incident that follows another one has its requesters, too", async () => {
  await openNumber(store, 1, closedState());
  const guidance = { by: "bob", text: "" };
  const newId = () => incidentNumber(2).id;
  const retry = { key: "k", address, event: { type: "retryAsked", guidance } as const, newId };
  expect((await dispatch(store, retry, 5))?.requesters).toEqual([user("ada"), user("bob")]);
  await store.transaction((tx) => tx.saveIncident({ ...incidentNumber(2), fingerprint, state: closedState() }));
  const next = { ...signal, requester: user("carol") };
  const { incident } = await open(store, { key: "d", signal: next, fingerprint, newId: () => incidentNumber(3).id }, 6);
  expect(incident).toMatchObject({ follows: incidentNumber(2).id, requesters: [user("ada"), user("carol")] });
});

test.each(["awaitingApproval", "fixing"] as const)("remembers who pushed while it is %s", async (phase) => {
  await openNumber(store, 1, { phase, tries, pull: samplePull });
  await say({ type: "headMoved", head: samplePull.head, by: user("mallory") });
  expect((await store.incident(id))?.pushers).toEqual([user("mallory")]);
});

test("has the gate decided again whenever something happens to a pull request", async () => {
  const wanting: Record<string, string[]> = {};
  for (const event of Object.values(samples(1)).flat()) {
    // A store each: a task that was taken stays leased, and the next one would wait for it.
    await it.dispose();
    it = await setup();
    store = it.store;
    await openNumber(store, 1, waiting);
    await say(event);
    wanting[event.type] = await tasks();
  }
  const none = Object.entries(wanting).flatMap(([type, keys]) => (keys.length === 0 ? [type] : []));
  const settled = ["approved", "commandGiven", "commandRefused", "evidenceArrived", "gateDecided", "recurred"];
  expect(none.sort()).toEqual([...settled, "resolvedElsewhere", "stormTold"]);
  for (const keys of Object.values(wanting)) expect(["gate/1/1", undefined]).toContain(keys[0]);
});

test("has the gate of a revert decided as soon as it is proposed", async () => {
  await openNumber(store, 1, { phase: "reverting", pull: samplePull, mergeSha: samplePull.head });
  await say({ type: "revertProposed", number: 9 });
  expect(await tasks()).toEqual(["gate/1/1", "gate/1/9"]);
});

test("finds a closed incident by the revert that was asked for afterwards", async () => {
  await openNumber(store, 1, { ...ended, pull: samplePull, mergeSha: samplePull.head });
  await say({ type: "revertAsked", by: "bob", note: "" });
  await say({ type: "revertProposed", number: 9 });
  const found = await store.find({ kind: "pull", repository: signal.repository.id, number: 9 });
  expect(found).toMatchObject({ id, state: { phase: "closed", revert: 9 }, requesters: [user("ada"), user("bob")] });
});

const ended = { phase: "closed", outcome: "healed", reason: "healed", note: "n" } as const;

test("wants no gate where there is no pull request, or where the event was applied before", async () => {
  await openNumber(store, 1, { phase: "fixing", tries });
  await say({ type: "holdAsked", by: "ada", note: "" });
  expect(await tasks()).toEqual([]);
  await store.transaction((tx) => tx.saveIncident({ ...incidentNumber(1), policy: samplePolicy, state: waiting }));
  await say({ type: "holdAsked", by: "ada", note: "" });
  expect(await tasks()).toEqual([]);
});

test("a pause is remembered with the repository, and ends with resume", async () => {
  await openNumber(store, 1, waiting);
  const repository = signal.repository.id;
  await say({ type: "pauseAsked", by: "ada", note: "release week" });
  const paused = { by: "ada", at: 2000, reason: "release week" };
  expect(await store.standing(repository)).toMatchObject({ status: "active", paused });
  const standing = await store.standing(repository);
  if (!standing) throw new Error("no standing");
  await store.transaction((tx) => tx.saveStanding({ ...standing, defaultBranch: "main" }));
  await say({ type: "resumeAsked", by: "bob" });
  const { paused: after, defaultBranch } = (await store.standing(repository)) ?? {};
  expect({ after, defaultBranch }).toEqual({ after: undefined, defaultBranch: "main" });
});

test("merges by itself only where the incident's own policy says so", async () => {
  const approved = { type: "approved", by: "bob", head: samplePull.head } as const;
  const incident = await openNumber(store, 1, waiting);
  expect((await say(approved, "k1"))?.state.phase).toBe("awaitingApproval");
  await store.transaction((tx) => tx.saveIncident({ ...incident, policy: { ...samplePolicy, merge: "auto" } }));
  expect((await say(approved, "k2"))?.state).toMatchObject({ phase: "merging", approvedBy: "bob" });
});
