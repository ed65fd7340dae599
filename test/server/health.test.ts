import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHealth } from "../../src/server/health.ts";
import type { Checks, Health } from "../../src/server/health.ts";

const opened: { close: () => void }[] = [];
afterEach(() => {
  for (const thing of opened.splice(0)) thing.close();
});

async function serve(
  checks: Checks,
): Promise<{ health: Health; get: (path: string) => Promise<{ status: number; body: unknown }> }> {
  const health = createHealth(checks, { now: () => 42, everySeconds: 3600 });
  const server = createServer((request, response) => {
    if (!health.handle(request, response)) response.writeHead(404).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(health, server);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  return { health, get };
}

const fine = () => Promise.resolve({ ok: true, note: "fine" });

test("is healthy as long as it answers", async () => {
  const { get } = await serve({});
  expect(await get("/api/v1/health")).toEqual({ status: 200, body: { status: "healthy" } });
});

test("is not ready before its checks ran", async () => {
  const { get } = await serve({ database: fine });
  expect(await get("/api/v1/health/ready")).toEqual({
    status: 503,
    body: { status: "not ready", checks: { database: { ok: false, note: "not checked yet", checkedAt: null } } },
  });
});

test("is ready when every check passed", async () => {
  const { health, get } = await serve({ database: fine, queue: fine });
  await health.refresh();
  expect(await get("/api/v1/health/ready")).toEqual({
    status: 200,
    body: {
      status: "ready",
      checks: { database: { ok: true, note: "fine", checkedAt: 42 }, queue: { ok: true, note: "fine", checkedAt: 42 } },
    },
  });
});

test("one failing or throwing check makes it not ready and says why", async () => {
  const { health, get } = await serve({ database: fine, model: () => Promise.reject(new Error("no key")) });
  await health.refresh();
  expect(await get("/api/v1/health/ready")).toMatchObject({
    status: 503,
    body: { status: "not ready", checks: { database: { ok: true }, model: { ok: false, note: "no key" } } },
  });
});

test("never runs a check on a request", async () => {
  let runs = 0;
  const { health, get } = await serve({ slow: () => Promise.resolve({ ok: true, note: String((runs += 1)) }) });
  await health.refresh();
  await Promise.all([get("/api/v1/health/ready"), get("/api/v1/health/ready")]);
  expect(runs).toBe(1);
});

test("leaves other requests alone", async () => {
  const { get } = await serve({});
  expect((await get("/metrics")).status).toBe(404);
});
