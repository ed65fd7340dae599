import { expect, test } from "vitest";
import { askers, peopleAfter, together } from "../../src/domain/people.ts";
import { samples, shas } from "../support/events.ts";
import { sampleIncident } from "../support/incident.ts";

const { signal } = sampleIncident();
const user = (login: string) => ({ login, type: "User" });
const bot = { login: "monitor[bot]", type: "Bot" };
const nobody = { requesters: [], pushers: [] };

test("a signal is asked for by its requester and its sender, each once", () => {
  expect(askers({ ...signal, sender: bot })).toEqual([user("ada"), bot]);
  expect(askers({ ...signal, sender: user("Ada") })).toEqual([user("ada")]);
  const { requester: _, ...machine } = signal;
  expect(askers(machine)).toEqual([]);
});

test("a login counts once, however it is written; the first stays", () => {
  expect(together([user("Ada"), bot], [user("ADA"), user("bob")])).toEqual([user("Ada"), bot, user("bob")]);
});

test("retry, go, hold and revert make a requester; nothing else that is said does", () => {
  const asked = Object.values(samples(1))
    .flat()
    .filter((event) => peopleAfter(event, nobody).requesters.length > 0);
  expect(asked.map(({ type }) => type).sort()).toEqual(["goAsked", "holdAsked", "retryAsked", "revertAsked"]);
  for (const event of asked) expect(peopleAfter(event, nobody)).toEqual({ requesters: [user("ada")], pushers: [] });
});

test("another signal brings its requesters", () => {
  const event = { type: "recurred", note: "n", requesters: [bot, user("ada")] } as const;
  expect(peopleAfter({ ...event, requesters: [...event.requesters] }, nobody).requesters).toEqual([bot, user("ada")]);
});

test("whoever moved the head is a pusher, where it is known", () => {
  const [head] = shas;
  if (!head) throw new Error("no commit");
  expect(peopleAfter({ type: "headMoved", head, by: bot }, nobody)).toEqual({ requesters: [], pushers: [bot] });
  expect(peopleAfter({ type: "headMoved", head }, nobody)).toBe(nobody);
});

test("the same person again changes nothing", () => {
  const known = { requesters: [user("Ada")], pushers: [] };
  expect(peopleAfter({ type: "goAsked", by: "ada" }, known)).toBe(known);
});
