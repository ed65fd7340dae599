import { afterEach, beforeEach, expect, test } from "vitest";
import { recallOf } from "../../src/queue/recall.ts";
import { gateOf, keep, repositoryNumber, standingOf } from "../database/standings.ts";
import { samplePull } from "../support/events.ts";
import { type Setup, openNumber, setup } from "./setup.ts";

let it: Setup;
beforeEach(async () => {
  it = await setup();
});
afterEach(() => it.dispose());

const [here, sibling, gone] = [repositoryNumber(1), repositoryNumber(2), repositoryNumber(3)];
const stranger = repositoryNumber(4, { installation: 99 });

test("remembers one repository and its siblings, without those that were removed", async () => {
  const standings = [here, sibling, stranger].map((repository) => standingOf(repository));
  await keep(it.store, { standings: [...standings, standingOf(gone, { status: "removed", removedAt: 1 })] });
  const recall = recallOf(it.store, here);
  expect(await recall.standing()).toEqual(standingOf(here));
  expect(await recall.siblings()).toEqual([standingOf(here), standingOf(sibling)]);
  expect(await recallOf(it.store, repositoryNumber(9)).standing()).toBeUndefined();
});

test("finds the incident and the gate of a pull request, in its own repository only", async () => {
  const tries = { attempt: 1, automatic: 1, ci: 0 };
  const incident = await openNumber(it.store, 1, { phase: "checking", tries, pull: samplePull });
  const gate = gateOf(here, samplePull.number, { incident: incident.id });
  await keep(it.store, { gates: [gate] });
  const recall = recallOf(it.store, here);
  expect(await recall.incident(samplePull.number)).toEqual(incident);
  expect(await recall.gate(samplePull.number)).toEqual(gate);
  expect(await recall.incident(99)).toBeUndefined();
  const elsewhere = recallOf(it.store, sibling);
  expect([await elsewhere.incident(samplePull.number), await elsewhere.gate(samplePull.number)]).toEqual([
    undefined,
    undefined,
  ]);
});

test("lists the latest gates of our own fixes", async () => {
  const { id: incident } = await openNumber(it.store, 1);
  await keep(it.store, {
    gates: [
      gateOf(here, 1, { at: 1, incident }),
      gateOf(here, 2, { at: 2, incident, open: false }),
      gateOf(here, 3, { at: 3 }),
      gateOf(here, 4, { at: 4, incident }),
      gateOf(sibling, 5, { at: 5, incident }),
    ],
  });
  const numbers = (await recallOf(it.store, here).gates(2)).map(({ number }) => number);
  expect(numbers).toEqual([4, 2]);
});
