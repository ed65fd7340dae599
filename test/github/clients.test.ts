import { describe, expect, test } from "vitest";
import { Postponed } from "../../src/domain/postponed.ts";
import { errorKind, NoAccess } from "../../src/github/github-error.ts";
import type { Scope } from "../../src/github/tokens.ts";
import { fakeClients, repository, start } from "./fake-fetch.ts";
import type { FakeClients, Reply, Sent } from "./fake-fetch.ts";

const mint = "POST /app/installations/7/access_tokens";
const target = { owner: "acme", repo: "shop" };
const minutes = 60_000;

describe("tokens", () => {
  const read = { contents: "read", issues: "read", pull_requests: "read", checks: "read", actions: "read" };
  test.each<[Scope, Record<string, string>]>([
    ["read", { metadata: "read", ...read, statuses: "read" }],
    ["propose", { contents: "write", pull_requests: "write" }],
    ["report", { issues: "write", pull_requests: "write", checks: "write" }],
    ["enforce", { metadata: "read", administration: "write" }],
  ])("a token for %s reaches one repository and may do no more than it says", async (scope, permissions) => {
    const { clients, sent } = fakeClients();
    await clients.for(repository, scope);
    expect(sent.map(({ body }) => body)).toEqual([{ repository_ids: [42], permissions }]);
  });

  test("are asked for in the App's own name, by our clock", async () => {
    const { clients, sent } = fakeClients();
    await clients.gitToken(repository);
    const [, payload = ""] =
      /^bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(sent[0]?.headers.get("authorization") ?? "") ?? [];
    const seconds = start / 1000;
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toEqual({
      iat: seconds - 30,
      exp: seconds + 570,
      iss: 4242,
    });
  });

  test("git gets a token that only reads contents", async () => {
    const { clients, sent } = fakeClients();
    expect(await clients.gitToken(repository)).toBe("t1");
    expect(sent[0]?.body).toEqual({ repository_ids: [42], permissions: { contents: "read" } });
  });

  test("are minted once by all who ask at the same time, and kept", async () => {
    const { clients, routes } = fakeClients();
    const all = await Promise.all([1, 2, 3].map(() => clients.gitToken(repository)));
    expect([...all, await clients.gitToken(repository)]).toEqual(["t1", "t1", "t1", "t1"]);
    expect(routes()).toEqual([mint]);
  });

  test("are replaced five minutes before they expire, once by all who ask at the same time", async () => {
    const { clients, clock, routes } = fakeClients();
    await clients.gitToken(repository);
    clock.now = start + 54 * minutes;
    expect(await clients.gitToken(repository)).toBe("t1");
    clock.now = start + 56 * minutes;
    expect(await Promise.all([1, 2, 3].map(() => clients.gitToken(repository)))).toEqual(["t2", "t2", "t2"]);
    expect(routes()).toHaveLength(2);
  });

  test("one that GitHub refuses is replaced once, and the request repeated", async () => {
    const { clients, routes } = fakeClients(({ headers }) =>
      headers.get("authorization") === "token t1" ? { status: 401, json: { message: "Bad credentials" } } : undefined,
    );
    const octokit = await clients.for(repository, "read");
    await octokit.rest.repos.get(target);
    expect(routes()).toEqual([mint, "GET /repos/acme/shop", mint, "GET /repos/acme/shop"]);
  });

  test("a request that is refused with a fresh token as well is not repeated again", async () => {
    const { clients, routes } = fakeClients(({ path }) => (path.startsWith("/repos") ? { status: 401 } : undefined));
    const octokit = await clients.for(repository, "read");
    const error: unknown = await octokit.rest.repos.get(target).catch((reason: unknown) => reason);
    expect(errorKind(error)).toBe("forbidden");
    expect(routes()).toEqual([mint, "GET /repos/acme/shop", mint, "GET /repos/acme/shop"]);
  });

  test.each([404, 422])(
    "a repository that the App is not installed on (%d) gives NoAccess, and is asked for again",
    async (status) => {
      let gone = true;
      const { clients } = fakeClients(() => (gone ? { status } : undefined));
      const error: unknown = await clients.for(repository, "read").catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NoAccess);
      expect(errorKind(error)).toBe("forbidden");
      gone = false;
      expect(await clients.gitToken(repository)).toBe("t1");
    },
  );
});

