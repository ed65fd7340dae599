import type { Store, Tx } from "../database/store.ts";
import type { Address } from "../domain/address.ts";
import { delaySeconds } from "../domain/effect.ts";
import type { Event, On } from "../domain/event.ts";
import { pullNumbers } from "../domain/incident.ts";
import type { Incident, IncidentId, State } from "../domain/incident.ts";
import { askers, peopleAfter, together } from "../domain/people.ts";
import { Policy } from "../domain/policy.ts";
import { isSampled, withSample } from "../domain/samples.ts";
import type { Fingerprint, Guidance, Signal } from "../domain/signal.ts";
import type { Rulebook } from "../domain/step.ts";
import { transition } from "../domain/transition.ts";
import { newIncidentId } from "./incident-id.ts";
import { keepCount } from "./keep-count.ts";
import { countForStorm, endStorm, stormFor } from "./storm.ts";

type NewId = () => IncidentId;

/** An event and the key it is remembered by (a delivery's id, `job:<id>`): a key is applied once, ever. */
export type Keyed = { key: string; event: Event };
/** A failure and the names it goes by. */
type Reported = { signal: Signal; fingerprint: Fingerprint; keys?: readonly string[] };
/** `at` in UTC milliseconds. */
export type Circumstances = { at: number; newId: NewId };

/**
 * Applies one event to the incident at an address: remember the key, step the lifecycle, queue the effects, all or
 * nothing. Gives the incident afterwards (the new one where a closed one comes back), or undefined when there is none
 * at that address.
 */
export async function dispatch(
  store: Store,
  { address, newId = newIncidentId, ...keyed }: Keyed & { address: Address; newId?: NewId },
  at: number,
): Promise<Incident | undefined> {
  return store.transaction(async (tx) => {
    const incident = await tx.find(address);
    return incident && apply(tx, incident, keyed, { at, newId });
  });
}

/**
 * Brings a signal to the open incident of its failure, or opens one, linked to the last closed one. The failure is known by
 * its fingerprint, by `keys` (its fingerprints of other versions) and by the sender's aliases; all of them are names of the
 * incident from now on. The first signal and the 10th, 100th, … are remembered as `recurred`, and those that change
 * something; of the others only their key. During a storm a new failure is counted for the storm's own incident.
 */
export async function open(
  store: Store,
  what: Reported & { key: string; newId?: NewId },
  at: number,
): Promise<{ incident: Incident; opened: boolean }> {
  const { key, signal, fingerprint, newId = newIncidentId } = what;
  const names = namesOf(what);
  const repository = signal.repository.id;
  return store.transaction(async (tx) => {
    const last = await tx.findNamed(repository, names);
    const isOpen = last !== undefined && last.state.phase !== "closed";
    const isNew = await tx.see(key, repository, at);
    if (isNew && isOpen) await tx.addNames(last, names);
    if (isOpen)
      return { incident: isNew ? await again(tx, last, { key, signal }, { at, newId }) : last, opened: false };
    if (!isNew) return { incident: last ?? (await stormOf(tx, repository, key)), opened: false };
    const storm = await stormFor(tx, what, { at, newId });
    if (storm) return { incident: await countForStorm(tx, storm, { signal, fingerprint, at }), opened: false };
    const event = recurrence(signal);
    const incident = fresh({ id: newId(), signal, fingerprint }, { event, at, ...(last && { follows: last }) });
    await begin(tx, incident, at);
    await tx.insertEvent({ key, incident: incident.id, event, at });
    await tx.addNames(incident, names);
    return { incident, opened: true };
  });
}

/** Two senders may use the same id for different things. */
function namesOf({ signal, fingerprint, keys = [] }: Reported): string[] {
  const { origin, aliases = [] } = signal;
  const sender = "source" in origin ? String(origin.source) : origin.kind;
  return [fingerprint, ...keys, ...aliases.map((alias) => `${sender}/${alias}`)];
}

/** Where a signal was counted that came before, and that no incident of its own is there for. */
async function stormOf(tx: Tx, repository: number, key: string): Promise<Incident> {
  const id = (await tx.standing(repository))?.storm?.incident;
  const storm = id && (await tx.find({ kind: "incident", id }));
  if (!storm) throw new Error(`event ${key} was applied to another failure`);
  return storm;
}

/** One more signal of an open incident. */
async function again(
  tx: Tx,
  incident: Incident,
  { key, signal }: { key: string; signal: Signal },
  circumstances: Circumstances,
): Promise<Incident> {
  const { at } = circumstances;
  const event = recurrence(signal);
  const n = incident.signals + 1;
  const step = transition(incident.state, event, rules(incident));
  const isNews = step.state !== incident.state || step.effects.length > 0 || isSampled(n);
  const counted = isNews
    ? await apply(tx, incident, { key, event }, circumstances)
    : after(incident, event, { state: incident.state, at });
  const next = { ...counted, samples: withSample(incident.samples ?? [], signal, { n, at }), lastSeenAt: at };
  await tx.saveIncident(next);
  return next;
}

