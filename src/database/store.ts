import type { Activity, PastFix } from "../domain/activity.ts";
import type { Address } from "../domain/address.ts";
import type { Effect } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Decision } from "../domain/decision.ts";
import type { Incident, IncidentId } from "../domain/incident.ts";
import type { Repository } from "../domain/repository.ts";
import type { Fingerprint } from "../domain/signal.ts";
import type { GateRecord, Standing } from "../domain/standing.ts";
import type { Openings } from "../domain/storm.ts";
import type { Task } from "../domain/task.ts";

/** One inbound HTTP call, verified. Key: (source, id). `body` is the raw bytes. Times are UTC milliseconds. */
export type Delivery = { source: string; id: string; event: string; body: Buffer; receivedAt: number };

/** How the handling of a delivery ended; `note` says why it was ignored or what failed. */
export type Handled = { state: "done" | "ignored" | "failed"; note: string };

/** A delivery that somebody handles now. `tries` counts the starts, this one included. */
export type ClaimedDelivery = Delivery & { tries: number };

/** A delivery that was given up, for the operator who may replay it. */
type FailedDelivery = Omit<Delivery, "body"> & { tries: number; note: string };

/**
 * A leased effect. `attempt` is the fencing token: it only grows, and whoever holds an older one changes nothing.
 * `tries` counts the starts that count, this one included; a start that ended in a crash counts.
 */
export type Job = {
  id: string;
  incident: IncidentId;
  effect: Effect;
  attempt: number;
  tries: number;
  leasedUntil: number;
};

/**
 * A leased task. `id` belongs to one row and never comes back; `attempt` is the fencing token, as in `Job`. Together they
 * name one run. `tries` counts the starts since it last succeeded, this one included.
 */
export type ClaimedTask = { id: string; task: Task; attempt: number; tries: number };

/** Enough of an open gate to queue another look at it; the whole record may be large. */
export type OpenGate = { repository: Repository; number: number; decision: Decision["decision"] };

type GateFilter = {
  repository?: number;
  open?: boolean;
  head?: string;
  /** Only Self-Heal's own fixes (true), or only other pull requests. */
  fixes?: boolean;
  limit: number;
};

/** Puts a job, task or delivery back until `dueAt`. `counts: false` (a rate limit, a shutdown) takes the try back. */
export type Back = { dueAt: number; error: string; counts: boolean };

export type LoggedEvent = { key: string; incident: IncidentId; event: Event; at: number };

/** Something that counts when the next fix is to be started. */
export type Entry =
  | { kind: "spent"; usd: number; tokens: number }
  /** A failure was taken on; later attempts of the same incident are not told. */
  | { kind: "started" }
  | { kind: "proposed"; number: number }
  | { kind: "ended"; end: PastFix["end"] };

/**
 * The writes of one transaction: all of them or none. A `Tx` is dead once its transaction ended. Waiting for another
 * write of the same store inside a transaction waits forever: transactions run one after the other.
 */
export type Tx = {
  /** False when the key was there already: the event changes nothing. */
  insertEvent(event: LoggedEvent): Promise<boolean>;
  /** The open incident at an address, else the newest closed one; locked until the transaction ends. A `pull` is the fix pull request or its revert. */
  find(address: Address): Promise<Incident | undefined>;
  /** The open incident with one of these names (fingerprints and aliases), else the newest closed one; as `find`. */
  findNamed(repository: number, names: readonly string[]): Promise<Incident | undefined>;
  /** Names under which `findNamed` finds the incident from now on, and no other one. */
  addNames(incident: Incident, names: readonly string[]): Promise<void>;
  /** Remembers the key of a signal. False when it was seen, or is the key of an event. `prune` forgets it. */
  see(key: string, repository: number, at: number): Promise<boolean>;
  record(incident: Incident, entry: Entry, at: number): Promise<void>;
  openings(repository: number, now: number): Promise<Openings>;
  /** False when this storm has seen the failure before. */
  countInStorm(storm: Incident, failure: Fingerprint): Promise<boolean>;
  /** Fails when an incident with this fingerprint is open already. */
  insertIncident(incident: Incident): Promise<void>;
  /** Also indexes the incident's pull request, revert and head for `find`. */
  saveIncident(incident: Incident): Promise<void>;
  /**
   * Queues an effect. A `report`, or an `observe` without delay, that still waits for its start is replaced:
   * whoever runs it reads the present state anyway, so a second one would only cost calls.
   */
  enqueue(incident: IncidentId, effect: Effect, dueAt: number): Promise<void>;
  /** Removes a finished job. False when the lease was lost: then nothing else of the transaction may stand. */
  finishJob(id: string, attempt: number): Promise<boolean>;

  /**
   * Makes sure that a task runs once more, at `dueAt`. There is one row per `taskKey`. One that waits keeps the earlier of
   * the two times (one that was put back keeps its own: it may be waiting for a rate limit) and takes the newer task.
   * One that runs may have read the old state already, so it becomes due again when it has ended.
   * False when nothing was added, because a run that has not started yet covers it.
   */
  want(task: Task, dueAt: number): Promise<boolean>;
  /**
   * Removes a finished task, or makes it due again where it was wanted while it ran. False when the lease was lost: then
   * nothing else of the transaction may stand.
   */
  finishTask(id: string, attempt: number): Promise<boolean>;
  standing(repository: number): Promise<Standing | undefined>;
  saveStanding(standing: Standing): Promise<void>;
  gate(repository: number, pull: number): Promise<GateRecord | undefined>;
  saveGate(gate: GateRecord): Promise<void>;
  /**
   * Deletes everything that is kept about a repository: incidents with their events and jobs, tasks, gates, and how it
   * stands. Its deliveries go with `prune`.
   */
  forget(repository: number): Promise<void>;
};

