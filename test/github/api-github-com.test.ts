import { generateKeyPairSync } from "node:crypto";
import nock from "nock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClients } from "../../src/github/clients.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const log = { debug: () => undefined, warn: () => undefined };
const repository = { id: 1, installation: 7, owner: "acme", name: "shop" };

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

test("without a base URL the App speaks to api.github.com, and asks for the narrowest token", async () => {
  const asked: unknown[] = [];
  nock("https://api.github.com")
    .post("/app/installations/7/access_tokens", (body) => asked.push(body) > 0)
    .reply(201, { token: "t", expires_at: "2099-01-01T00:00:00Z", permissions: {}, repository_selection: "selected" });
  nock("https://api.github.com", { reqheaders: { authorization: /^(token|bearer) t$/i } })
    .get("/repos/acme/shop")
    .reply(200, { id: 1 });
  const clients = createClients({ appId: 1, privateKey, log, now: Date.now });
  const octokit = await clients.for(repository, "propose");
  await octokit.request("GET /repos/acme/shop");
  expect(asked).toEqual([{ repository_ids: [1], permissions: { contents: "write", pull_requests: "write" } }]);
  expect(nock.isDone()).toBe(true);
});