describe("what the installation has granted", () => {
  const granting = (permissions: Record<string, string>): FakeClients =>
    fakeClients(({ path }) => (path === "/app/installations/7" ? { json: { permissions } } : undefined));
  const asked = ({ sent }: FakeClients): unknown => sent.at(-1)?.body["permissions"];

  test("bounds the token that decisions are made with: what is missing is left out, and nothing is written with it", async () => {
    const github = granting({ contents: "write", pull_requests: "write", administration: "read", members: "write" });
    await github.clients.for(repository, "govern");
    const permissions = { contents: "read", pull_requests: "read", administration: "read", members: "read" };
    expect(asked(github)).toEqual({ metadata: "read", ...permissions });
  });

  test("is asked for once in ten minutes, and again when it has changed", async () => {
    const github = granting({ members: "read" });
    const { clients, clock, routes } = github;
    const asks = (): number => routes().filter((route) => route === "GET /app/installations/7").length;
    await Promise.all([clients.for(repository, "govern"), clients.for({ ...repository, id: 43 }, "govern")]);
    expect(await clients.granted(7)).toEqual({ metadata: "read", members: "read" });
    expect(asks()).toBe(1);
    clock.now += 10 * minutes;
    await clients.granted(7);
    expect(asks()).toBe(2);
    clients.forget(7);
    await clients.for(repository, "govern");
    expect(asks()).toBe(3);
    expect(routes().filter((route) => route === mint)).toHaveLength(3);
  });

  test("is nothing where the App was removed, and asked for again after a failure", async () => {
    let status = 500;
    const { clients } = fakeClients(({ path }) => (path === "/app/installations/7" ? { status, json: {} } : undefined));
    await expect(clients.granted(7)).rejects.toThrow("500");
    status = 404;
    await expect(clients.for(repository, "govern")).rejects.toBeInstanceOf(NoAccess);
    status = 200;
    expect(await clients.granted(7)).toEqual({ metadata: "read" });
  });
});

describe("another repository of the installation, by name", () => {
  const repositories = [{ id: 77, name: "Rules", owner: { login: "acme" } }];
  const expires_at = new Date(start + 60 * minutes).toISOString();
  const minting = (reply: Reply): FakeClients =>
    fakeClients(({ path }) => (path.endsWith("/access_tokens") ? reply : { json: { permissions: {} } }));
  const minted = { status: 201, json: { token: "t1", expires_at, repositories } };

  test("gets a token for itself alone, which is kept while it lasts", async () => {
    const { clients, sent, clock } = minting(minted);
    await clients.forName(7, "Acme", "rules", "read");
    const octokit = await clients.forName(7, "acme", "rules", "read");
    await octokit.rest.repos.get({ owner: "acme", repo: "rules" });
    const mints = (): Sent[] => sent.filter(({ path }) => path.endsWith("/access_tokens"));
    expect(mints().map(({ body }) => body["repositories"])).toEqual([["rules"]]);
    expect(sent.at(-1)?.headers.get("authorization")).toBe("token t1");
    expect(clients.requests().get(77)).toBe(1);
    clock.now += 55 * minutes;
    await clients.forName(7, "acme", "rules", "read").catch(() => undefined);
    expect(mints()).toHaveLength(2);
  });

  test("is not there where the App is not installed on it, or where only another owner has one of that name", async () => {
    const refused = minting({ status: 422, json: { message: "not part of the installation" } });
    await expect(refused.clients.forName(7, "acme", "rules", "read")).rejects.toBeInstanceOf(NoAccess);
    const { clients } = minting(minted);
    await expect(clients.forName(7, "evil", "rules", "read")).rejects.toThrow("does not belong");
    await expect(clients.forName(7, "acme", "other", "read")).rejects.toBeInstanceOf(NoAccess);
  });
});

