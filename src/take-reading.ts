import type { Delivery, Handled, Store } from "./database/store.ts";
import { retryTime } from "./domain/postponed.ts";
import type { Log } from "./domain/log.ts";
import type { Repository } from "./domain/repository.ts";
import { Signal } from "./domain/signal.ts";
import { openSignal } from "./open-signal.ts";
import { dispatch } from "./queue/dispatch.ts";
import { repositoryFor } from "./sources.ts";
import type { Source } from "./sources.ts";
import type { SentryApi } from "./sentry-api.ts";
import { scrub } from "./webhooks/scrub.ts";
import type { Reading, Report, Sender, SenderKind } from "./webhooks/sender.ts";

export type ReadingOptions = {
  store: Store;
  sources: readonly Source[];
  senders: { readonly [K in SenderKind]: Sender };
  /** Where a Sentry source has a token: whom to ask for the event behind an issue. */
  sentry: (source: Source) => SentryApi | undefined;
  /** UTC milliseconds. */
  now: () => number;
  /** Something was queued. */
  queued: () => void;
  log: Log;
};

export type Readings = {
  /** Puts what a monitor's delivery meant into the store. Run again, it changes nothing twice. */
  handle(delivery: Delivery): Promise<Handled>;
};

type Of<K extends Reading["kind"]> = Extract<Reading, { kind: K }>;
type Place = { source: Source; repository: Repository; key: string };
type Taker<K extends Reading["kind"]> = (reading: Of<K>, place: Place, options: ReadingOptions) => Promise<string>;

const takers: { [K in Exclude<Reading["kind"], "ignored">]: Taker<K> } = {
  report: ({ report }, place, { store, now }) =>
    openSignal(store, { key: place.key, signal: signalOf(report, place) }, now()),
  alert: takeAlert,
  async resolved({ alias, by }, { source, repository, key }, { store, now }) {
    const name = nameOf(source, alias);
    const incident = await store.transaction((tx) => tx.findNamed(repository.id, [name]));
    if (!incident) return "ignored: nothing that we know of is over by this";
    const event = { type: "resolvedElsewhere", by: by ?? source.name } as const;
    await dispatch(store, { key, address: { kind: "incident", id: incident.id }, event }, now());
    return `noted for incident ${incident.id} that ${source.name} calls it resolved`;
  },
};

/** Deliveries of monitors: which repository they are about says the configuration, never the payload. */
export function createReadings(options: ReadingOptions): Readings {
  return {
    async handle(delivery) {
      const source = options.sources.find(({ name }) => name === delivery.source);
      if (!source)
        return { state: "ignored", note: `there is no source ${delivery.source} any more; see SELF_HEAL_SOURCES` };
      const readings = read(JSON.parse(delivery.body.toString("utf8")), source, { delivery, options });
      const said: string[] = [];
      for (const [n, reading] of readings.entries()) {
        const key = `delivery:${source.name}:${delivery.id}:${n}`;
        said.push(await take(await whole(reading, source, { delivery, options }), { source, key }, options));
      }
      options.queued();
      const ignored = said.every((one) => one.startsWith("ignored"));
      return {
        state: ignored ? "ignored" : "done",
        note: said.join("; ").slice(0, 2_000) || "the payload says nothing",
      };
    },
  };
}

type Handling = { delivery: Delivery; options: ReadingOptions };

function read(payload: unknown, { kind, sentry }: Source, { delivery, options }: Handling): Reading[] {
  return options.senders[kind].read(payload, {
    // What is kept of a delivery's headers is the one that says what it is about.
    headers: { "sentry-hook-resource": delivery.event },
    at: delivery.receivedAt,
    ownApplication: sentry?.ownApplication,
  });
}

async function take(reading: Reading, place: Omit<Place, "repository">, options: ReadingOptions): Promise<string> {
  if (reading.kind === "ignored") return `ignored: ${reading.why}`;
  const { source } = place;
  const project = reading.kind === "report" ? reading.report.project : reading.project;
  const mapped = repositoryFor(source, project);
  if (mapped === undefined) {
    options.log.warn({ source: source.name, project }, "no repository is configured for this project");
    return `ignored: no repository is configured for project ${project} of source ${source.name}; add it to SELF_HEAL_SOURCES`;
  }
  const [owner = "", name = ""] = mapped.split("/");
  const standing = await options.store.standingByName(owner, name);
  if (standing?.status !== "active")
    return `ignored: the App is not installed on ${mapped}; install it there, or correct SELF_HEAL_SOURCES`;
  // TypeScript cannot correlate the kind with its taker; the table's type already did.
  const taker = takers[reading.kind] as Taker<Exclude<Reading["kind"], "ignored">>;
  return taker(reading, { ...place, repository: standing.repository }, options);
}

