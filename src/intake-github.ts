import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { keep, respond } from "./intake.ts";
import type { Answer, Keeping } from "./intake.ts";
import type { Handler } from "./listen.ts";
import { readBody } from "./read-body.ts";

/** GitHub never sends more (GitHub docs, "Webhook events and payloads": payloads are capped at 25 MB). */
const maxBytes = 25 * 1024 * 1024;

/** Probot's manifest points the hook at the root of the base URL, so both are the webhook route. */
const paths = new Set(["/api/github/webhooks", "/api/github/webhooks/", "/"]);

type Options = Keeping & {
  secrets: readonly string[];
  /** Event names somebody listens to; the rest is answered and forgotten. */
  events: ReadonlySet<string>;
  now: () => number;
};

const source = "github";

/**
 * GitHub's webhook route: raw bytes → signature → on disk → 202. JSON is parsed later, by the inbox, so nothing a sender
 * writes can make the answer slow. Gives false for requests that are not webhooks.
 */
export function createGithubIntake(options: Options): Handler {
  return async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (!paths.has(path) || (path === "/" && request.method !== "POST")) return false;
    respond(
      response,
      request.method === "POST" ? await receive(request, options) : { status: 405, text: "send a POST" },
    );
    return true;
  };
}

async function receive(request: IncomingMessage, options: Options): Promise<Answer> {
  const { tally, log } = options;
  const body = await readBody(request, maxBytes);
  if (!body.ok) {
    tally.count(source, body.status === 413 ? "tooLarge" : "malformed");
    return body;
  }
  if (!verify(body.bytes, header(request, "x-hub-signature-256"), options.secrets)) {
    tally.count(source, "refused");
    log.warn({ from: request.socket.remoteAddress }, "webhook with a wrong signature refused");
    return { status: 401, text: "the signature does not match" };
  }
  const id = header(request, "x-github-delivery");
  const event = header(request, "x-github-event");
  if (!isName(id) || !isName(event)) {
    tally.count(source, "malformed");
    return { status: 400, text: "X-GitHub-Delivery and X-GitHub-Event are required" };
  }
  if (!options.events.has(event)) {
    log.debug({ delivery: id, event }, "event ignored: nothing listens to it");
    return { status: 202, text: "ignored" };
  }
  if (!/^application\/json\b/.test(header(request, "content-type") ?? "")) {
    tally.count(source, "malformed");
    return { status: 415, text: "set the webhook's content type to application/json" };
  }
  return keep({ source, id, event, body: body.bytes, receivedAt: options.now() }, options);
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

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