describe("rate limits", () => {
  const reset = String(start / 1000 + 1800);
  const cases: [string, Reply, number][] = [
    ["primary, 403", { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } }, 1_801_000],
    ["primary, 429", { status: 429, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } }, 1_801_000],
    ["secondary, 403 with retry-after", { status: 403, headers: { "retry-after": "90" } }, 90_000],
    ["secondary, 429 with retry-after", { status: 429, headers: { "retry-after": "90" } }, 90_000],
    [
      "secondary, in words only",
      { status: 403, json: { message: "You have exceeded a secondary rate limit" } },
      60_000,
    ],
    ["429 without a word", { status: 429 }, 60_000],
    [
      "GraphQL, in a success",
      {
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
        json: { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] },
      },
      1_801_000,
    ],
  ];
  test.each(cases)("%s: postponed until GitHub allows it", async (_, reply, wait) => {
    const { clients, sent } = fakeClients(({ path }) => (path.endsWith("/access_tokens") ? undefined : reply));
    const octokit = await clients.for(repository, "read");
    const error = await octokit.graphql("{ viewer { login } }").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Postponed);
    expect(error).toMatchObject({ retryAt: start + wait });
    expect(errorKind(error)).toBe("postponed");
    expect(sent).toHaveLength(2);
  });

  test("while GitHub told an installation to wait, nothing is sent for it; another installation goes on", async () => {
    let limited = true;
    const { clients, clock, routes } = fakeClients(({ path }) =>
      limited && path === "/repos/acme/shop" ? { status: 429, headers: { "retry-after": "60" } } : undefined,
    );
    const octokit = await clients.for(repository, "read");
    await expect(octokit.rest.repos.get(target)).rejects.toBeInstanceOf(Postponed);
    await expect(octokit.rest.pulls.get({ ...target, pull_number: 1 })).rejects.toMatchObject({
      retryAt: start + 60_000,
    });
    const other = await clients.for({ ...repository, id: 43, installation: 8, name: "other" }, "read");
    await other.rest.repos.get({ owner: "acme", repo: "other" });
    expect(routes().filter((route) => route.startsWith("GET"))).toEqual([
      "GET /repos/acme/shop",
      "GET /repos/acme/other",
    ]);
    limited = false;
    clock.now = start + 60_000;
    await octokit.rest.pulls.get({ ...target, pull_number: 1 });
    expect(routes().at(-1)).toBe("GET /repos/acme/shop/pulls/1");
  });

  test("a token request at the limit is postponed too", async () => {
    const { clients } = fakeClients(() => ({ status: 403, headers: { "retry-after": "5" } }));
    await expect(clients.gitToken(repository)).rejects.toMatchObject({ name: "Postponed", retryAt: start + 5_000 });
  });

  test("a 403 that is about permissions is not taken for a limit", async () => {
    const { clients } = fakeClients(({ path }) =>
      path.startsWith("/repos")
        ? {
            status: 403,
            json: { message: "Resource not accessible by integration" },
            headers: { "x-ratelimit-remaining": "4999" },
          }
        : undefined,
    );
    const octokit = await clients.for(repository, "read");
    const error: unknown = await octokit.rest.repos.get(target).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(Postponed);
    expect(errorKind(error)).toBe("forbidden");
  });
});

describe("failures", () => {
  test("an outage is reported with the request it happened to, and not retried here", async () => {
    const { clients, sent } = fakeClients(({ path }) => (path.startsWith("/repos") ? { status: 502 } : undefined));
    const octokit = await clients.for(repository, "read");
    const error: unknown = await octokit.rest.repos.get(target).catch((reason: unknown) => reason);
    expect(errorKind(error)).toBe("unavailable");
    expect(String(error)).toContain("GET /repos/{owner}/{repo} (acme/shop): 502");
    expect(sent).toHaveLength(2);
  });

  test("a broken connection is an outage", async () => {
    const { clients } = fakeClients(({ path }) => {
      if (path.startsWith("/repos")) throw new TypeError("fetch failed", { cause: new Error("ECONNRESET") });
      return undefined;
    });
    const octokit = await clients.for(repository, "read");
    const error: unknown = await octokit.rest.repos.get(target).catch((reason: unknown) => reason);
    expect(errorKind(error)).toBe("unavailable");
    expect(String(error)).toContain("ECONNRESET");
  });
});

describe("bookkeeping", () => {
  test("requests are counted per repository, those for tokens included", async () => {
    const { clients } = fakeClients();
    const octokit = await clients.for(repository, "read");
    await octokit.rest.repos.get(target);
    await clients.gitToken({ ...repository, id: 43 });
    await clients.identity().catch(() => undefined);
    expect(Object.fromEntries(clients.requests())).toEqual({ 42: 2, 43: 1 });
  });

  test("every request is one debug line, without tokens", async () => {
    const { clients, logged } = fakeClients();
    const octokit = await clients.for(repository, "read");
    await octokit.rest.repos.get(target);
    expect(logged.at(-1)).toEqual({
      fields: { method: "GET", url: "/repos/{owner}/{repo}", repository: "acme/shop", status: 200, ms: 0 },
      message: "github request",
    });
    expect(JSON.stringify(logged)).not.toMatch(/token t1|bearer/);
  });

  test("the App's identity is asked for once, and again after a failure", async () => {
    let down = true;
    const { clients, routes } = fakeClients(() => (down ? { status: 500 } : { json: { id: 4242, slug: "self-heal" } }));
    await expect(clients.identity()).rejects.toThrow("GET /app: 500");
    down = false;
    expect(await clients.identity()).toEqual({ id: 4242, slug: "self-heal", login: "self-heal[bot]" });
    await clients.identity();
    expect(routes()).toEqual(["GET /app", "GET /app"]);
  });
});
