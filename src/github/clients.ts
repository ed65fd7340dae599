import type { Log } from "../domain/log.ts";
import type { Repository } from "../domain/repository.ts";
import { createAppJwt } from "./app-jwt.ts";
import { createConditional } from "./conditional.ts";
import { createGranted } from "./granted.ts";
import type { Permissions } from "./granted.ts";
import { PlainOctokit } from "./octokit.ts";
import type { AppIdentity, KnownComment, Octokit, Self } from "./octokit.ts";
import { createPacer, githubWriteLimits } from "./pacer.ts";
import type { WriteLimits } from "./pacer.ts";
import { createPauses } from "./rate-limit.ts";
import { watchRequests } from "./requests.ts";
import { createTokens } from "./tokens.ts";
import type { Scope } from "./tokens.ts";

export type ClientOptions = {
  appId: number | string;
  /** PEM. */
  privateKey: string;
  /** Base of the REST API, for GitHub Enterprise Server or a stand-in. Default: https://api.github.com */
  baseUrl?: string;
  log: Pick<Log, "debug" | "warn">;
  now: () => number;
  fetch?: typeof fetch;
  /** Default: GitHub's own limits, or none where `baseUrl` is this machine. */
  limits?: WriteLimits;
};

/**
 * Clients for GitHub. Their requests throw `Postponed` at a rate limit, `NoAccess` where the App is not installed, and
 * otherwise an error that names the request, with octokit's own as its cause (see `errorKind`). Nothing is retried but
 * one refused token: the queue retries.
 */
export type Clients = {
  /** Calls as the App itself (`/app/…` only). */
  app(): Octokit;
  /** Calls on one repository, with a token that reaches no other and may do no more than `scope` says. */
  for(repository: Repository, scope: Scope): Promise<Octokit>;
  /** The same for another repository of an installation, by its name. */
  forName(installation: number, owner: string, name: string, scope: Scope): Promise<Octokit>;
  /** What an installation has granted the App, as `{ members: "read" }`. Remembered for ten minutes. */
  granted(installation: number): Promise<Permissions>;
  /** Its permissions have changed: tokens and what is remembered of it are asked for again. */
  forget(installation: number): void;
  /** A token that reads the repository's contents, for git over HTTPS (user name `x-access-token`). */
  gitToken(repository: Repository): Promise<string>;
  /** One request per process. */
  identity(): Promise<AppIdentity>;
  /** Requests sent so far by repository id, those for tokens included. */
  requests(): ReadonlyMap<number, number>;
  /** Those among them that were answered "not modified", which count against no limit. */
  unchanged(): ReadonlyMap<number, number>;
};

/** What each decision reads again, and mostly finds unchanged. */
const readAgain: ReadonlySet<Scope> = new Set(["govern", "report"]);

export function createClients(options: ClientOptions): Clients {
  const { log, now } = options;
  const baseUrl = options.baseUrl?.replace(/\/$/, "");
  const limits = options.limits ?? (isLoopback(baseUrl) ? undefined : githubWriteLimits);
  const pace = limits && createPacer(limits, now);
  const counts = new Map<number, number>();
  const shared = { log, now, pauses: createPauses(now), counts, ...(pace && { pace }) };
  const settings = settingsOf(options, baseUrl);
  const auth = { appId: options.appId, createJwt: createAppJwt(options.privateKey, now) };
  const asApp = (repository?: Repository): Octokit => {
    const octokit = Object.assign(new PlainOctokit({ ...settings, auth }), { self });
    return watchRequests(octokit, { ...shared, ...(repository && { repository }) });
  };
  const granted = createGranted(() => asApp(), now);
  const tokens = createTokens({ app: asApp, granted: async (installation) => granted.get(installation), now });
  const conditional = createConditional(options.fetch ?? fetch);
  const self: Self = {
    identity: once(() => readIdentity(asApp())),
    comments: createKnownComments(),
    knownLabels: new Set(),
  };

  const asInstallation = (repository: Repository, scope: Scope): Octokit => {
    const request = readAgain.has(scope) && { request: { fetch: conditional.fetchFor(repository, scope) } };
    const octokit = new PlainOctokit({ ...settings, ...request, authStrategy: undefined });
    const token = {
      get: () => tokens.get(repository, scope),
      forget: (value: string) => tokens.forget(repository, scope, value),
    };
    return watchRequests(Object.assign(octokit, { self }), { ...shared, repository, token });
  };

  return {
    app: () => asApp(),
    async for(repository, scope) {
      // Asked for now, so that missing access shows before any work is done.
      await tokens.get(repository, scope);
      return asInstallation(repository, scope);
    },
    async forName(installation, owner, name, scope) {
      return asInstallation(await tokens.find({ installation, owner, name }, scope), scope);
    },
    granted: (installation) => granted.get(installation),
    forget(installation) {
      granted.forget(installation);
      tokens.forgetAll(installation);
    },
    gitToken: (repository) => tokens.get(repository, "git"),
    identity: () => self.identity(),
    requests: () => new Map(counts),
    unchanged: () => conditional.unchanged(),
  };
}

function settingsOf({ fetch: send, log }: ClientOptions, baseUrl: string | undefined) {
  return {
    ...(baseUrl && { baseUrl }),
    ...(send && { request: { fetch: send } }),
    userAgent: "self-heal",
    // Octokit's plugins log request bodies; `watchRequests` logs what we want to know.
    log: { debug() {}, info() {}, warn: (message: string) => log.warn({ message }, "octokit warns"), error() {} },
  };
}

async function readIdentity(octokit: Octokit): Promise<AppIdentity> {
  const { data } = await octokit.rest.apps.getAuthenticated();
  if (!data?.slug) throw new Error("GitHub did not say who the App is");
  return { id: data.id, slug: data.slug, login: `${data.slug}[bot]` };
}

/** Calls `read` until it succeeded once. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return async () => {
    known ??= read().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

/** Where our comments are; a forgotten one only costs a search. */
function createKnownComments(limit = 5_000): Self["comments"] {
  const known = new Map<string, KnownComment>();
  return {
    get: (key) => known.get(key),
    set(key, comment) {
      known.delete(key);
      known.set(key, comment);
      const [oldest] = known.keys();
      if (known.size > limit && oldest !== undefined) known.delete(oldest);
    },
  };
}

function isLoopback(baseUrl: string | undefined): boolean {
  return baseUrl !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(baseUrl).hostname);
}
