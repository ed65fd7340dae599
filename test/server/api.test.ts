import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createApi } from "../../src/server/api.ts";
import { policySchema } from "../../src/governance/policy-schema.ts";

type Options = Parameters<typeof createApi>[0];

const repository = { id: 9, installation: 7, owner: "acme", name: "shop" };
const token = "0123456789abcdef";
// Only what the route looks at; the stored record is the contract suite's business.
const record = {
  open: true,
  at: 5,
  policy: "p",
  decision: { decision: "pending", summary: "1 of 1 missing" },
  snapshot: {},
};
const store = {
  standingByName: (owner: string, name: string) =>
    Promise.resolve(owner === "acme" && name === "shop" ? { repository, status: "active" } : undefined),
  gate: (id: number, number: number) => Promise.resolve(id === 9 && number === 12 ? record : undefined),
} as unknown as Options["store"];

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function get(
  path: string,
  { authorization, ...options }: { authorization?: string; token?: string } = { token },
) {
  const api = createApi({ store, ...options });
  server = createServer((request, response) => {
    void api(request, response).then((taken) => taken || response.writeHead(404).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server's address is an object, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: authorization ? { authorization } : {} });
  return { status: answer.status, body: (await answer.json()) as object };
}

const gatePath = "/api/v1/pulls/acme/shop/12/gate";

test("the decision about a pull request with its reasons", async () => {
  const { status, body } = await get(gatePath, { token, authorization: `Bearer ${token}` });
  expect(status).toBe(200);
  expect(body).toMatchObject({ repository: "acme/shop", number: 12, decision: "pending", summary: "1 of 1 missing" });
});

test.each(["/api/v1/pulls/acme/shop/13/gate", "/api/v1/pulls/acme/other/12/gate"])("%s: no such gate", async (path) => {
  expect(await get(path, { token, authorization: `Bearer ${token}` })).toMatchObject({ status: 404 });
});

test.each([undefined, "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`])(
  "%s is not let in",
  async (authorization) => {
    expect(await get(gatePath, { token, ...(authorization && { authorization }) })).toMatchObject({ status: 401 });
  },
);

test("without a token in the configuration nobody is let in, and is told what to set", async () => {
  const { status, body } = await get(gatePath, { authorization: `Bearer ${token}` });
  expect(status).toBe(403);
  expect(JSON.stringify(body)).toContain("SELF_HEAL_API_TOKEN");
});

test("the policy's schema is public", async () => {
  expect(await get("/self-heal.schema.json", {})).toEqual({ status: 200, body: policySchema() });
});

test.each(["/api/v1/pulls/acme/shop/0/gate", "/api/v1/pulls/../shop/1/gate", "/other"])(
  "%s is no route",
  async (path) => {
    expect(await get(path, { token, authorization: `Bearer ${token}` })).toMatchObject({ status: 404, body: {} });
  },
);