/** So long a delivery waits for Sentry's API before it goes on with what it says itself. */
const patienceMs = 10 * 60_000;

/** Sentry's issue webhooks have no frames: the event behind the issue has. */
async function whole(reading: Reading, source: Source, handling: Handling): Promise<Reading> {
  const { delivery, options } = handling;
  const api = options.sentry(source);
  if (!api || reading.kind !== "report" || !reading.report.event || reading.report.frames.length > 0) return reading;
  const { issueId } = reading.report.event;
  try {
    return withEvent(reading, (await api.latestEvent(issueId)).event, { source, handling });
  } catch (error) {
    if (retryTime(error) !== undefined && options.now() - delivery.receivedAt < patienceMs) throw error;
    options.log.warn({ source: source.name, issue: issueId, err: error }, "the event behind an issue cannot be read");
    return reading;
  }
}

/** What the event says, under the names that the issue has. */
function withEvent(
  reading: Of<"report">,
  event: object,
  { source, handling: { delivery, options } }: { source: Source; handling: Handling },
): Reading {
  const payload = { action: "triggered", data: { event: scrub(event) } };
  const [full] = read(payload, source, { delivery: { ...delivery, event: "event_alert" }, options });
  if (full?.kind !== "report") return reading;
  const { project, alias, level, url } = reading.report;
  const known = { project, ...(alias !== undefined && { alias }), ...(level && { level }), ...(url && { url }) };
  return { kind: "report", report: { ...full.report, ...known } };
}

function signalOf(report: Report, { source, repository }: Place): Signal {
  const { project, alias, event: _event, ...reported } = report;
  return Signal.parse({
    ...reported,
    repository,
    origin: { kind: "monitor", source: source.name, sender: source.kind, project },
    trust: "telemetry",
    ...(alias !== undefined && { aliases: [alias] }),
  });
}

/** What `findNamed` knows an alias by: two sources may use the same one for different things. As in `dispatch.ts`. */
function nameOf(source: Source, alias: string): string {
  return `${source.name}/${alias}`;
}

/** Evidence for the failure that is open in the same place; without one, a failure of its own where it is grave. */
async function takeAlert(alert: Of<"alert">, place: Place, { store, now }: ReadingOptions): Promise<string> {
  const { source, repository, key } = place;
  const { alias, title, detail, url, severity, project } = alert;
  const name = nameOf(source, alias);
  const open = await store.incidents({ open: true, repository: repository.id, limit: 50 });
  const own = groupOf(alert);
  const incident = open.find(
    ({ signal }) => isAt(signal, project) && !(signal.group === own && signal.origin.kind === "monitor"),
  );
  if (incident) {
    const event = { type: "evidenceArrived", title, detail, ...(url && { url }), severity } as const;
    await dispatch(store, { key, address: { kind: "incident", id: incident.id }, event }, now());
    await store.transaction((tx) => tx.addNames(incident, [name]));
    return `evidence for incident ${incident.id}`;
  }
  if (severity !== "error" && severity !== "critical")
    return `ignored: a ${severity} alert, and no failure of ${project} is open that it could be evidence for`;
  return openSignal(store, { key, signal: signalOfAlert(alert, place) }, now());
}

/** Message only: what an alert says is never enough to start a fix by itself. */
function signalOfAlert(alert: Of<"alert">, { source, repository }: Place): Signal {
  const { alias, title, detail, url, severity, project, at } = alert;
  return Signal.parse({
    origin: { kind: "monitor", source: source.name, sender: source.kind, project },
    repository,
    title: title || "alert",
    message: detail ? `${title}\n${detail}`.slice(0, 20_000) : title,
    frames: [],
    group: groupOf(alert),
    level: severity === "critical" ? "fatal" : "error",
    ...(url && { url }),
    aliases: [alias],
    trust: "telemetry",
    at,
  });
}

/** The same alert that fires again is the same failure. */
function groupOf({ project, title }: Of<"alert">): string {
  return `alert:${project}:${title}`.slice(0, 300);
}

function isAt({ origin, environment }: Signal, project: string): boolean {
  return (origin.kind === "monitor" && origin.project === project) || environment === project;
}
