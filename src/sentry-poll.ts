import type { Store } from "./database/store.ts";
import type { Log } from "./domain/log.ts";
import { retryTime } from "./domain/postponed.ts";
import { every } from "./queue/every.ts";
import type { ListedIssue, SentryApi } from "./sentry-api.ts";
import { repositoryFor } from "./sources.ts";
import type { Source } from "./sources.ts";
import { scrub } from "./webhooks/scrub.ts";

type Options = {
  store: Store;
  sources: readonly Source[];
  sentry: (source: Source) => SentryApi | undefined;
  /** Something was stored. */
  accepted: () => void;
  now: () => number;
  log: Log;
};

export type SentryPoll = {
  start(): void;
  stop(): void;
  /** One look at every source with a token; for whoever cannot wait. Never throws. */
  poll(): Promise<void>;
};

const everyMs = 10 * 60_000;

/**
 * Finds what Sentry's webhooks lost: an internal integration is told once, and never again. What it finds is stored as if
 * it had been sent.
 */
export function createSentryPoll(options: Options): SentryPoll {
  const waits = new Map<string, number>();
  let stop: () => void = () => undefined;
  let polling: Promise<void> | undefined;
  const poll = (): Promise<void> => {
    polling ??= pollAll(options, waits).finally(() => (polling = undefined));
    return polling;
  };
  return {
    start() {
      if (!options.sources.some((source) => source.sentry)) return;
      stop = every(everyMs, () => void poll());
      void poll();
    },
    stop: () => stop(),
    poll,
  };
}

async function pollAll(options: Options, waits: Map<string, number>): Promise<void> {
  const { sources, sentry, now, log } = options;
  for (const source of sources) {
    const api = sentry(source);
    if (!api || (waits.get(source.name) ?? 0) > now()) continue;
    try {
      const found = await pollOne(source, api, options);
      log.debug({ source: source.name, found }, "asked Sentry for what was lost");
    } catch (error) {
      const retryAt = retryTime(error);
      if (retryAt !== undefined) waits.set(source.name, retryAt);
      log.warn({ source: source.name, retryAt, err: error }, "Sentry could not be asked for what was lost");
    }
  }
}

async function pollOne(source: Source, api: SentryApi, options: Options): Promise<number> {
  const projects = Object.keys(source.projects);
  const asked = projects.includes("*") ? [undefined] : projects;
  let found = 0;
  for (const project of asked) {
    for (const issue of await api.recentIssues(project)) {
      if (await isKnown(issue, source, options)) continue;
      found += await store(issue, source, { api, options });
    }
  }
  return found;
}

/** An issue that is known, and did not come back after its incident was closed, is no news. */
async function isKnown({ id, substatus, project }: ListedIssue, source: Source, { store }: Options): Promise<boolean> {
  const [owner = "", name = ""] = (repositoryFor(source, project.slug) ?? "").split("/");
  const standing = await store.standingByName(owner, name);
  // The delivery would only be explained and ignored, every ten minutes.
  if (standing?.status !== "active") return true;
  const { repository } = standing;
  const incident = await store.transaction((tx) => tx.findNamed(repository.id, [`${source.name}/sentry:${id}`]));
  if (!incident) return false;
  return incident.state.phase !== "closed" || substatus !== "regressed";
}

async function store(
  { id, project }: ListedIssue,
  source: Source,
  { api, options }: { api: SentryApi; options: Options },
): Promise<number> {
  const { eventId, event } = await api.latestEvent(id);
  // The event API names neither the issue nor the project as webhooks do.
  const named = { ...event, issue_id: id, project_slug: project.slug, project: project.slug };
  const payload = scrub({ action: "triggered", data: { event: named } });
  const kept = await options.store.accept({
    source: source.name,
    id: `poll:${id}:${eventId}`,
    event: "event_alert",
    body: Buffer.from(JSON.stringify(payload)),
    receivedAt: options.now(),
  });
  if (kept === "stored") options.accepted();
  return kept === "stored" ? 1 : 0;
}
