import type { Event } from "./event.ts";
import type { Incident } from "./incident.ts";
import type { Actor, Signal } from "./signal.ts";

type People = Pick<Incident, "requesters" | "pushers">;

/** Who asked for the fix of a signal: the person who wanted it, and whoever sent it. */
export function askers({ requester, sender }: Signal): Actor[] {
  return together(requester ? [requester] : [], sender ? [sender] : []);
}

/** The people around an incident after an event. The same object when nobody is new. */
export function peopleAfter(event: Event, known: People): People {
  const requesters = together(known.requesters, asked(event));
  const pushers = together(known.pushers, event.type === "headMoved" && event.by ? [event.by] : []);
  const grown = requesters.length > known.requesters.length || pushers.length > known.pushers.length;
  return grown ? { requesters, pushers } : known;
}

/** Each login once, however it is written; the first stays. */
export function together(...lists: readonly (readonly Actor[])[]): Actor[] {
  const people = new Map<string, Actor>();
  for (const actor of lists.flat()) {
    const login = actor.login.toLowerCase();
    if (!people.has(login)) people.set(login, actor);
  }
  return [...people.values()];
}

/** Only people give commands that count, so a command's login is a user's. */
function asked(event: Event): readonly Actor[] {
  if (event.type === "recurred") return event.requesters ?? [];
  if (event.type === "retryAsked") return [person(event.guidance.by)];
  const asks = event.type === "goAsked" || event.type === "holdAsked" || event.type === "revertAsked";
  return asks ? [person(event.by)] : [];
}

function person(login: string): Actor {
  return { login, type: "User" };
}
