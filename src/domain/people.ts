import type { Event } from "./event.ts";
import type { Incident } from "./incident.ts";
import type { Actor, Signal } from "./signal.ts";

type People = Pick<Incident, "requesters" | "pushers">;

/**
 * Whether two accounts are one: by their ids where both are known, for a login can change, and somebody else can take it
 * then. Else by their logins, which differ in case only where they name the same account.
 */
export function sameAccount(a: Named, b: Named): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.login.toLowerCase() === b.login.toLowerCase();
}

export type Named = Pick<Actor, "id" | "login">;

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

/** Each account once; the first stays. One that is known by its login alone does not stand for an id, which says more. */
export function together(...lists: readonly (readonly Actor[])[]): Actor[] {
  const people: Actor[] = [];
  for (const actor of lists.flat()) {
    const isKnown = people.some((one) => sameAccount(one, actor) && (one.id !== undefined || actor.id === undefined));
    if (!isKnown) people.push(actor);
  }
  return people;
}

function asked(event: Event): readonly Actor[] {
  if (event.type === "recurred") return event.requesters ?? [];
  if (event.type === "retryAsked") return [event.actor ?? person(event.guidance.by)];
  const asks = event.type === "goAsked" || event.type === "holdAsked" || event.type === "revertAsked";
  return asks ? [event.actor ?? person(event.by)] : [];
}

/** Only people give commands that count, so a command's login is a user's. */
function person(login: string): Actor {
  return { login, type: "User" };
}
