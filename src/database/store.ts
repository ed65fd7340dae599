import type { Effect } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Incident, IncidentId } from "../domain/incident.ts";
import type { Fingerprint } from "../domain/signal.ts";

/** One inbound HTTP call, verified. Key: (source, id). `body` is the raw bytes. Times are UTC milliseconds. */
export type Delivery = { source: string; id: string; event: string; body: Buffer; receivedAt: number };

/** How the handling of a delivery ended; `note` says why it was ignored or what failed. */
export type Handled = { state: "done" | "ignored" | "failed"; note: string };

/** A leased effect. `attempt` is the fencing token: whoever holds an older one changes nothing. */
export type Job = { id: string; incident: IncidentId; effect: Effect; attempt: number; leasedUntil: number };

export type LoggedEvent = { key: string; incident: IncidentId; event: Event; at: number };

/** How a webhook names the incident it is about. */
export type Address =
  | { kind: "incident"; id: IncidentId }
  | { kind: "fingerprint"; repository: number; fingerprint: Fingerprint }
  | { kind: "pull"; repository: number; number: number }
  | { kind: "issue"; repository: number; number: number }
  | { kind: "head"; repository: number; sha: string };

/** The writes of one transaction: all of them or none. */
export type Tx = {
  /** False when the key was there already: the event changes nothing. */
  insertEvent(event: LoggedEvent): Promise<boolean>;
  /** The newest incident at an address, open ones first; locked until the transaction ends. */
  find(address: Address): Promise<Incident | undefined>;
  insertIncident(incident: Incident): Promise<void>;
  /** Also indexes the incident's pull request, revert and head for `find`. */
  saveIncident(incident: Incident): Promise<void>;
  enqueue(incident: IncidentId, effect: Effect, dueAt: number): Promise<void>;
  /** Removes a finished job. False when the lease was lost: then nothing else of the transaction may stand. */
  finishJob(id: string, attempt: number): Promise<boolean>;
};

export type Claim = { now: number; leaseMs: number; types: readonly Effect["type"][]; owner: string };

/** Where things are kept. Two implementations, one contract suite (test/database/contract.ts). */
export type Store = {
  /** Resolves when the delivery is on disk. Group commit: what arrives during a write shares the next. */
  accept(delivery: Delivery): Promise<"stored" | "repeated">;
  /** Deliveries that are not handled yet, oldest first. */
  pendingDeliveries(limit: number): Promise<Delivery[]>;
  finishDelivery(source: string, id: string, handled: Handled): Promise<void>;
  /** Counts one failed try of a delivery and gives the number of tries so far. */
  retryDelivery(source: string, id: string, note: string): Promise<number>;

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  /** Leases the oldest due job of the given types, or gives undefined. An expired lease is free again. */
  claim(claim: Claim): Promise<Job | undefined>;
  /** Extends a lease. False when it was lost. */
  renew(id: string, attempt: number, leasedUntil: number): Promise<boolean>;
  /** Puts a job back until `dueAt`. `counts: false` (a rate limit, a shutdown) takes the attempt back. */
  release(id: string, attempt: number, back: { dueAt: number; error: string; counts: boolean }): Promise<void>;
  /** When the next job or delivery becomes due; undefined when nothing waits. */
  nextDue(): Promise<number | undefined>;

  incident(id: IncidentId): Promise<Incident | undefined>;
  /** Newest first. */
  incidents(filter: { open?: boolean; limit: number }): Promise<Incident[]>;
  events(incident: IncidentId): Promise<LoggedEvent[]>;
  jobs(): Promise<{ waiting: number; leased: number }>;
  /** Marks an installation as suspended or removed (true) or active again; effects of its repositories are not claimed meanwhile. */
  suspend(installation: number, suspended: boolean): Promise<void>;
  /** Throws when the store cannot be read or written. */
  check(): Promise<void>;
  close(): Promise<void>;
};
