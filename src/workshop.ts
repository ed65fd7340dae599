import { join } from "node:path";
import type { Engine } from "./agents/engine.ts";
import type { Config } from "./config.ts";
import type { Log } from "./domain/log.ts";
import type { Repository } from "./domain/repository.ts";
import type { Workshop } from "./effects/deps.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";
import type { Source } from "./sandbox/sandbox.ts";

type Options = {
  log: Log;
  /** A read token for git. */
  token: (repository: Repository) => Promise<string>;
  /** Where a repository's objects come from; default: GitHub. */
  source?: (repository: Repository) => Source;
};

/** The sandbox, the engine and the mirrors: what attempts and proofs need, with or without GitHub. */
export function createWorkshop(config: Config, { log, token, source }: Options): Workshop {
  const sandbox = createSandbox({
    directory: config.sandboxDirectory,
    uid: config.sandboxUid,
    npmRegistry: config.npmRegistry,
    log,
  });
  const sourceOf = source ?? ((repository) => githubSource(config, repository, token));
  return {
    sandbox,
    engine: lazyEngine(config, log),
    mirror: (repository) => sandbox.mirror(sourceOf(repository)),
    enabled: () => config.enabled,
    log,
  };
}

function githubSource({ githubServerUrl }: Config, repository: Repository, token: Options["token"]): Source {
  // The id names the mirror, so a renamed repository keeps it.
  return {
    key: `github-${repository.id}`,
    url: `${githubServerUrl}/${repository.owner}/${repository.name}.git`,
    token: () => token(repository),
  };
}

/** The model's SDK takes a while and 30 MB to load; an App that only waits for failures does without. */
function lazyEngine(config: Config, log: Log): Engine {
  let loaded: Promise<Engine> | undefined;
  const load = async (): Promise<Engine> => {
    const { createSandboxEngine } = await import("./agents/sandbox-engine.ts");
    const { anthropicApiKey: apiKey, anthropicBaseUrl: baseURL, model } = config;
    return createSandboxEngine({
      ...(apiKey && { apiKey }),
      ...(baseURL && { baseURL }),
      model,
      runsDirectory: join(config.dataDirectory, "runs"),
      log,
    });
  };
  const engine = (): Promise<Engine> => (loaded ??= load());
  return {
    name: "sandbox",
    attempt: async (task) => (await engine()).attempt(task),
    check: async () =>
      config.anthropicApiKey
        ? (await engine()).check()
        : { ok: false, problem: "There is no model key. Set ANTHROPIC_API_KEY." },
  };
}
