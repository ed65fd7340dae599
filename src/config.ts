import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "./domain/user-error.ts";
import { readSources } from "./sources.ts";
import type { Source } from "./sources.ts";

const flag = z
  .enum(["true", "false", "1", "0"], "write true or false")
  .transform((text) => text === "true" || text === "1");
const positive = z.coerce.number("write a number").int("write a whole number").positive("write a number above 0");
const url = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "write a URL that starts with https:// (or http:// on loopback)",
  )
  .transform((text) => text.replace(/\/+$/, ""));

/** Every variable the App reads. The text of `.env.example` explains each; a test compares the two lists. */
const Environment = z.object({
  APP_ID: positive.optional(),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  WEBHOOK_SECRET: z.string().min(16, "use at least 16 characters: openssl rand -hex 32").optional(),
  HOST: z.string().min(1).default("localhost"),
  PORT: z.coerce.number("write a port number").int().min(0).max(65_535, "a port is at most 65535").default(3000),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  LOG_FORMAT: z.enum(["json", "pretty"]).default("json"),
  GITHUB_API_URL: url.default("https://api.github.com"),
  GITHUB_SERVER_URL: url.default("https://github.com"),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  SELF_HEAL_MODEL: z.string().min(1).default("claude-sonnet-5-5"),
  SELF_HEAL_TRIAGE_MODEL: z.string().min(1).default("claude-haiku-5-5"),
  SELF_HEAL_ENABLED: flag.default(true),
  SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD: z.coerce
    .number("write a number")
    .min(0, "at least 0")
    .max(1, "at most 1")
    .default(0.6),
  SELF_HEAL_LABEL: z.string().min(1).max(50).default("ai-fix"),
  SELF_HEAL_CONCURRENCY: positive.max(64).default(2),
  SELF_HEAL_DATA_DIR: z.string().min(1).default(".data"),
  SELF_HEAL_SANDBOX_DIR: z.string().min(1).optional(),
  SELF_HEAL_SANDBOX_UID: positive.max(2_000_000_000).default(20_000),
  SELF_HEAL_NPM_REGISTRY: url.default("https://registry.npmjs.org"),
  SELF_HEAL_API_TOKEN: z.string().min(16, "use at least 16 characters: openssl rand -hex 32").optional(),
  SELF_HEAL_SOURCES: z.string().min(1).optional(),
  DATABASE_URL: z.string().optional(),
});

export const environmentNames: readonly string[] = Object.keys(Environment.shape);

export type Credentials = { appId: number; privateKey: string; webhookSecret: string };

export type Config = {
  /** Absent: the App has not been registered yet, and offers the setup flow. */
  credentials?: Credentials;
  host: string;
  port: number;
  logLevel: string;
  logFormat: "json" | "pretty";
  githubApiUrl: string;
  githubServerUrl: string;
  anthropicApiKey?: string;
  anthropicBaseUrl?: string;
  model: string;
  triageModel: string;
  enabled: boolean;
  confidenceThreshold: number;
  label: string;
  concurrency: number;
  dataDirectory: string;
  sandboxDirectory: string;
  sandboxUid: number;
  npmRegistry: string;
  /** Who may read the API. Absent: nobody. */
  apiToken?: string;
  /** Monitors that may report failures. */
  sources: readonly Source[];
};

/** Reads the environment. All problems are told at once, each with its remedy (UserError). */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const credentials = readCredentials(given, problems);
  const sources = readSources(given["SELF_HEAL_SOURCES"], given, problems);
  if (given["DATABASE_URL"] !== undefined) {
    problems.push(
      "DATABASE_URL: PostgreSQL is not supported yet; remove the variable to use the embedded store in SELF_HEAL_DATA_DIR",
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new UserError(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((line) => `  - ${line}`).join("\n")}\nEvery variable is explained in .env.example.`,
    );
  }
  return { ...toConfig(parsed.data, credentials), sources };
}

/** Probot's setup would download a tunnel client and open a channel at smee.io unasked; it reads this itself. */
export function keepSetupLocal(): void {
  process.env["NO_SMEE_SETUP"] ??= "true";
}

function toConfig(env: z.infer<typeof Environment>, credentials: Credentials | undefined): Omit<Config, "sources"> {
  const dataDirectory = resolve(env.SELF_HEAL_DATA_DIR);
  return {
    ...(credentials && { credentials }),
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
    githubApiUrl: env.GITHUB_API_URL,
    githubServerUrl: env.GITHUB_SERVER_URL,
    ...(env.ANTHROPIC_API_KEY && { anthropicApiKey: env.ANTHROPIC_API_KEY }),
    ...(env.ANTHROPIC_BASE_URL && { anthropicBaseUrl: env.ANTHROPIC_BASE_URL }),
    model: env.SELF_HEAL_MODEL,
    triageModel: env.SELF_HEAL_TRIAGE_MODEL,
    enabled: env.SELF_HEAL_ENABLED,
    confidenceThreshold: env.SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD,
    label: env.SELF_HEAL_LABEL,
    concurrency: env.SELF_HEAL_CONCURRENCY,
    dataDirectory,
    sandboxDirectory: env.SELF_HEAL_SANDBOX_DIR ? resolve(env.SELF_HEAL_SANDBOX_DIR) : join(dataDirectory, "sandbox"),
    sandboxUid: env.SELF_HEAL_SANDBOX_UID,
    npmRegistry: env.SELF_HEAL_NPM_REGISTRY,
    ...(env.SELF_HEAL_API_TOKEN && { apiToken: env.SELF_HEAL_API_TOKEN }),
  };
}

/** The three credentials belong together: none of them means setup, some of them is a mistake. */
function readCredentials(env: Record<string, string | undefined>, problems: string[]): Credentials | undefined {
  const { APP_ID: id, WEBHOOK_SECRET: secret } = env;
  const key = readKey(env, problems);
  if (id === undefined && key === undefined && secret === undefined) return undefined;
  if (id === undefined) problems.push("APP_ID: missing; copy it from the App's settings page");
  if (key === undefined)
    problems.push(
      "PRIVATE_KEY: missing; generate one on the App's settings page, or give its file as PRIVATE_KEY_PATH",
    );
  // Without a secret anybody could send us webhooks; Probot would silently use "development".
  if (secret === undefined)
    problems.push(
      "WEBHOOK_SECRET: missing; set the same random text here and in the App's settings (openssl rand -hex 32)",
    );
  if (id === undefined || !key || secret === undefined) return undefined;
  return { appId: Number(id), privateKey: key, webhookSecret: secret };
}

/** The private key as PEM; `""` when one was given that is not a key (a problem has been noted). */
function readKey(env: Record<string, string | undefined>, problems: string[]): string | undefined {
  const { PRIVATE_KEY: inline, PRIVATE_KEY_PATH: path } = env;
  if (inline === undefined && path === undefined) return undefined;
  const name = inline === undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  try {
    // A .env file cannot hold line breaks everywhere, so both "\n" and base64 are taken, as Probot does.
    const text = inline?.replaceAll("\\n", "\n") ?? readFileSync(resolve(path ?? ""), "utf8");
    const pem = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString("utf8");
    createPrivateKey(pem);
    return pem;
  } catch (error) {
    problems.push(
      `${name}: not a readable PEM private key (${error instanceof Error ? error.message : String(error)})`,
    );
    return "";
  }
}
