import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { authenticate } from "./access.ts";
import type { Caller } from "./access.ts";
import { faultReply, takeFault } from "./faults.ts";
import { answerGit, gitPath } from "./git-http.ts";
import { answerGraphql } from "./graphql.ts";
import { startLimits } from "./rate-limit.ts";
import { ApiError, notFound } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { answerRest } from "./rest.ts";
import type { Fault, RequestRecord } from "./types.ts";
import type { World } from "./world.ts";

export type Traffic = {
  requests: RequestRecord[];
  faults: { fault: Fault; left: number }[];
  rateLimit: number;
  track(work: Promise<unknown>): void;
};

type Incoming = {
  method: string;
  url: URL;
  path: string;
  raw: string;
  query: Record<string, string>;
  request: IncomingMessage;
};

/** The one server: REST, GraphQL, git and job logs. */
export function createGitHubServer(world: World, traffic: Traffic) {
  const limits = startLimits(world, traffic.rateLimit);
  return createServer((request, response) => {
    const work = serve(request, response).catch((error: unknown) => {
      world.violations.push({ kind: "response", what: `${request.method} ${request.url}`, errors: [describe(error)] });
      if (!response.headersSent) send(response, { status: 500, body: { message: "Server Error" } });
    });
    traffic.track(work);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = read(request);
    const fault = takeFault(traffic.faults, incoming.method, incoming.path);
    await wait(fault?.delayMilliseconds ?? 0);
    const caller = identify(request);
    if (fault?.drop === "before") {
      traffic.requests.push(record(incoming, caller, { body: undefined, reply: { status: 0 } }));
      return void request.socket.destroy();
    }
    const forced = fault && faultReply(world, fault);
    if (gitPath.test(incoming.path) && !forced) return serveGit(incoming, response, caller);
    const reply = await answerApi(incoming, caller, forced);
    if (fault?.drop === "after") return void request.socket.destroy();
    send(response, reply);
  }

  async function answerApi(incoming: Incoming, caller: Caller | ApiError, forced: Reply | undefined): Promise<Reply> {
    const body = await readBody(incoming.request);
    const full = forced ?? (await answer(incoming, caller, body));
    const reply = incoming.method === "GET" ? conditional(full, incoming.request.headers["if-none-match"]) : full;
    // A conditional request that finds nothing new is free.
    if (reply.status === 304 && !(caller instanceof ApiError)) limits.giveBack(caller);
    traffic.requests.push(record(incoming, caller, { body, reply }));
    const counted = caller instanceof ApiError ? ({ kind: "none" } as const) : caller;
    return { ...reply, headers: { ...limits.headers(counted, "core"), ...reply.headers } };
  }

  function identify(request: IncomingMessage): Caller | ApiError {
    try {
      return authenticate(world, request.headers.authorization);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  async function serveGit(incoming: Incoming, response: ServerResponse, caller: Caller | ApiError): Promise<void> {
    const { request, url } = incoming;
    let status = caller instanceof ApiError ? caller.status : 0;
    if (caller instanceof ApiError) {
      request.resume();
      response.writeHead(status, { "www-authenticate": 'Basic realm="GitHub"' }).end(caller.message);
    } else {
      status = await answerGit(world, url, caller, { request, response });
    }
    traffic.requests.push(record(incoming, caller, { body: undefined, reply: { status } }));
  }

  async function answer(incoming: Incoming, caller: Caller | ApiError, bytes: Buffer): Promise<Operated> {
    const log = /^\/_logs\/(\d+)\/(\d+)$/.exec(incoming.path);
    if (log) return jobLog(world, log);
    if (caller instanceof ApiError) return caller.reply();
    try {
      limits.take(caller);
      const body = parse(bytes);
      if (/^\/(api\/)?graphql$/.test(incoming.path))
        return { ...(await answerGraphql(world, caller, body)), operationId: "graphql" };
      const accept = String(incoming.request.headers.accept ?? "");
      return await answerRest(
        world,
        { method: incoming.method, path: incoming.raw, query: incoming.query, body, caller, accept },
        limits,
      );
    } catch (error) {
      if (error instanceof ApiError) return error.reply();
      throw error;
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.stack}\n${error.cause ? describe(error.cause) : ""}` : String(error);

function read(request: IncomingMessage): Incoming {
  const url = new URL(request.url ?? "/", "http://stand-in");
  const raw = url.pathname.replace(/^\/api\/v3(?=\/)/, "");
  return {
    method: request.method ?? "GET",
    url,
    raw,
    path: decodeURIComponent(raw),
    query: Object.fromEntries(url.searchParams),
    request,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

function jobLog(world: World, [, repositoryId, jobId]: RegExpExecArray): Reply {
  const repository = [...world.repositories.values()].find(({ id }) => String(id) === repositoryId);
  const job = repository?.runs.flatMap(({ jobs }) => jobs).find(({ id }) => String(id) === jobId);
  if (!job) return notFound().reply();
  return { status: 200, body: Buffer.from(job.log), headers: { "content-type": "text/plain" } };
}

type Answered = { body: Buffer | undefined; reply: Operated };

function record(incoming: Incoming, caller: Caller | ApiError, { body, reply }: Answered): RequestRecord {
  const token = caller instanceof ApiError ? "invalid" : caller.kind;
  const installation = !(caller instanceof ApiError) && caller.kind === "installation" ? caller : undefined;
  let parsed: unknown;
  try {
    parsed = body && parse(body);
  } catch {
    parsed = body?.toString();
  }
  return {
    method: incoming.method,
    path: incoming.path,
    query: incoming.query,
    body: parsed,
    operationId: reply.operationId,
    status: reply.status,
    token,
    permissions: installation?.permissions,
    repositories: installation?.repositories && [...installation.repositories].map(({ fullName }) => fullName),
    responseBody: reply.body,
  };
}

const toBytes = (body: unknown): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? "" : JSON.stringify(body));

type Operated = Reply & { operationId?: string };

/** Gives an answer its tag; to who has it already, 304 without content. */
function conditional(reply: Operated, known: string | undefined): Operated {
  if (reply.status !== 200) return reply;
  const etag = `W/"${createHash("sha256").update(toBytes(reply.body)).digest("hex")}"`;
  const { body: _, ...empty } = { ...reply, headers: { etag, ...reply.headers } };
  const tags = (known ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (tags.includes(etag.replace(/^W\//, ""))) return { ...empty, status: 304 };
  return { ...empty, body: reply.body };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const bytes = toBytes(body);
  const shared = { "x-github-request-id": randomUUID(), server: "github.com" };
  const type = bytes.length > 0 ? { "content-type": "application/json; charset=utf-8" } : {};
  response.writeHead(status, { ...type, ...shared, ...headers });
  response.end(bytes);
}
