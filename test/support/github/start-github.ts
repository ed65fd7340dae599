import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { startDeliveries } from "./deliveries.ts";
import type { Deliveries } from "./deliveries.ts";
import { governance } from "./governance.ts";
import { createGitHubServer } from "./http-server.ts";
import type { Traffic } from "./http-server.ts";
import { install, suspend, uninstall, unsuspend } from "./installations.ts";
import { newRepository } from "./new-repository.ts";
import { newAccount, newWorld } from "./new-world.ts";
import { viewRepository } from "./repository-view.ts";
import { sendExample } from "./send-example.ts";
import type {
  CiOptions,
  Conclusion,
  FakeGitHub,
  GitHubOptions,
  Permissions,
  RepositoryOptions,
  RepositoryView,
  User,
  Violation,
} from "./types.ts";
import { createUserClient } from "./user-client.ts";
import { finishRun, startRun } from "./workflow-runs.ts";
import { findAccount, findRepository } from "./world.ts";
import type { Account, Repository, World } from "./world.ts";

/**
 * A GitHub of our own on 127.0.0.1: REST, GraphQL, smart-HTTP git and webhooks over one state and real repositories.
 * Every request, answer and webhook is held against GitHub's published schemas; `assertValid` throws what did not fit.
 * Where it is stricter than GitHub on purpose: an installation token sees nothing outside its repositories, and a
 * parameter GitHub would ignore is a violation. Rules are enforced for merging through the API only, not for pushes.
 * Not there: forks, members of organizations, custom repository roles.
 */
export async function startGitHub(options: GitHubOptions = {}): Promise<FakeGitHub> {
  const clock = startClock(options.now);
  const { track, idle } = trackWork();
  const target = { url: options.webhook?.url };
  const traffic: Traffic = { requests: [], faults: [], rateLimit: options.rateLimit ?? 5000, track };
  let last: Promise<unknown> = Promise.resolve();
  let deliveries: Deliveries | undefined;
  const world = await newWorld(options, {
    url: "",
    now: clock.now,
    log: [],
    emit: (name, sent) => void deliveries?.emit(name, sent),
    redeliver: (id) => deliveries?.redeliver(id),
    later: (work) => track(work().catch((error: unknown) => world.violations.push(failure(error)))),
    exclusively: <T>(work: () => Promise<T>) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  });
  deliveries = startDeliveries(world, target, track);
  world.log = deliveries.log;
  const server = createGitHubServer(world, traffic).listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // an address object, since it listens on TCP
  const close = async () => {
    target.url = undefined;
    server.closeAllConnections();
    await new Promise((settle) => server.close(settle));
    await idle();
    await rm(world.root, { recursive: true, force: true });
  };
  return {
    ...describe(world, clock),
    ...actions(world, deliveries, target),
    ...governance(world),
    ...inspection(world, traffic),
    idle,
    close,
  };
}

const failure = (error: unknown): Violation => ({
  kind: "response",
  what: "work in the background",
  errors: [String(error)],
});

function startClock(start = new Date()) {
  const began = performance.now();
  let offset = 0;
  return {
    now: () => new Date(start.getTime() + offset + (performance.now() - began)),
    advance: (milliseconds: number) => {
      offset += milliseconds;
    },
  };
}

