import { createHash } from "node:crypto";
import type { Tx } from "../database/store.ts";
import type { Event } from "../domain/event.ts";
import type { Incident, IncidentId } from "../domain/incident.ts";
import { Policy } from "../domain/policy.ts";
import type { Repository } from "../domain/repository.ts";
import { isSampled, withSample } from "../domain/samples.ts";
import { Fingerprint } from "../domain/signal.ts";
import type { Signal } from "../domain/signal.ts";
import type { Standing } from "../domain/standing.ts";
import { fresh } from "../domain/step.ts";
import { countedInStorm, isStorm, stormThreshold } from "../domain/storm.ts";

type Failure = { signal: Signal; fingerprint: Fingerprint };
type Circumstances = { at: number; newId: () => IncidentId };

/**
 * The storm incident that a new failure counts for instead of opening an incident of its own: while a storm lasts, or
 * when this one makes it a storm. Undefined where there is none. What a person asks for is never part of a storm.
 */
export async function stormFor(
  tx: Tx,
  { signal }: Failure,
  circumstances: Circumstances,
): Promise<Incident | undefined> {
  const { origin, repository } = signal;
  if (origin.kind === "issue" || origin.kind === "local") return undefined;
  const standing = (await tx.standing(repository.id)) ?? { repository, status: "active" as const };
  return (await going(tx, standing, circumstances.at)) ?? begin(tx, standing, circumstances);
}

async function going(tx: Tx, { storm }: Standing, at: number): Promise<Incident | undefined> {
  if (!storm || storm.until <= at) return undefined;
  const incident = await tx.find({ kind: "incident", id: storm.incident });
  return incident?.state.phase === "closed" ? undefined : incident;
}

async function begin(tx: Tx, standing: Standing, { at, newId }: Circumstances): Promise<Incident | undefined> {
  const { repository } = standing;
  const { intake } = standing.policy?.policy ?? Policy.parse({});
  const openings = await tx.openings(repository.id, at);
  if (!isStorm(openings, intake)) return undefined;
  const storm = (await unclosed(tx, repository)) ?? (await insert(tx, repository, { at, newId }));
  const until = at + intake.stormMinutes * 60_000;
  await tx.saveStanding({ ...standing, storm: { since: at, until, incident: storm.id } });
  await tx.enqueue(storm.id, { type: "report" }, at);
  const note = noteOf(Math.floor(stormThreshold(openings, intake)), intake.stormMinutes);
  return { ...storm, state: { phase: "held", reason: "storm", note, untriaged: {}, tries: fresh } };
}

/** Counts one more report for a storm, and has people told when it begins and at the 10th, 100th, … report. */
export async function countForStorm(
  tx: Tx,
  storm: Incident,
  { signal, fingerprint, at }: Failure & { at: number },
): Promise<Incident> {
  const isNew = await tx.countInStorm(storm, fingerprint);
  const { failures } = storm.storm ?? none;
  const n = failures === 0 ? 1 : storm.signals + 1;
  const next: Incident = {
    ...storm,
    signals: n,
    samples: withSample(storm.samples ?? [], signal, { n, at }),
    storm: countedInStorm(storm.storm ?? none, { fingerprint, title: signal.title, isNew }),
    lastSeenAt: at,
    changedAt: at,
  };
  await tx.saveIncident(next);
  if (isSampled(n)) await tx.enqueue(storm.id, { type: "report" }, at);
  return next;
}

/** A person's word on a storm's incident that nothing is the matter any more: failures open incidents again. */
export async function endStorm(tx: Tx, { id, signal, storm }: Incident, event: Event): Promise<void> {
  if (!storm || !ending.includes(event.type)) return;
  const standing = await tx.standing(signal.repository.id);
  if (standing?.storm?.incident !== id) return;
  const { storm: _, ...calm } = standing;
  await tx.saveStanding(calm);
}

const ending: readonly Event["type"][] = ["goAsked", "stopAsked", "notABugSaid", "takenOver"];
const none = { failures: 0, titles: [] };

/** The one of an earlier storm, where nobody has closed it: people follow one issue, not one per hour. */
async function unclosed(tx: Tx, repository: Repository): Promise<Incident | undefined> {
  const found = await tx.find({
    kind: "fingerprint",
    repository: repository.id,
    fingerprint: fingerprintOf(repository),
  });
  return found?.state.phase === "closed" ? undefined : found;
}

async function insert(tx: Tx, repository: Repository, { at, newId }: Circumstances): Promise<Incident> {
  const storm: Incident = {
    id: newId(),
    fingerprint: fingerprintOf(repository),
    signal: {
      origin: { kind: "storm" },
      repository,
      title: "Storm of new failures",
      message: "Many new failures within ten minutes.",
      frames: [],
      trust: "telemetry",
      at,
    },
    signals: 1,
    storm: none,
    // Nothing to fix: whoever says go has triage end it.
    state: { phase: "held", reason: "storm", note: "", untriaged: {}, tries: fresh },
    requesters: [],
    pushers: [],
    openedAt: at,
    changedAt: at,
  };
  await tx.insertIncident(storm);
  return storm;
}

function noteOf(limit: number, minutes: number): string {
  return `More than ${limit} new failures within ten minutes. For ${minutes} minutes nothing is fixed, and new failures are only counted here.`;
}

/** One per repository. */
function fingerprintOf({ id }: Repository): Fingerprint {
  const hash = createHash("sha256")
    .update(JSON.stringify([id, "storm"]))
    .digest("hex");
  return Fingerprint.parse(`v1:${hash.slice(0, 32)}`);
}
