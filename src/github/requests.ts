import type { Log } from "../domain/log.ts";
import { Postponed } from "../domain/postponed.ts";
import type { Repository } from "../domain/repository.ts";
import { errorStatus } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";
import type { Pacer } from "./pacer.ts";
import { limitedUntil } from "./rate-limit.ts";
import type { Answer, createPauses } from "./rate-limit.ts";

type Watch = {
  log: Pick<Log, "debug" | "warn">;
  now: () => number;
  pauses: ReturnType<typeof createPauses>;
  counts: Map<number, number>;
  pace?: Pacer;
  repository?: Repository;
  /** Absent for calls as the App itself. */
  token?: { get(): Promise<string>; forget(value: string): Promise<void> };
};

type Response = Awaited<ReturnType<Octokit["request"]>>;
type Options = Required<Octokit["request"]["endpoint"]["DEFAULTS"]>;
type Send = (options: Options) => Response | Promise<Response>;

const timeoutMs = 30_000;

/**
 * Puts every request of a client through one gate: token, pacing, rate limits, errors, count, one log line.
 * It is the outermost hook, and inner hooks get the same `options` object: changes to it are the way to pass them on.
 */
export function watchRequests(octokit: Octokit, watch: Watch): Octokit {
  octokit.hook.wrap("request", async (request, options) => {
    options.headers["x-github-api-version"] = "2022-11-28";
    const { installation } = watch.repository ?? {};
    if (installation === undefined) return send(request, options, watch);
    watch.pauses.check(installation);
    if (!watch.pace || !isWrite(options)) return sendWithToken(request, options, watch);
    return watch.pace(installation, async () => {
      // The limit may have been reached while this write waited for its turn.
      watch.pauses.check(installation);
      return sendWithToken(request, options, watch);
    });
  });
  return octokit;
}

/** A token can be revoked before its time; a fresh one is tried once. */
async function sendWithToken(request: Send, options: Options, watch: Watch): Promise<Response> {
  if (!watch.token) return send(request, options, watch);
  const value = await watch.token.get();
  options.headers.authorization = `token ${value}`;
  try {
    return await send(request, options, watch);
  } catch (error) {
    if (errorStatus(error) !== 401) throw error;
    await watch.token.forget(value);
    options.headers.authorization = `token ${await watch.token.get()}`;
    return send(request, options, watch);
  }
}

async function send(request: Send, options: Options, watch: Watch): Promise<Response> {
  const { log, now, counts, repository } = watch;
  const name = repository && `${repository.owner}/${repository.name}`;
  const what = { method: options.method, url: options.url, ...(name && { repository: name }) };
  if (repository) counts.set(repository.id, (counts.get(repository.id) ?? 0) + 1);
  options.request.signal = AbortSignal.timeout(timeoutMs);
  const started = now();
  try {
    const response = await request(options);
    log.debug({ ...what, status: response.status, ms: now() - started }, "github request");
    // GraphQL reports its limit in a success.
    throwIfLimited(response, watch, undefined);
    return response;
  } catch (error) {
    if (error instanceof Postponed) throw error;
    const status = errorStatus(error);
    log.debug({ ...what, status, ms: now() - started }, "github request failed");
    throwIfLimited(answerOf(error), watch, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${[what.method, what.url, name && `(${name})`].filter(Boolean).join(" ")}: ${status} ${reason}`, {
      cause: error,
    });
  }
}

function throwIfLimited(answer: Answer | undefined, { now, pauses, repository }: Watch, cause: unknown): void {
  const until = answer && limitedUntil(answer, now());
  if (until === undefined) return;
  if (repository) pauses.note(repository.installation, until);
  throw new Postponed("GitHub's rate limit is reached", until, { cause });
}

/** Octokit's errors carry the answer they were made from, unless there was none (a broken connection, a timeout). */
function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !("response" in error)) return undefined;
  return error.response as Answer | undefined;
}

/** Whether a request counts against the limits for creating content. Minting a token does not. */
function isWrite(options: Options): boolean {
  if (options.method === "GET" || options.method === "HEAD") return false;
  if (options.url.endsWith("/access_tokens")) return false;
  const query = options["query"];
  return typeof query === "string" ? /^\s*mutation\b/.test(query) : true;
}