/** Counts what is under way: requests being answered, deliveries, CI. */
function trackWork() {
  const running = new Set<Promise<unknown>>();
  return {
    track: (work: Promise<unknown>): void => {
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    /** One thing leads to another, so it looks again until nothing is left. */
    idle: async (): Promise<void> => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function describe(world: World, clock: FakeGitHub["clock"]) {
  const { id, clientId, slug, name, bot } = world.app;
  const { privateKey, webhookSecret } = world;
  return { url: world.url, clock, app: { id, clientId, slug, name, botLogin: bot.login, privateKey, webhookSecret } };
}

function actions(world: World, deliveries: Deliveries, target: { url: string | undefined }) {
  return {
    addUser: (login: string, options?: { type?: User["type"]; name?: string }): User =>
      addAccount(world, login, options?.type ?? "User", options?.name),
    addRepository: async (options: RepositoryOptions) => addRepository(world, options),
    repository: (fullName: string) => viewRepository(world, repositoryNamed(world, fullName)),
    install: async (repositories: string | string[], permissions?: Permissions) =>
      install(world, [repositories].flat(), permissions),
    suspend: (id: number) => suspend(world, id),
    unsuspend: (id: number) => unsuspend(world, id),
    uninstall: (id: number) => uninstall(world, id),
    asUser: (login: string) => createUserClient(world, userNamed(world, login)),
    runCi: async (fullName: string, sha: string, conclusion: Conclusion, options: CiOptions = {}) =>
      runCi(world, repositoryNamed(world, fullName), { sha, conclusion, ...options }),
    sendWebhook: async (name: string, patch: Record<string, unknown> = {}) =>
      sendExample(world, deliveries, name, patch),
    redeliver: async (id: number) => {
      const delivery = await deliveries.redeliver(id);
      if (!delivery) throw new Error(`there is no delivery ${id}`);
      return delivery;
    },
    deliverTo: (url: string | undefined) => {
      target.url = url;
    },
  };
}

function inspection(world: World, traffic: Traffic) {
  return {
    requests: traffic.requests,
    clearRequests: () => void traffic.requests.splice(0),
    deliveries: world.log,
    violations: world.violations,
    fail: (fault: Traffic["faults"][number]["fault"]) => void traffic.faults.push({ fault, left: fault.times ?? 1 }),
    heal: () => void traffic.faults.splice(0),
    assertValid: () => {
      if (world.violations.length === 0) return;
      const errors = world.violations.map(
        ({ kind, what, errors: problems }) => new Error(`${kind}: ${what}\n  ${problems.join("\n  ")}`),
      );
      throw new AggregateError(
        errors,
        `GitHub would not have accepted or sent this:\n${errors.map(({ message }) => message).join("\n")}`,
      );
    },
  };
}

function addAccount(world: World, login: string, type: User["type"], name = login): Account {
  if (findAccount(world, login)) throw new Error(`${login} exists already`);
  const account = newAccount({ id: world.nextId(), login, type, name, createdAt: world.now() });
  world.accounts.set(login.toLowerCase(), account);
  return account;
}

async function addRepository(world: World, options: RepositoryOptions): Promise<RepositoryView> {
  const owner = findAccount(world, options.owner) ?? addAccount(world, options.owner, "Organization");
  const repository = await newRepository(world, options, owner);
  for (const [login, role] of Object.entries(options.collaborators ?? {})) {
    if (!findAccount(world, login)) addAccount(world, login, "User");
    repository.collaborators.set(login.toLowerCase(), role);
  }
  world.repositories.set(repository.fullName.toLowerCase(), repository);
  return viewRepository(world, repository);
}

function repositoryNamed(world: World, fullName: string): Repository {
  const repository = findRepository(world, fullName);
  if (!repository) throw new Error(`there is no repository ${fullName}; addRepository first`);
  return repository;
}

function userNamed(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (account?.type !== "User") throw new Error(`there is no user ${login}; addUser first`);
  return account;
}

async function runCi(
  world: World,
  repository: Repository,
  { sha, conclusion, ...options }: CiOptions & { sha: string; conclusion: Conclusion },
) {
  const on = [...repository.refs].find(([ref, head]) => ref.startsWith("refs/heads/") && head === sha);
  const branch = options.branch ?? on?.[0].slice("refs/heads/".length) ?? repository.defaultBranch;
  const event = options.event ?? (branch === repository.defaultBranch ? "push" : "pull_request");
  const old = repository.runs.find(({ id }) => id === options.runId);
  const run = old ?? (await startRun(world, repository, { ...options, sha, branch, event, by: repository.owner }));
  await finishRun(world, repository, run, conclusion);
  const job = run.jobs.at(-1);
  if (!job) throw new Error("a run has at least one job");
  return { runId: run.id, jobId: job.id, checkRunId: job.check.id, checkSuiteId: run.suite.id };
}
