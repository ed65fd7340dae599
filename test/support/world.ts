import { rm } from "node:fs/promises";
import { Writable } from "node:stream";
import pino from "pino";
import { readConfig } from "../../src/config.ts";
import type { Config, Credentials } from "../../src/config.ts";
import type { Workshop } from "../../src/effects/deps.ts";
import { serve } from "../../src/serve.ts";
import type { Serving } from "../../src/serve.ts";
import { appEnv } from "./app-env.ts";
import { atWork } from "./at-work.ts";
import { startGitHub } from "./github/start-github.ts";
import type { FakeGitHub, GitHubOptions, RepositoryOptions, RepositoryView } from "./github/types.ts";
import { startModel } from "./model.ts";
import type { ModelOptions } from "./model.ts";
import type { Script } from "./script.ts";
import { temporaryDirectory } from "./temporary.ts";

/** One line of the App's log, as an object. */
export type LogLine = {
  msg: string;
  level: number;
  time: number;
  event?: string;
  effect?: string;
  phase?: string;
  note?: string;
  delivery?: string;
  ms?: number;
  reason?: string;
  err?: { message: string };
};

export type WorldOptions = {
  repository?: Partial<RepositoryOptions>;
  scripts?: readonly Script[];
  /** What the model does wrong, and when. */
  faults?: ModelOptions["faults"];
  ci?: GitHubOptions["ci"];
  /** Environment variables over the defaults. */
  env?: Record<string, string>;
  /** The real model instead of scripts. */
  model?: { apiKey: string; baseUrl?: string };
  onLog?: (line: LogLine) => void;
  workshop?: (config: Config) => Workshop;
  /** Whether the repository's policy is left as it is: a new installation introduces itself, and observes. */
  newcomer?: boolean;
};

export type World = {
  github: FakeGitHub;
  model: Awaited<ReturnType<typeof startModel>>;
  app: Serving;
  config: Config & { credentials: Credentials };
  repository: RepositoryView;
  /** `owner/name` of the repository. */
  name: string;
  log: LogLine[];
  directory: string;
  /** The texts of an issue's or pull request's comments, oldest first. */
  comments(number: number): string[];
  /** Resolves when GitHub, the inbox and the worker have nothing to do; delayed effects don't count. */
  settle(): Promise<void>;
  /** Lets time pass for the App, in milliseconds. What is due then shows after a `restart`. */
  elapse(ms: number): void;
  /** Stops the App and starts it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

const owner = "acme";
/** People: `mona` maintains, `rita` may only read. */
export const people = { maintainer: "mona", reporter: "rita" };

/** The whole App against a stand-in GitHub with real git and a scripted model, over HTTP on loopback. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const directory = temporaryDirectory("world");
  const github = await startGitHub({ ...(options.ci && { ci: options.ci }) });
  const model = await startModel({ scripts: options.scripts ?? [], ...(options.faults && { faults: options.faults }) });
  github.addUser(people.maintainer);
  github.addUser(people.reporter);
  const { files } = options.repository ?? {};
  const repository = await github.addRepository({
    owner,
    name: "shop",
    collaborators: { [people.maintainer]: "maintain", [people.reporter]: "read" },
    ...options.repository,
    ...(!options.newcomer && typeof files === "object" && { files: atWork(files) }),
  });
  const config = configure({ github, model, directory }, options);
  let elapsed = 0;
  const log: LogLine[] = [];
  const logger = pino({ level: "debug" }, collect(log, options.onLog));
  const start = () =>
    serve(config, {
      log: logger,
      now: () => Date.now() + elapsed,
      // `settle` waits for what is due, not for what is collected a while longer.
      debounceMs: 0,
      ...(options.workshop && { workshop: options.workshop(config) }),
    });
  let app = await start();
  github.deliverTo(`${app.url}/api/github/webhooks`);
  await github.install(repository.fullName);
  await github.idle();

  const world: World = {
    github,
    model,
    get app() {
      return app;
    },
    config,
    repository,
    name: repository.fullName,
    log,
    directory,
    comments: (number) => repository.comments(number).map(({ body }) => (typeof body === "string" ? body : "")),
    settle: async () => {
      for (let quiet = 0; quiet < 2; quiet += 1) {
        await github.idle();
        await app.idle();
      }
    },
    elapse: (ms) => {
      elapsed += ms;
      github.clock.advance(ms);
    },
    restart: async () => {
      await app.close();
      app = await start();
      github.deliverTo(`${app.url}/api/github/webhooks`);
    },
    close: async () => {
      await app.close();
      await github.close();
      await model.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return world;
}

type Parts = { github: FakeGitHub; model: { url: string }; directory: string };

function configure({ github, model, directory }: Parts, { env, model: real }: WorldOptions): World["config"] {
  const config = readConfig({
    ...appEnv({ github, model, directory }),
    ...(real && { ANTHROPIC_API_KEY: real.apiKey, ANTHROPIC_BASE_URL: real.baseUrl }),
    ...env,
  });
  if (!config.credentials) throw new Error("the stand-in's credentials were not taken");
  return { ...config, credentials: config.credentials };
}

function collect(lines: LogLine[], onLog?: (line: LogLine) => void): Writable {
  return new Writable({
    write(chunk, _, done) {
      // pino writes one JSON object per line.
      const line = JSON.parse(String(chunk)) as LogLine;
      lines.push(line);
      onLog?.(line);
      done();
    },
  });
}
