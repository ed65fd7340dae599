import { existsSync } from "node:fs";
import pino from "pino";
import type { Logger } from "pino";
import { keepSetupLocal, readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import type { Serving } from "./serve.ts";

/** `npm start`: the App; or, without credentials, Probot's flow to register it. */
export async function start(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig();
  const { credentials } = config;
  if (!credentials) return setUp(config);
  const { serve } = await import("./serve.ts");
  const log = createLog(config);
  // Listened for from the beginning: a stop during the start must not be lost.
  const serving = serve({ ...config, credentials }, { log });
  process.once("SIGTERM", (signal) => void stop(signal, serving, log));
  process.once("SIGINT", (signal) => void stop(signal, serving, log));
  await serving;
}

async function stop(signal: string, serving: Promise<Serving>, log: Logger): Promise<void> {
  log.info({ signal }, "stopping");
  try {
    await (await serving).close();
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, "could not stop cleanly");
    process.exit(1);
  }
}

/** One log for everything, with the places where a credential could appear blanked. */
export function createLog({ logLevel: level, logFormat }: Pick<Config, "logLevel" | "logFormat">): Logger {
  const redact = [
    "*.token",
    "*.authorization",
    "*.headers.authorization",
    "err.request.headers",
    "err.response.headers",
  ];
  const transport = { target: "pino-pretty", options: { colorize: process.stdout.isTTY, ignore: "pid,hostname" } };
  return pino({ level, redact, ...(logFormat === "pretty" && { transport }) });
}

/** Probot's own setup pages, on this machine only: whoever reaches them may write the credentials. */
async function setUp({ port }: Config): Promise<void> {
  keepSetupLocal();
  // The .env that the flow writes holds the App's private key.
  process.umask(0o077);
  const { run } = await import("probot");
  process.stdout.write(
    `Self-Heal has no credentials yet.\nOpen http://localhost:${port}/probot and register the App; the credentials are written to .env, then start again.\n` +
      'Where GitHub cannot reach this machine, set WEBHOOK_PROXY_URL first. README.md, "Install it on an organisation", says it step by step.\n',
  );
  const env = { HOST: "localhost", PORT: String(port), LOG_FORMAT: "pretty", LOG_LEVEL: "warn" };
  // Probot's type asks for a whole NodeJS.ProcessEnv and reads only the names it knows.
  await run(() => undefined, { env: env as unknown as NodeJS.ProcessEnv });
}