type Claim = { now: number; leaseMs: number; types: readonly Effect["type"][]; owner: string };

/** Where things are kept. Two implementations, one contract suite (test/database/contract.ts). */
export type Store = {
  /** Resolves when the delivery is on disk. Group commit: what arrives during a write shares the next. */
  accept(delivery: Delivery): Promise<"stored" | "repeated">;
  /**
   * Leases the oldest due delivery, or gives undefined. Of each source one at a time, in the order of arrival;
   * one that waits for a retry is overtaken.
   */
  claimDelivery(claim: { now: number; leaseMs: number }): Promise<ClaimedDelivery | undefined>;
  /** `failed` is final, too: the delivery is kept with its note until somebody replays it. */
  finishDelivery(source: string, id: string, handled: Handled): Promise<void>;
  releaseDelivery(source: string, id: string, back: Back): Promise<void>;
  /** Makes a handled or failed delivery due again, with all its tries. False when there is none to replay. */
  replayDelivery(source: string, id: string, dueAt: number): Promise<boolean>;
  deliveries(): Promise<{ waiting: number; failed: number }>;
  /** Newest first. */
  failedDeliveries(limit: number): Promise<FailedDelivery[]>;
  /**
   * Forgets deliveries that were handled or given up and were received before this time, and the keys of signals that
   * were seen before it; gives the number of deliveries.
   * Incidents and events are the audit trail, and stay.
   */
  prune(before: number): Promise<number>;

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  /**
   * Leases the oldest due job of the given types, or gives undefined. An expired lease is free again.
   * Never two of the same incident and the same types at once, so the effects of one incident run in their order;
   * one that waits for a retry is overtaken.
   */
  claim(claim: Claim): Promise<Job | undefined>;
  /** Extends a lease. False when it was lost. */
  renew(id: string, attempt: number, leasedUntil: number): Promise<boolean>;
  /** Gives a lease back; changes nothing when it was lost. */
  release(id: string, attempt: number, back: Back): Promise<void>;

  /**
   * Leases the oldest due task, or gives undefined. An expired lease is free again. A task of a repository that is
   * suspended or removed waits, unless it is `forget`.
   */
  claimTask(claim: { now: number; leaseMs: number; owner: string }): Promise<ClaimedTask | undefined>;
  /** Extends a lease. False when it was lost. */
  renewTask(id: string, attempt: number, leasedUntil: number): Promise<boolean>;
  /** Gives a lease back; changes nothing when it was lost. */
  releaseTask(id: string, attempt: number, back: Back): Promise<void>;
  /** `broken` tasks are never claimed, because this version cannot read them; wanted again, they are whole again. */
  tasks(): Promise<{ waiting: number; leased: number; broken: number }>;

  /** When the next job, task or delivery becomes due (for a leased one: is free again), counting only times later than `after`. */
  nextDue(after?: number): Promise<number | undefined>;

  incident(id: IncidentId): Promise<Incident | undefined>;
  /** As `Tx.find`, of what was committed, without a lock. */
  find(address: Address): Promise<Incident | undefined>;
  /** Newest first. */
  /** `since`: only those that were opened or closed since then. */
  incidents(filter: { open?: boolean; repository?: number; since?: number; limit: number }): Promise<Incident[]>;
  /** What counts before a failure of this repository is taken on at `now`. */
  activity(repository: Repository, fingerprint: Fingerprint, now: number): Promise<Activity>;
  /** The incidents that were taken on since then. */
  startedSince(at: number): Promise<Set<IncidentId>>;
  /** In the order they were applied. */
  events(incident: IncidentId): Promise<LoggedEvent[]>;
  /** `broken` jobs are kept but never claimed: this version cannot read their effect. */
  jobs(): Promise<{ waiting: number; leased: number; broken: number }>;

  standing(repository: number): Promise<Standing | undefined>;
  /** Upper and lower case are the same, as on GitHub. Where a name was given away, the newest active repository. */
  standingByName(owner: string, name: string): Promise<Standing | undefined>;
  /** All that are active, in the order of their ids. */
  activeRepositories(): Promise<Repository[]>;
  /** In the order of their ids. */
  standings(filter?: { status?: Standing["status"]; installation?: number }): Promise<Standing[]>;
  /**
   * Marks an installation and what is known to be in it, and gives the repositories whose status changed. `suspended`
   * applies to active ones, `active` to suspended ones, `removed` to all. While it is not active, effects and tasks of its
   * repositories are not claimed; when it is removed, its tasks are dropped. `at` becomes `removedAt`.
   */
  markInstallation(installation: number, status: Standing["status"], at: number): Promise<Repository[]>;
  /** Marks one repository alike, and gives it; undefined when it is not known. */
  markRepository(repository: number, status: Standing["status"], at: number): Promise<Repository | undefined>;
  /**
   * Marks a repository as active, known before or not. Whatever is kept about it has its present name, owner and
   * installation from now on.
   */
  remember(repository: Repository): Promise<void>;
  gate(repository: number, pull: number): Promise<GateRecord | undefined>;
  /** Newest first. */
  gates(filter: GateFilter): Promise<GateRecord[]>;
  /** Of active repositories, the one decided longest ago first. */
  openGates(filter?: { installation?: number; repository?: number; head?: string }): Promise<OpenGate[]>;

  /** Throws when the store cannot be read or written. */
  check(): Promise<void>;
  /** Ends what was accepted, then closes. Everything fails afterwards. */
  close(): Promise<void>;
};