/** The part of `dispatch` inside a transaction. Gives the incident afterwards. */
export async function apply(
  tx: Tx,
  incident: Incident,
  { key, event }: Keyed,
  circumstances: Circumstances,
): Promise<Incident> {
  const { at } = circumstances;
  if (!(await tx.insertEvent({ key, incident: incident.id, event, at }))) return incident;
  const step = transition(incident.state, event, rules(incident));
  if (step.successor) return succeed(tx, incident, { key, event, ...step.successor }, circumstances);
  const next = after(told(incident, event), event, { state: step.state, at });
  if (next !== incident) await tx.saveIncident(next);
  await keepCount(tx, incident, next, { event, at });
  await endStorm(tx, incident, event);
  for (const effect of step.effects) await tx.enqueue(incident.id, effect, at + delaySeconds(effect) * 1000);
  if (!settled.includes(event.type)) {
    const { repository } = incident.signal;
    const numbers = new Set([...pullNumbers(incident.state), ...pullNumbers(next.state)]);
    for (const number of numbers) await tx.want({ kind: "gate", repository, number }, at);
  }
  if (event.type === "pauseAsked" || event.type === "resumeAsked") await pause(tx, incident, event, at);
  return next;
}

/** Events after which a gate comes out as before: it was just decided, or nothing happened that it looks at. */
const settled: readonly Event["type"][] = [
  "approved",
  "gateDecided",
  "commandGiven",
  "commandRefused",
  "recurred",
  "stormTold",
  "evidenceArrived",
  "resolvedElsewhere",
];

/** The incident after an event; the same object when nothing about it has changed. */
function after(incident: Incident, event: Event, { state, at }: { state: State; at: number }): Incident {
  const counted = state !== incident.state;
  const again = event.type === "recurred";
  const people = peopleAfter(event, incident);
  if (!counted && !again && people === incident) return incident;
  const { requesters, pushers } = people;
  return {
    ...incident,
    ...(counted && { ...kept(event, incident), state }),
    ...(counted && persons.includes(event.type) && { asked: true as const }),
    ...(again && { signals: incident.signals + 1 }),
    requesters,
    pushers,
    changedAt: at,
  };
}

/** From now on commands in that issue are about the storm. */
function told(incident: Incident, event: Event): Incident {
  const { signal } = incident;
  if (event.type !== "stormTold" || signal.origin.kind !== "storm") return incident;
  return { ...incident, signal: { ...signal, origin: { kind: "storm", issue: event.issue } } };
}

/** Words of a person who wants the fix. */
const persons: readonly Event["type"][] = ["goAsked", "retryAsked"];

/** A word about the whole repository, said where an incident is discussed. */
async function pause(
  tx: Tx,
  { signal: { repository } }: Incident,
  event: On<"pauseAsked"> | On<"resumeAsked">,
  at: number,
): Promise<void> {
  const { paused: _, ...standing } = (await tx.standing(repository.id)) ?? { repository, status: "active" as const };
  const paused = event.type === "pauseAsked" ? { by: event.by, at, reason: event.note } : undefined;
  await tx.saveStanding({ ...standing, ...(paused && { paused }) });
}

/** A closed incident comes back as a new one, unless a newer one is open already: then that one gets the event. */
async function succeed(
  tx: Tx,
  last: Incident,
  { key, event, guidance }: Keyed & { guidance?: Guidance },
  circumstances: Circumstances,
): Promise<Incident> {
  const { signal, fingerprint } = last;
  const latest = await tx.find({ kind: "fingerprint", repository: signal.repository.id, fingerprint });
  if (latest && latest.state.phase !== "closed")
    return apply(tx, latest, { key: `${key}/${latest.id}`, event }, circumstances);
  const { at, newId } = circumstances;
  const incident: Incident = {
    ...fresh({ id: newId(), signal, fingerprint }, { event, at, follows: last }),
    state: { phase: "triaging", ...(guidance && { guidance }) },
    ...(guidance && { asked: true }),
  };
  await begin(tx, incident, at);
  return incident;
}

async function begin(tx: Tx, incident: Incident, at: number): Promise<void> {
  await tx.insertIncident(incident);
  await tx.enqueue(incident.id, { type: "triage" }, at);
}

/** An incident that nothing has happened to yet. Whoever asked for the one that it follows asked for this one, too. */
function fresh(
  about: Pick<Incident, "id" | "signal" | "fingerprint">,
  { event, at, follows }: { event: Event; at: number; follows?: Incident },
): Incident {
  const requesters = together(follows?.requesters ?? [], askers(about.signal));
  return {
    ...about,
    ...peopleAfter(event, { requesters, pushers: [] }),
    signals: 1,
    samples: withSample([], about.signal, { n: 1, at }),
    lastSeenAt: at,
    state: { phase: "triaging" },
    ...(follows && { follows: follows.id }),
    openedAt: at,
    changedAt: at,
  };
}

function recurrence(signal: Signal): Event {
  const { title, url, commit } = signal;
  const requesters = askers(signal);
  return {
    type: "recurred",
    note: url ? `${title} (${url})` : title,
    ...(commit && { commit }),
    ...(requesters.length > 0 && { requesters }),
  };
}

/** What is worth keeping when the phase moves on. */
function kept(event: Event, { signal }: Incident): Partial<Incident> {
  if (event.type === "patchProduced") return { patch: event.patch };
  if (event.type === "proofPassed" || event.type === "proofFailed") return { proof: event.proof };
  return event.type === "triaged" ? triaged(event.verdict, signal) : {};
}

function triaged(verdict: On<"triaged">["verdict"], signal: Signal): Partial<Incident> {
  if (verdict.kind === "ignore") return {};
  // What triage found out (the log of a failed run) belongs to the report from now on.
  const detail = verdict.kind === "fix" && verdict.detail;
  return { policy: verdict.policy, ...(detail && { signal: { ...signal, detail } }) };
}

/** Before triage nobody has read the repository's policy; the defaults hold until then. */
function rules({ policy }: Incident): Rulebook {
  const { limits, merge } = policy ?? Policy.parse({});
  const { attempts, ciIterations, watchHours } = limits;
  return { attempts, ciIterations, watchHours, merge };
}
