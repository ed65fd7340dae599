import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Logger } from "pino";
import { Probot } from "probot";
import { createApp } from "./app.ts";
import type { Config, Credentials } from "./config.ts";
import { openEmbedded } from "./database/embedded.ts";
import type { Store } from "./database/store.ts";
import { createDeliveries } from "./deliveries.ts";
import type { Deps } from "./effects/deps.ts";
import { runEffect } from "./effects/run-effect.ts";
import { createClients } from "./github/clients.ts";
import type { Clients } from "./github/clients.ts";
import { checkGitHub } from "./github/readiness.ts";
import { createIntake } from "./intake.ts";
import { createInbox } from "./queue/inbox.ts";
import type { Inbox } from "./queue/inbox.ts";
import type { Run } from "./queue/run-job.ts";
import { createSweep } from "./queue/sweep.ts";
import type { Sweep } from "./queue/sweep.ts";
import { createWorker } from "./queue/worker.ts";
import type { Worker } from "./queue/worker.ts";
import { createHealth } from "./server/health.ts";
import type { Checks, Health } from "./server/health.ts";
import { githubEventNames } from "./webhooks/github.ts";
import { createWorkshop } from "./workshop.ts";
import type { Workshop } from "./effects/deps.ts";

export type Serving = {
  /** Base URL the server listens on. */
  url: string;
  store: Store;
  clients: Clients;
  health: Health;
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
};

/** Wires the rooms and starts serving. Checks run in the background: it listens before they are through. */
export async function serve(
  config: Config & { credentials: Credentials },
  { log, now = Date.now, workshop: given }: Options,
): Promise<Serving> {
  const { appId, privateKey, webhookSecret } = config.credentials;
  const store = await openEmbedded({ directory: join(config.dataDirectory, "store") });
  const clients = createClients({ appId, privateKey, baseUrl: config.githubApiUrl, log, now });
  const workshop = given ?? createWorkshop(config, { log, token: async (repository) => clients.gitToken(repository) });
  const self: Self = {};
  const queue = createQueue({
    config,
    store,
    deps: { ...workshop, clients, appId, confidenceThreshold: config.confidenceThreshold },
    log,
    now,
  });
  const inbox = await createReplay({ config, store, worker: queue.worker, self, log, now });
  const health = createHealth(checks({ store, workshop, clients, self }), { now, everySeconds: 30 });
  const accepted = () => inbox.wake();
  const intake = createIntake({ store, secrets: [webhookSecret], events: eventNames(), accepted, now, log });

  const server = await listen(config, { intake, health, log });
  void health.refresh();
  inbox.wake();
  queue.worker.wake();
  queue.sweep.start();
  const url = urlOf(server, config.host);
  log.info({ url, label: config.label, enabled: config.enabled, model: config.model }, "listening");
  const close = async () => {
    queue.sweep.stop();
    health.close();
    await closed(server);
    await inbox.stop();
    await queue.worker.stop();
    await workshop.sandbox.close();
    await store.close();
  };
  const idle = async () => {
    // Handling a delivery queues effects: the inbox must be quiet first.
    await inbox.idle();
    await queue.worker.idle();
  };
  return { url, store, clients, health, idle, close };
}

/** Our own App's user, known once GitHub has been asked. */
type Self = { login?: string };
type Common = { config: Config & { credentials: Credentials }; store: Store; log: Logger; now: () => number };

function createQueue({ config, store, deps, log, now }: Common & { deps: Deps }): { worker: Worker; sweep: Sweep } {
  const run: Run = async (incident, effect, signal) => runEffect(incident, effect, { signal, deps });
  const worker = createWorker({ store, run, log, heavy: config.concurrency, now });
  return { worker, sweep: createSweep({ store, wake: () => worker.wake(), log, now }) };
}

/** The inbox replays stored deliveries into Probot, whose handlers put what they meant back into the store. */
async function createReplay({
  config,
  store,
  worker,
  self,
  log,
  now,
}: Common & { worker: Worker; self: Self }): Promise<Inbox> {
  const { appId, privateKey, webhookSecret: secret } = config.credentials;
  const deliveries = createDeliveries({ store, log, now, queued: () => worker.wake() });
  const quiet = log.child({ name: "probot" }, { level: "warn" });
  const probot = new Probot({ appId, privateKey, secret, baseUrl: config.githubApiUrl, log: quiet });
  const context = () => ({ label: config.label, appId, ...(self.login && { botLogin: self.login }), at: now() });
  await probot.load(createApp({ context, accept: async (id, inbound) => deliveries.accept(id, inbound) }));
  return createInbox({ store, handle: async (delivery) => deliveries.handle(probot, delivery), log, now });
}

type Wired = { store: Store; workshop: Workshop; clients: Clients; self: Self };

/** What readiness means: each part can do its work, or says why not and what helps. */
function checks({ store, workshop: { sandbox, engine }, clients, self }: Wired): Checks {
  return {
    database: () => store.check().then(() => ({ ok: true, note: "embedded store, readable and writable" })),
    queue: async () => {
      const { waiting, leased, broken } = await store.jobs();
      return { ok: broken === 0, note: `${waiting} effects waiting, ${leased} running, ${broken} broken` };
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

function urlOf(server: Server, host: string): string {
  // A listening TCP server's address is an object, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

type Handlers = { intake: ReturnType<typeof createIntake>; health: Health; log: Logger };

async function listen({ host, port }: Config, { intake, health, log }: Handlers): Promise<Server> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    if (health.handle(request, response)) return;
    intake(request, response).then(
      (taken) => {
        if (!taken) response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found\n");
      },
      (error: unknown) => {
        log.warn({ err: error }, "request failed");
        if (!response.headersSent) response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
