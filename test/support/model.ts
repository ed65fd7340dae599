import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createPromptCache } from "./model-cache.ts";
import type { InputUsage } from "./model-cache.ts";
import { sendJson, sendStream } from "./model-reply.ts";
import type { Cut } from "./model-reply.ts";
import { readRequest } from "./model-request.ts";
import type { MessagesRequest } from "./model-request.ts";
import { placeOf, replyOf, stepAt } from "./model-script.ts";
import type { Fault, Place } from "./model-script.ts";
import type { Script } from "./script.ts";

type Seen = { body: MessagesRequest; turn: number; status: number; usage?: InputUsage; fault?: Fault["kind"] };

/** A scripted Messages API over HTTP. `failures` are expectations that did not hold and steps that were missing. */
export type Model = { url: string; requests: readonly Seen[]; failures: readonly string[]; close(): Promise<void> };

export type ModelOptions = {
  scripts: readonly Script[];
  faults?: readonly Fault[];
  /** The only key that is accepted; any but none when absent. */
  apiKey?: string;
  /** The only model that exists; any when absent. */
  model?: string;
};

type Standin = ModelOptions & {
  cache: ReturnType<typeof createPromptCache>;
  requests: Seen[];
  failures: string[];
  used: Map<Fault, number>;
};

/** Starts the stand-in on a free port of 127.0.0.1. Give its `url` as ANTHROPIC_BASE_URL, with any API key. */
export async function startModel(options: ModelOptions): Promise<Model> {
  const standin: Standin = { ...options, cache: createPromptCache(), requests: [], failures: [], used: new Map() };
  const server = createServer((request, response) => {
    handle(standin, request, response).catch((error: unknown) => {
      standin.failures.push(`the stand-in itself failed: ${String(error)}`);
      refuse(response, { status: 500, type: "api_error", message: String(error) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server's address is an object, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, requests: standin.requests, failures: standin.failures, close };
}

async function handle(standin: Standin, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (!accepts(standin, request))
    return refuse(response, { status: 401, type: "authentication_error", message: "invalid API key" });
  const route = `${request.method} ${pathname}`;
  if (route.startsWith("GET /v1/models")) return models(standin, pathname, response);
  if (route === "POST /v1/messages") return messages(standin, body, response);
  refuse(response, { status: 404, type: "not_found_error", message: `no such route: ${route}` });
}

/** The API takes a key in either header. SDK 1.12 sends `Authorization: Bearer <key>` (its client.ts), curl users the other. */
function accepts({ apiKey }: Standin, { headers }: IncomingMessage): boolean {
  const key = headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /, "");
  return Boolean(key) && (apiKey === undefined || key === apiKey);
}

function models({ model }: Standin, pathname: string, response: ServerResponse): void {
  const describe = (id: string): object => ({
    type: "model",
    id,
    display_name: id,
    created_at: "2026-01-01T00:00:00Z",
  });
  const id = decodeURIComponent(pathname.slice("/v1/models/".length));
  if (id && model !== undefined && id !== model) return noModel(response, id);
  const one = describe(id || (model ?? "claude-standin"));
  const all = { data: [one], has_more: false, first_id: null, last_id: null };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(id ? one : all));
}

async function messages(standin: Standin, body: string, response: ServerResponse): Promise<void> {
  const read = readRequest(JSON.parse(body));
  if ("problem" in read) {
    standin.failures.push(`invalid request: ${read.problem}`);
    return refuse(response, { status: 400, type: "invalid_request_error", message: read.problem });
  }
  const { request } = read;
  if (standin.model !== undefined && request.model !== standin.model) return noModel(response, request.model);
  const place = placeOf(request);
  const fault = takeFault(standin, place);
  const seen: Seen = { body: request, turn: place.turn, status: 200, ...(fault && { fault: fault.kind }) };
  standin.requests.push(seen);
  if (fault?.kind !== "status") return reply(standin, seen, place, response);
  seen.status = fault.status;
  const retryAfter = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
  const type = errorTypes[fault.status] ?? "api_error";
  refuse(response, { status: fault.status, type, message: "as the test asked" }, retryAfter);
}

async function reply(standin: Standin, seen: Seen, place: Place, response: ServerResponse): Promise<void> {
  const step = stepAt(standin.scripts, place);
  if (typeof step === "string") {
    standin.failures.push(step);
    seen.status = 400;
    return refuse(response, { status: 400, type: "invalid_request_error", message: `script failure: ${step}` });
  }
  seen.usage = standin.cache.use(seen.body);
  const id = `${place.turn}_${standin.requests.length}`;
  const whole = replyOf(step, { id, model: seen.body.model, usage: seen.usage, fault: seen.fault });
  if (!seen.body.stream) return sendJson(response, whole);
  await sendStream(response, whole, isCut(seen.fault) ? seen.fault : undefined);
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function takeFault({ faults = [], used }: Standin, { turn, prompt }: Place): Fault | undefined {
  const left = (fault: Fault): number => (fault.times ?? 1) - (used.get(fault) ?? 0);
  const fault = faults.find((one) => one.turn === turn && left(one) > 0 && (one.when?.(prompt) ?? true));
  if (fault) used.set(fault, (used.get(fault) ?? 0) + 1);
  return fault;
}

function isCut(kind: Fault["kind"] | undefined): kind is Cut {
  return kind === "overloaded" || kind === "eof" || kind === "reset" || kind === "hang";
}

function noModel(response: ServerResponse, id: string): void {
  refuse(response, { status: 404, type: "not_found_error", message: `model: ${id}` });
}

type Problem = { status: number; type: string; message: string };

function refuse(
  response: ServerResponse,
  { status, type, message }: Problem,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", "request-id": "req_standin", ...headers });
  response.end(JSON.stringify({ type: "error", error: { type, message }, request_id: "req_standin" }));
}
