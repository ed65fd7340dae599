import { existsSync } from "node:fs";
import { readConfig } from "./config.ts";
import { UserError } from "./domain/user-error.ts";
import { sampleCall } from "./source-sample.ts";
import type { Source } from "./sources.ts";
import type { SenderKind } from "./webhooks/sender.ts";

type Output = { write(text: string): void };
type Options = { env?: NodeJS.ProcessEnv; out?: Output };

/** `self-heal sources list`: what is configured, and where each sender must send. No secret is shown. */
export function listSources({ env, out = process.stdout }: Options = {}): void {
  const sources = readSourceConfig(env);
  if (sources.length === 0)
    out.write(
      'No sources are configured. Set SELF_HEAL_SOURCES to a sources file; README.md, "Monitors", has one to copy.\n',
    );
  for (const source of sources) out.write(`${described(source)}\n`);
}

/**
 * `self-heal sources test NAME`: a signed sample through the real route of a running App. Gives the exit code: 0 where it
 * was accepted. Throws UserError when there is no such source or nobody answers.
 */
export async function testSource(
  name: string,
  { url, now = Date.now, env, out = process.stdout }: Options & { url: string; now?: () => number },
): Promise<0 | 1> {
  const sources = readSourceConfig(env);
  const source = sources.find((one) => one.name === name);
  if (!source) {
    const known = sources.map((one) => one.name).join(", ") || "none";
    throw new UserError(`There is no source ${name}. Configured in SELF_HEAL_SOURCES: ${known}.`);
  }
  const project = Object.keys(source.projects).find((one) => one !== "*") ?? "self-heal-test";
  const call = sampleCall(source.kind, { name, project, secret: source.secrets[0] ?? "", at: now() });
  const response = await send(url, call);
  const text = (await response.text()).trim().slice(0, 500);
  out.write(`${response.status} ${text}\n${advice(response.status, { source, project })}\n`);
  return response.status === 202 && !text.startsWith("counted") ? 0 : 1;
}

async function send(url: string, { path, headers, body }: ReturnType<typeof sampleCall>): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(10_000);
    return await fetch(new URL(path, url), { method: "POST", headers, body, signal });
  } catch (error) {
    throw new UserError(`Nobody answers at ${url}. Start the App, or give its address with --url.`, { cause: error });
  }
}

function readSourceConfig(env: NodeJS.ProcessEnv | undefined): readonly Source[] {
  if (!env && existsSync(".env")) process.loadEnvFile(".env");
  return readConfig(env).sources;
}

/** Where the sender proves itself: told here, because it is what people get wrong. */
const proofs: { readonly [K in SenderKind]: string } = {
  "self-heal": "X-Self-Heal-Timestamp and X-Self-Heal-Signature, or Authorization: Bearer <secret>",
  sentry: "the integration's client secret",
  logfire: "the secret as the last part of the URL; format raw-data",
  alertmanager: "http_config.authorization with the secret as credentials",
  grafana: "HMAC signature with the secret, or Authorization: Bearer <secret>",
  datadog: 'custom header {"X-Self-Heal-Token": "<secret>"}',
  pagerduty: "the webhook subscription's signing secret",
  otlp: "headers: Authorization: Bearer <secret>; JSON encoding; also at /v1/logs",
};

function described({ name, kind, secrets, projects, rate, sentry }: Source): string {
  const mapped = Object.entries(projects).map(([project, repository]) => `    ${project} → ${repository}`);
  return [
    `${name} (${kind})`,
    `  send to   POST <the App's URL>/api/v1/webhooks/${kind}/${name}${kind === "logfire" ? "/<secret>" : ""}`,
    `  proof     ${proofs[kind]}`,
    `  secrets   ${secrets.length} set`,
    `  rate      ${rate.perMinute} a minute, ${rate.burst} at once`,
    ...(sentry ? [`  polled    ${sentry.organization} at ${sentry.url}, every 10 minutes`] : []),
    "  projects",
    ...mapped,
  ].join("\n");
}

function advice(status: number, { source, project }: { source: Source; project: string }): string {
  const { name, kind } = source;
  if (status === 202) {
    const where = source.projects[project] ?? source.projects["*"] ?? "its repository";
    return `Look for "delivery handled" with source ${name} in the App's log: it says what became of project ${project} in ${where}.`;
  }
  if (status === 401)
    return "The App has other secrets than this command: compare both environments, and start it again.";
  if (status === 404)
    return `The App has no route for ${kind}: is it the present version, and is --url its base address?`;
  if (status === 503)
    return "The App is over this source's rate or cannot write its store: see its log, and try again.";
  return "The App did not take the sample: see its log.";
}
