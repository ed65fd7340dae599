import type { Config } from "./config.ts";
import type { Log } from "./domain/log.ts";
import type { Deps } from "./effects/deps.ts";

/** Asks the triage model, one call for each failure. Without a key nobody is asked. The SDK is loaded when it is needed. */
export function createOpinion(config: Config, log: Log): Deps["opinion"] {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseURL, triageModel: model } = config;
  if (apiKey === undefined) return undefined;
  let loaded: Promise<NonNullable<Deps["opinion"]>> | undefined;
  const load = async (): Promise<NonNullable<Deps["opinion"]>> => {
    const [{ default: Anthropic }, { askTriageModel, createVerdictCache }] = await Promise.all([
      import("@anthropic-ai/sdk"),
      import("./agents/triage-verdict.ts"),
    ]);
    const client = new Anthropic({ apiKey, maxRetries: 0, ...(baseURL && { baseURL }) });
    const cache = createVerdictCache();
    return (signal, rules) => askTriageModel({ client, model, cache, log }, signal, rules);
  };
  return async (signal, rules) => (await (loaded ??= load()))(signal, rules);
}
