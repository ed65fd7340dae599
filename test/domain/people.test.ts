import { expect, test } from "vitest";
import { askers, peopleAfter, sameAccount, together } from "../../src/domain/people.ts";
import { samples, shas } from "../support/events.ts";
import { sampleIncident } from "../support/incident.ts";

const { signal } = sampleIncident();
const user = (login: string, id?: number) => ({ ...(id !== undefined && { id }), login, type: "User" });
const bot = { login: "monitor[bot]", type: "Bot" };
const nobody = { requesters: [], pushers: [] };

test.each([
  ["a renamed account is the same one", user("ada", 1), user("bob", 1), true],
  ["a login that somebody else took over is another account", user("ada", 1), user("ada", 2), false],
  ["where one id is missing the logins decide", user("ada", 1), user("ADA"), true],
  ["whatever the id is", user("ada", 1), user("bob"), false],
  ["logins are compared without regard to case", user("Ada"), user("aDA"), true],
])("%s", (_, a, b, expected) => {
  expect(sameAccount(a, b)).toBe(expected);
  expect(sameAccount(b, a)).toBe(expected);
});

test("a signal is asked for by its requester and its sender, each once", () => {
  expect(askers({ ...signal, sender: bot })).toEqual([user("ada"), bot]);
  expect(askers({ ...signal, sender: user("Ada") })).toEqual([user("ada")]);
  const { requester: _, ...machine } = signal;
  expect(askers(machine)).toEqual([]);
});

test("a login without an id counts once, however it is written; the first stays", () => {
  expect(together([user("Ada"), bot], [user("ADA"), user("bob")])).toEqual([user("Ada"), bot, user("bob")]);
});

test("an account counts once, whatever its login; who took over a login counts, too", () => {
  expect(together([user("ada", 1)], [user("bob", 1), user("ada", 2)])).toEqual([user("ada", 1), user("ada", 2)]);
});

test("a login does not stand for the id that is learned later, but an id for the login", () => {
  expect(together([user("ada")], [user("ada", 1), user("ada")])).toEqual([user("ada"), user("ada", 1)]);
  expect(together([user("ada", 1)], [user("ada")])).toEqual([user("ada", 1)]);
});

test("a command's author is a requester with their id, where the event has it", () => {
  const actor = user("ada", 1);
  const guidance = { by: "ada", text: "" };
  const words = { by: "ada", note: "", actor };
  const events = [
    { type: "retryAsked", guidance, actor },
    { type: "goAsked", by: "ada", actor },
    { type: "holdAsked", ...words },
    { type: "revertAsked", ...words },
  ] as const;
  for (const event of events) expect(peopleAfter(event, nobody).requesters).toEqual([actor]);
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
