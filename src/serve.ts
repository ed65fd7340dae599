import { join } from "node:path";
import type { Logger } from "pino";
import { Probot } from "probot";
import { createApp } from "./app.ts";
import type { Config, Credentials } from "./config.ts";
import { openEmbedded } from "./database/embedded.ts";
import type { Store } from "./database/store.ts";
import { createDeliveries } from "./deliveries.ts";
import { createClients } from "./github/clients.ts";
import type { Clients } from "./github/clients.ts";
import { checkGitHub } from "./github/readiness.ts";
import { createTally, tallyText } from "./intake.ts";
import type { Tally } from "./intake.ts";
import { createGithubIntake } from "./intake-github.ts";
import { createSenderIntake } from "./intake-senders.ts";
import { listen } from "./listen.ts";
import { createQueue } from "./create-queue.ts";
import type { Parts, Queue } from "./create-queue.ts";
import { createInbox } from "./queue/inbox.ts";
import type { Inbox } from "./queue/inbox.ts";
import type { Upkeep } from "./queue/upkeep.ts";
import { createSentryApi } from "./sentry-api.ts";
import { createSentryPoll } from "./sentry-poll.ts";
import type { SentryPoll } from "./sentry-poll.ts";
import { createApi } from "./server/api.ts";
import { createHealth } from "./server/health.ts";
import type { Checks, Health } from "./server/health.ts";
import type { Source } from "./sources.ts";
import { createReadings } from "./take-reading.ts";
import type { ReadingOptions } from "./take-reading.ts";
import { githubEventNames } from "./webhooks/github.ts";
import { senders } from "./webhooks/senders.ts";
import { createWorkshop } from "./workshop.ts";
import type { Workshop } from "./effects/deps.ts";

export type Serving = {
  /** Base URL the server listens on. */
  url: string;
  store: Store;
  clients: Clients;
  health: Health;
  /** The sweeps, which run by themselves; here for whoever cannot wait. */
  upkeep: Upkeep;
  /** Asks Sentry by itself, too. */
  sentryPoll: Pick<SentryPoll, "poll">;
  /** Resolves when no delivery and no effect is due; delayed ones don't count. */
  idle(): Promise<void>;
  /** Answers what has arrived, gives leases back, and closes the store. */
  close(): Promise<void>;
};

type Options = {
  log: Logger;
  now?: () => number;
  /** Another sandbox and engine than the configuration's, for measurements. */
  workshop?: Workshop;
  /** How long webhooks that lead to the same task are collected. Default: 2 seconds. */
  debounceMs?: number;
};

/** Wires the rooms and starts serving. Checks run in the background: it listens before they are through. */
export async function serve(
  config: Config & { credentials: Credentials },
  { log, now = Date.now, workshop: given, debounceMs = 2_000 }: Options,
): Promise<Serving> {
  const { appId, privateKey, webhookSecret } = config.credentials;
  const store = await openEmbedded({ directory: join(config.dataDirectory, "store") });
  const clients = createClients({ appId, privateKey, baseUrl: config.githubApiUrl, log, now });
  const workshop = given ?? createWorkshop(config, { log, token: async (repository) => clients.gitToken(repository) });
  const self: Self = {};
  const common = { config, store, clients, log, now };
  const queue = createQueue(common, workshop);
  const sentry = ({ sentry: access }: Source) => access && createSentryApi(access, now);
  const inbox = await createReplay({ ...common, queue, self, debounceMs, sentry });
  const tally = createTally();
  const health = createHealth(checks({ store, workshop, clients, self, tally }), { now, everySeconds: 30 });
  const accepted = () => inbox.wake();
  const { sources } = config;
  const keeping = { store, accepted, tally, now, log };
  const github = createGithubIntake({ ...keeping, secrets: [webhookSecret], events: eventNames() });
  const monitors = createSenderIntake({ ...keeping, sources, senders });
  const sentryPoll = createSentryPoll({ store, sources, sentry, accepted, now, log });
  const api = createApi({ store, ...(config.apiToken && { token: config.apiToken }) });

  const server = await listen(config, {
    handlers: [(request, response) => health.handle(request, response), api, monitors, github],
    log,
  });
  void health.refresh();
  inbox.wake();
  queue.start();
  sentryPoll.start();
  log.info({ url: server.url, label: config.label, enabled: config.enabled, model: config.model }, "listening");
  const close = async () => {
    queue.stopSweeps();
    sentryPoll.stop();
    health.close();
    await server.close();
    await inbox.stop();
    await queue.stop();
    await workshop.sandbox.close();
    await store.close();
  };
  const idle = async () => {
    // Handling a delivery queues effects and tasks: the inbox must be quiet first.
    await inbox.idle();
    await queue.idle();
  };
  return { url: server.url, store, clients, health, upkeep: queue.upkeep, sentryPoll, idle, close };
}

