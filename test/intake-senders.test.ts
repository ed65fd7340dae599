import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery } from "../src/database/store.ts";
import { createTally } from "../src/intake.ts";
import type { Tally } from "../src/intake.ts";
import { createSenderIntake } from "../src/intake-senders.ts";
import { sampleCall } from "../src/source-sample.ts";
import type { Source } from "../src/sources.ts";
import { SenderKind } from "../src/webhooks/sender.ts";
import { senders } from "../src/webhooks/senders.ts";

const secrets = ["the-new-secret-of-now", "the-old-secret-of-before"];
const refusal = "the signature or token does not match\n";
const now = Date.UTC(2026, 0, 31);
let server: Server;
let stored: Delivery[];
let full: boolean;
let warnings: object[];
let at: number;
let tally: Tally;

function source(kind: SenderKind, patch: Partial<Source> = {}): Source {
  const rate = { perMinute: 60, burst: 120 };
  return { name: kind, kind, secrets, projects: { "*": "acme/shop" }, rate, ...patch };
}

async function listen(sources: readonly Source[]): Promise<void> {
  server?.close();
  const log = { debug: () => undefined, warn: (fields: object) => void warnings.push(fields) };
  tally = createTally();
  const accept = (delivery: Delivery): Promise<"stored" | "repeated"> => {
    if (full) return Promise.reject(new Error("disk full"));
    if (stored.some((one) => one.id === delivery.id && one.source === delivery.source))
      return Promise.resolve("repeated");
    stored.push(delivery);
    return Promise.resolve("stored");
  };
  const accepted = () => undefined;
  const intake = createSenderIntake({ store: { accept }, accepted, sources, senders, tally, log, now: () => at });
  server = createServer((request, response) => {
    void Promise.resolve(intake(request, response)).then((taken) => taken || response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

beforeEach(async () => {
  [stored, full, warnings, at] = [[], false, [], now];
  await listen(SenderKind.options.map((kind) => source(kind)));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const address = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const call = (kind: SenderKind, secret = secrets[0] ?? "", name: string = kind) =>
  sampleCall(kind, { name, project: "api", secret, at });

async function exchange(
  { path, headers, body }: { path: string; headers: Record<string, string>; body: string | Buffer },
  method = "POST",
): Promise<[number, string, Headers]> {
  const response = await fetch(address(path), { method, headers, ...(method === "POST" && { body }) });
  return [response.status, await response.text(), response.headers];
}

const send = async (call: Parameters<typeof exchange>[0]): Promise<[number, string]> => {
  const [status, text] = await exchange(call);
  return [status, text];
};

/** A report that its sender signed, of this body. */
function report(body: string | Buffer, secret = secrets[0] ?? "", headers: Record<string, string> = {}) {
  const timestamp = String(at / 1000);
  const signature = createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
  return {
    path: "/api/v1/webhooks/self-heal",
    body,
    headers: {
      "content-type": "application/json",
      "x-self-heal-timestamp": timestamp,
      "x-self-heal-signature": `sha256=${signature}`,
      ...headers,
    },
  };
}

test.each(SenderKind.options)(
  "stores what %s sent and proved, under its source's name, and answers 202",
  async (kind) => {
    expect(await send(call(kind))).toEqual([202, "accepted\n"]);
    expect(stored).toMatchObject([{ source: kind, receivedAt: now }]);
    expect(tally.counts()).toMatchObject({ [kind]: { accepted: 1, refused: 0 } });
  },
);

test.each(SenderKind.options)(
  "takes the older of %s's two secrets, and refuses any other with one text",
  async (kind) => {
    expect((await send(call(kind, secrets[1])))[0]).toBe(202);
    expect(await send(call(kind, "a-secret-that-nobody-has"))).toEqual([401, refusal]);
    expect(await send({ ...call(kind), path: `/api/v1/webhooks/${kind}`, headers: {} })).toEqual([401, refusal]);
    expect(stored).toHaveLength(1);
  },
);

test("a source that does not exist, and a kind without sources, are refused with the same text", async () => {
  await listen([source("sentry")]);
  expect(await send(call("grafana"))).toEqual([401, refusal]);
  expect(await send({ ...call("sentry", "x"), path: "/api/v1/webhooks/sentry/another/x" })).toEqual([401, refusal]);
  expect((await send({ ...call("sentry"), path: "/api/v1/webhooks/rollbar" }))[0]).toBe(404);
});

test("of several sources of a kind, the plain route finds the one that signed, and a named route asks only one", async () => {
  await listen([
    source("sentry", { name: "web", secrets: ["the-secret-of-web-here"] }),
    source("sentry", { name: "jobs" }),
  ]);
  await send({ ...call("sentry"), path: "/api/v1/webhooks/sentry" });
  expect(stored.map((one) => one.source)).toEqual(["jobs"]);
  expect((await send(call("sentry", secrets[0], "web")))[0]).toBe(401);
  expect((await send(call("sentry", secrets[0], "jobs")))[0]).toBe(202);
});

test("Logfire's token stands at the end of the path, with the source's name before it or without", async () => {
  const { headers, body } = call("logfire");
  expect((await send({ path: `/api/v1/webhooks/logfire/${secrets[0]}`, headers, body }))[0]).toBe(202);
  expect((await send({ path: `/api/v1/webhooks/logfire/logfire/${secrets[1]}`, headers, body }))[0]).toBe(202);
  expect((await send({ path: "/api/v1/webhooks/logfire/%zz", headers, body }))[0]).toBe(401);
});

test("OTLP logs arrive at /v1/logs; protobuf is answered with 415", async () => {
  const logs = { ...call("otlp"), path: "/v1/logs" };
  expect((await send(logs))[0]).toBe(202);
  const headers = { ...logs.headers, "content-type": "application/x-protobuf" };
  expect(await send({ ...logs, headers })).toEqual([415, "set the content type to application/json\n"]);
});

test("a repeated id is answered and stored once", async () => {
  const once = call("sentry");
  await send(once);
  expect(await send(once)).toEqual([202, "already accepted\n"]);
  expect([stored.length, tally.counts()["sentry"]?.repeated]).toEqual([1, 1]);
});

test("a signed report is refused outside its window", async () => {
  const old = report('{"error_message":"x"}');
  at += 301_000;
  expect(await send(old)).toEqual([401, refusal]);
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const)("decodes %s, and checks the signature over what comes out", async (encoding, pack) => {
  const signed = report('{"error_message":"x"}');
  const packed = { ...signed, body: pack(signed.body), headers: { ...signed.headers, "content-encoding": encoding } };
  expect((await send(packed))[0]).toBe(202);
  expect(stored[0]?.body.toString()).toBe('{"error_message":"x"}');
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const)(
  "a bomb of %s is answered with 413 and never unpacked whole",
  async (encoding, pack) => {
    const bomb = pack(Buffer.alloc(200 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect((await send({ ...report(bomb), headers: { "content-encoding": encoding } }))[0]).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
    expect(tally.counts()["self-heal"]?.tooLarge).toBe(1);
  },
  20_000,
);

test("refuses a body above 1 MB; OTLP's may have 5", async () => {
  expect((await send(report(Buffer.alloc(1024 * 1024 + 1))))[0]).toBe(413);
  const logs = call("otlp");
  const filler = " ".repeat(4 * 1024 * 1024);
  expect((await send({ ...logs, body: `${logs.body}${filler}` }))[0]).toBe(202);
  expect((await send({ ...logs, body: `${logs.body}${filler}${filler}` }))[0]).toBe(413);
});

test.each([
  ["broken gzip", Buffer.from("no"), { "content-encoding": "gzip" }, [400, "the body is not valid gzip"]],
  ["an unknown encoding", Buffer.from("{}"), { "content-encoding": "gzip, gzip" }, [415, "send the body plain"]],
  ["invalid UTF-8", Buffer.from([0x22, 0xff, 0x22]), {}, [400, "the body is not UTF-8"]],
  ["half of some JSON", Buffer.from('{"error_message":'), {}, [400, "the body is not valid JSON"]],
  ["nothing", Buffer.from(""), {}, [400, "the body is empty"]],
  ["a form", Buffer.from("{}"), { "content-type": "application/x-www-form-urlencoded" }, [415, "set the content type"]],
] as const)("answers to %s with what is wrong, and stores nothing", async (_, body, headers, [status, text]) => {
  const [given, said] = await send(report(body, secrets[0], headers));
  expect([given, said]).toEqual([status, expect.stringContaining(text)]);
  expect(stored).toEqual([]);
});

test("JSON of 100,000 levels, NULs and huge texts are stored, cut, and readable", async () => {
  const deep = `{"error_message":"\\u0000${"x".repeat(300_000)}","extra":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  expect((await send(report(deep)))[0]).toBe(202);
  const kept = stored[0]?.body.toString() ?? "";
  expect(kept.length).toBeLessThan(300_000);
  expect(kept).not.toContain("\\u0000");
  expect(JSON.parse(kept)).toHaveProperty("error_message");
});

test("secrets in a payload are gone before it is stored", async () => {
  await send(report('{"error_message":"login of mona@example.com failed","extra":{"password":"hunter2hunter2"}}'));
  expect(stored[0]?.body.toString()).toContain("login of");
  expect(stored[0]?.body.toString()).not.toMatch(/hunter2|mona@example/);
});

test("over the rate a sender that retries is asked to, and another is thanked and dropped", async () => {
  const rate = { perMinute: 60, burst: 1 };
  await listen([source("sentry", { rate }), source("alertmanager", { rate })]);
  for (const kind of ["sentry", "alertmanager"] as const) await send(call(kind));
  const [dropped, said] = await send(call("sentry"));
  expect([dropped, said]).toEqual([202, expect.stringMatching(/^counted and dropped/)]);
  const [busy, , headers] = await exchange(call("alertmanager"));
  expect([busy, headers.get("retry-after")]).toEqual([503, "1"]);
  expect(stored).toHaveLength(2);
  at += 1_000;
  expect(await send(call("alertmanager"))).toEqual([202, "accepted\n"]);
});

test("a call that proved nothing spends nothing of the rate", async () => {
  await listen([source("sentry", { rate: { perMinute: 1, burst: 1 } })]);
  for (let n = 0; n < 5; n += 1) await send(call("sentry", "a-secret-that-nobody-has"));
  expect(await send(call("sentry"))).toEqual([202, "accepted\n"]);
});

test("more than 20 refusals an hour are told once", async () => {
  const refuse = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await send(call("sentry", "a-secret-that-nobody-has"));
  };
  await refuse(20);
  expect(warnings).toEqual([]);
  await refuse(10);
  expect(warnings).toMatchObject([{ source: "sentry", refused: 21 }]);
  at += 3_600_000;
  await refuse(21);
  expect(warnings).toHaveLength(2);
});

test("answers 503 with a time to come back when the store cannot keep it, and 405 to a GET", async () => {
  full = true;
  const [status, , headers] = await exchange(call("sentry"));
  expect([status, headers.get("retry-after")]).toEqual([503, "30"]);
  const [refused, , allowed] = await exchange({ path: "/v1/logs", headers: {}, body: "" }, "GET");
  expect([refused, allowed.get("allow")]).toEqual([405, "POST"]);
});
