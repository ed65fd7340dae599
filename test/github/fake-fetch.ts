import { generateKeyPairSync } from "node:crypto";
import type { Repository } from "../../src/domain/repository.ts";
import { createClients } from "../../src/github/clients.ts";
import type { ClientOptions, Clients } from "../../src/github/clients.ts";

export type Sent = { method: string; path: string; headers: Headers; body: Record<string, unknown>; at: number };
export type Reply = { status?: number; headers?: Record<string, string>; json?: unknown };

export const repository: Repository = { id: 42, installation: 7, owner: "acme", name: "shop" };

/** 2026-01-01T00:00:00Z, in milliseconds. */
export const start = Date.UTC(2026, 0, 1);

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export type FakeClients = {
  clients: Clients;
  sent: Sent[];
  /** Routes of the requests so far, as `GET /app`. */
  routes: () => string[];
  logged: { fields: object; message: string }[];
  clock: { now: number };
};

/**
 * Clients over a `fetch` that answers what `reply` says, and mints tokens by itself: `t1`, `t2`, … valid for an hour.
 * Requests that `reply` knows nothing about are answered with 200 and an empty object.
 */
export function fakeClients(
  reply: (sent: Sent) => Reply | undefined = () => undefined,
  options: Partial<ClientOptions> = {},
): FakeClients {
  const sent: Sent[] = [];
  const logged: FakeClients["logged"] = [];
  const clock = { now: start };
  const log = (fields: object, message: string): void => void logged.push({ fields, message });
  let minted = 0;
  const clients = createClients({
    appId: 4242,
    privateKey,
    baseUrl: "https://github.test/api",
    now: () => clock.now,
    log: { debug: log, warn: log },
    limits: { spacingMs: 0, perHour: 1_000, maxWaiting: 100 },
    fetch: async (target, init) => {
      const { method = "GET", body, headers } = init ?? {};
      const url = new URL(target instanceof Request ? target.url : target);
      const path = url.pathname.replace("/api", "");
      const sentBody = typeof body === "string" ? JSON.parse(body) : {};
      const request: Sent = { method, path, headers: new Headers(headers), body: sentBody, at: performance.now() };
      sent.push(request);
      const known = reply(request);
      if (known) return answer(url, known);
      if (!path.endsWith("/access_tokens")) return answer(url, {});
      minted += 1;
      const expires_at = new Date(clock.now + 3_600_000).toISOString();
      return answer(url, { status: 201, json: { token: `t${minted}`, expires_at } });
    },
    ...options,
  });
  return { clients, sent, logged, clock, routes: () => sent.map(({ method, path }) => `${method} ${path}`) };
}

function answer(url: URL, { status = 200, headers = {}, json = {} }: Reply): Response {
  const all = { "content-type": "application/json", ...headers };
  const response = new Response(status === 304 ? null : JSON.stringify(json), { status, headers: all });
  // A made-up response has no address, and octokit reads it when it turns pages.
  return Object.defineProperty(response, "url", { value: url.href });
}
