import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery } from "../src/database/store.ts";
import { createTally } from "../src/intake.ts";
import { createGithubIntake } from "../src/intake-github.ts";

const secrets = ["a-secret-of-some-length", "the-old-secret-of-before"];
let server: Server;
let stored: Delivery[];
let full: boolean;
let wakes: number;

beforeEach(async () => {
  [stored, full, wakes] = [[], false, 0];
  const accept = (delivery: Delivery): Promise<"stored" | "repeated"> => {
    if (full) return Promise.reject(new Error("disk full"));
    if (stored.some(({ id }) => id === delivery.id)) return Promise.resolve("repeated");
    stored.push(delivery);
    return Promise.resolve("stored");
  };
  const log = { debug: () => undefined, warn: () => undefined };
  const intake = createGithubIntake({
    store: { accept },
    tally: createTally(),
    secrets,
    events: new Set(["issues"]),
    accepted: () => (wakes += 1),
    now: () => 1000,
    log,
  });
  server = createServer((request, response) => {
    void Promise.resolve(intake(request, response)).then((taken) =>
      taken ? undefined : response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const url = (path = "/api/github/webhooks"): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const sign = (body: string, secret = secrets[0] ?? ""): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

function send(body: string, headers: Record<string, string> = {}, path?: string): Promise<Response> {
  return fetch(url(path), {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": "guid-1",
      "x-hub-signature-256": sign(body),
      ...headers,
    },
  });
}

test("stores a signed delivery byte for byte before it answers 202", async () => {
  const body = '{"action":"labeled",  "text":"ü\\u0000"}';
  const response = await send(body);
  expect(response.status).toBe(202);
  expect(stored).toEqual([
    { source: "github", id: "guid-1", event: "issues", body: Buffer.from(body), receivedAt: 1000 },
  ]);
  expect(wakes).toBe(1);
});

test("takes either of two secrets, so that they can be rotated", async () => {
  expect((await send("{}", { "x-hub-signature-256": sign("{}", secrets[1]) })).status).toBe(202);
});

test.each([
  ["a wrong signature", { "x-hub-signature-256": sign("{ }") }],
  ["no signature", { "x-hub-signature-256": "" }],
  ["a signature of the old kind", { "x-hub-signature-256": "sha1=abc" }],
  ["a short signature", { "x-hub-signature-256": "sha256=abcd" }],
])("answers 401 to %s and stores nothing", async (_, headers) => {
  const response = await send("{}", headers);
  expect([response.status, await response.text()]).toEqual([401, "the signature does not match\n"]);
  expect(stored).toEqual([]);
});

test("a repeated delivery is answered and wakes nobody", async () => {
  await send("{}");
  expect((await send("{}")).status).toBe(202);
  expect([stored.length, wakes]).toEqual([1, 1]);
});

test("answers 202 to events nobody listens to, without storing them", async () => {
  const response = await send("{}", { "x-github-event": "star" });
  expect([response.status, await response.text()]).toEqual([202, "ignored\n"]);
  expect(stored).toEqual([]);
});

test("answers 400 without the delivery's id, 415 to a form, 405 to a GET", async () => {
  expect((await send("{}", { "x-github-delivery": "" })).status).toBe(400);
  expect((await send("{}", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(415);
  expect((await fetch(url())).status).toBe(405);
});

test("answers 503 when the store cannot keep it, so that it can be redelivered", async () => {
  full = true;
  expect((await send("{}")).status).toBe(503);
});

test("refuses a body above 25 MB by its announced length", async () => {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 30000000\r\n\r\n");
  const answer = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("refuses a body that grows above 25 MB without announcing it", async () => {
  const piece = new Uint8Array(1024 * 1024);
  const pieces = new ReadableStream({
    start: (controller) => {
      for (let sent = 0; sent < 26; sent += 1) controller.enqueue(piece);
      controller.close();
    },
  });
  const outcome = await fetch(url(), { method: "POST", body: pieces, duplex: "half" } as RequestInit).then(
    ({ status }) => status,
    () => "cut",
  );
  expect([413, "cut"]).toContain(outcome);
  expect(stored).toEqual([]);
});

test("the manifest's hook URL, which is the root, works too; other paths and a GET of the root do not belong to it", async () => {
  expect((await send("{}", {}, "/")).status).toBe(202);
  expect((await fetch(url("/"))).status).toBe(404);
  expect((await send("{}", {}, "/api/other")).status).toBe(404);
});