/** Our own App's user, known once GitHub has been asked. */
type Self = { login?: string };

/** The inbox replays stored deliveries into Probot, whose handlers put what they meant back into the store. */
async function createReplay({
  config,
  store,
  clients,
  queue,
  self,
  log,
  now,
  debounceMs,
  sentry,
}: Parts & { log: Logger } & Pick<ReadingOptions, "sentry"> & {
    queue: Queue;
    self: Self;
    debounceMs: number;
  }): Promise<Inbox> {
  const { appId, privateKey, webhookSecret: secret } = config.credentials;
  const permissionsChanged = (installation: number) => clients.forget(installation);
  const queued = () => queue.wake();
  const readings = createReadings({ store, sources: config.sources, senders, sentry, now, queued, log });
  const deliveries = createDeliveries({ store, now, queued, permissionsChanged, debounceMs, readings });
  const quiet = log.child({ name: "probot" }, { level: "warn" });
  const probot = new Probot({ appId, privateKey, secret, baseUrl: config.githubApiUrl, log: quiet });
  const context = () => ({ label: config.label, appId, ...(self.login && { botLogin: self.login }), at: now() });
  await probot.load(createApp({ context, accept: async (id, inbound) => deliveries.accept(id, inbound) }));
  return createInbox({ store, handle: async (delivery) => deliveries.handle(probot, delivery), log, now });
}

type Wired = { store: Store; workshop: Workshop; clients: Clients; self: Self; tally: Tally };

/** What readiness means: each part can do its work, or says why not and what helps. */
function checks({ store, workshop: { sandbox, engine }, clients, self, tally }: Wired): Checks {
  return {
    intake: () => Promise.resolve({ ok: true, note: tallyText(tally) }),
    database: () => store.check().then(() => ({ ok: true, note: "embedded store, readable and writable" })),
    queue: async () => {
      const [jobs, tasks] = await Promise.all([store.jobs(), store.tasks()]);
      const waiting = `${jobs.waiting} effects and ${tasks.waiting} tasks waiting, ${jobs.leased + tasks.leased} running`;
      const broken = jobs.broken + tasks.broken;
      return { ok: broken === 0, note: `${waiting}, ${broken} broken` };
    },
    sandbox: () =>
      sandbox
        .check()
        .then((health) =>
          health.ok ? { ok: true, note: health.note } : { ok: false, note: `${health.problem} ${health.remedy}` },
        ),
    github: async () => {
      const health = await checkGitHub(clients);
      if (!health.ok) return { ok: false, note: `${health.problem} ${health.remedy}` };
      self.login = (await clients.identity()).login;
      return { ok: true, note: health.note };
    },
    model: () =>
      engine
        .check()
        .then((health) => (health.ok ? { ok: true, note: "reachable" } : { ok: false, note: health.problem })),
  };
}

/** `issues.labeled` and its like arrive under the event's own name. */
function eventNames(): ReadonlySet<string> {
  return new Set(githubEventNames.map((name) => name.split(".")[0] ?? name));
}
