import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Delivery, Store } from "./database/store.ts";

/** GitHub never sends more (GitHub docs, "Webhook events and payloads": payloads are capped at 25 MB). */
const maxBytes = 25 * 1024 * 1024;

/** Probot's manifest points the hook at the root of the base URL, so both are the webhook route. */
const paths = new Set(["/api/github/webhooks", "/api/github/webhooks/", "/"]);

type Options = {
  store: Pick<Store, "accept">;
  secrets: readonly string[];
  /** Event names somebody listens to; the rest is answered and forgotten. */
  events: ReadonlySet<string>;
  accepted: () => void;
  now: () => number;
  log: { debug(fields: object, message: string): void; warn(fields: object, message: string): void };
};

type Answer = { status: number; text: string };

/**
 * The webhook route: raw bytes → signature → on disk → 202. JSON is parsed later, by the inbox, so nothing a sender
 * writes can make the answer slow. Gives false for requests that are not webhooks.
 */
export function createIntake(
  options: Options,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (!paths.has(path) || (path === "/" && request.method !== "POST")) return false;
    const { status, text } =
      request.method === "POST" ? await receive(request, options) : { status: 405, text: "send a POST" };
    if (status === 413) response.setHeader("connection", "close");
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
    return true;
  };
}

async function receive(request: IncomingMessage, options: Options): Promise<Answer> {
  const body = await readRaw(request);
  if (body === undefined) return { status: 413, text: "the body is larger than 25 MB" };
  if (!verify(body, header(request, "x-hub-signature-256"), options.secrets)) {
    options.log.warn({ from: request.socket.remoteAddress }, "webhook with a wrong signature refused");
    return { status: 401, text: "the signature does not match" };
  }
  const id = header(request, "x-github-delivery");
  const event = header(request, "x-github-event");
  if (!isName(id) || !isName(event)) return { status: 400, text: "X-GitHub-Delivery and X-GitHub-Event are required" };
  if (!options.events.has(event)) {
    options.log.debug({ delivery: id, event }, "event ignored: nothing listens to it");
    return { status: 202, text: "ignored" };
  }
  if (!/^application\/json\b/.test(header(request, "content-type") ?? ""))
    return { status: 415, text: "set the webhook's content type to application/json" };
  return keep({ source: "github", id, event, body, receivedAt: options.now() }, options);
}

async function keep(delivery: Delivery, { store, accepted, log }: Options): Promise<Answer> {
  try {
    const kept = await store.accept(delivery);
    if (kept === "repeated") return { status: 202, text: "already accepted" };
    accepted();
    return { status: 202, text: "accepted" };
  } catch (error) {
    log.warn({ delivery: delivery.id, event: delivery.event, err: error }, "delivery could not be stored");
    return { status: 503, text: "the delivery could not be stored; redeliver it later" };
  }
}

function isName(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && text.length <= 200;
}

/** Compares over the raw bytes in constant time. Several secrets: for rotation. */
function verify(body: Buffer, signature: string | undefined, secrets: readonly string[]): boolean {
  const given = /^sha256=([0-9a-f]{64})$/.exec(signature ?? "")?.[1];
  if (given === undefined) return false;
  const bytes = Buffer.from(given, "hex");
  return secrets.some((secret) => timingSafeEqual(createHmac("sha256", secret).update(body).digest(), bytes));
}

/** The body's bytes, or undefined when it is too large (reading stops there). */
async function readRaw(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
