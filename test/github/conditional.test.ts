import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createConditional } from "../../src/github/conditional.ts";
import { fakeClients, repository, start } from "./fake-fetch.ts";
import type { FakeClients, Reply, Sent } from "./fake-fetch.ts";

const target = { owner: "acme", repo: "shop" };

/** Like GitHub: an ETag is a hash of `accept`, `authorization` and the body, unless `etag` says how else. */
function tagged(json: unknown, headers: Headers, more: Record<string, string> = {}, etag = hashOf): Reply {
  const tag = `W/"${etag(JSON.stringify(json), headers)}"`;
  if (headers.get("if-none-match")?.replace("W/", "") === tag.replace("W/", "")) return { status: 304 };
  return { json, headers: { etag: tag, ...more } };
}

function hashOf(body: string, headers: Headers): string {
  const text = [headers.get("accept"), headers.get("authorization"), body].join(":");
  return createHash("sha256").update(text).digest("hex");
}

const bodyOnly = (body: string): string => createHash("sha256").update(body).digest("hex");

/** Clients of a GitHub whose repositories answer `json`, and whose installation granted everything. */
function setting(json: (sent: Sent) => unknown, etag = hashOf): FakeClients {
  return fakeClients((sent) => {
    if (sent.path === "/app/installations/7") return { json: { permissions: { contents: "read" } } };
    if (sent.path.endsWith("/access_tokens")) return undefined;
    return tagged(json(sent), sent.headers, {}, etag);
  });
}

describe("what did not change", () => {
  test("is asked for with its ETag, and given as it was", async () => {
    const { clients, sent } = setting(() => ({ id: 42, name: "shop" }));
    const octokit = await clients.for(repository, "govern");
    const first = await octokit.rest.repos.get(target);
    const second = await octokit.rest.repos.get(target);
    expect(second.data).toEqual(first.data);
    expect(second.status).toBe(200);
    expect(sent.at(-1)?.headers.get("if-none-match")).toBe(first.headers.etag);
    expect(clients.unchanged().get(42)).toBe(1);
    expect(clients.requests().get(42)).toBe(3);
  });

  test.each([
    ["by the ETag that GitHub will compute for it", hashOf],
    ["also where ETags are made in another way", bodyOnly],
  ])("stays free when the token is another one, %s", async (_, etag) => {
    const { clients, clock } = setting(() => ({ id: 42 }), etag);
    const octokit = await clients.for(repository, "govern");
    await octokit.rest.repos.get(target);
    clock.now = start + 3_600_000;
    await octokit.rest.repos.get(target);
    expect(clients.unchanged().get(42)).toBe(1);
  });

  test("a caller who changes what it was given does not change what the next one gets", async () => {
    const { clients } = setting(() => ({ id: 42, name: "shop" }));
    const octokit = await clients.for(repository, "govern");
    const { data } = await octokit.rest.repos.get(target);
    data.name = "changed";
    await octokit.rest.repos.get(target).then((again) => expect(again.data.name).toBe("shop"));
  });
});

describe("what did change", () => {
  test("is seen at once", async () => {
    let name = "shop";
    const { clients } = setting(() => ({ id: 42, name }));
    const octokit = await clients.for(repository, "govern");
    await octokit.rest.repos.get(target);
    name = "store";
    expect((await octokit.rest.repos.get(target)).data.name).toBe("store");
    expect(clients.unchanged().size).toBe(0);
  });

  test("is seen when only another page began: the body of a full page stays the same, its link does not", async () => {
    const reviews = Array.from({ length: 100 }, (_, id) => ({ id: id + 1 }));
    let more: object[] = [];
    const { clients } = fakeClients(({ path, headers }) => {
      if (path === "/app/installations/7") return { json: { permissions: {} } };
      if (!path.endsWith("/reviews")) return undefined;
      const next = {
        link: `<https://github.test/api/repos/acme/shop/pulls/1/second/reviews?per_page=100>; rel="next"`,
      };
      if (path.includes("second")) return tagged(more, headers);
      return tagged(reviews, headers, more.length > 0 ? next : {});
    });
    const octokit = await clients.for(repository, "govern");
    const list = async (): Promise<number> =>
      (await octokit.paginate(octokit.rest.pulls.listReviews, { ...target, pull_number: 1, per_page: 100 })).length;
    expect(await list()).toBe(100);
    more = [{ id: 101 }];
    expect(await list()).toBe(101);
  });

  test("of one repository is never taken for another's, though the address is the same", async () => {
    // Whoever sends an ETag along is told that nothing changed.
    const { clients } = setting(
      ({ headers }) => ({ name: headers.get("authorization") }),
      () => "same",
    );
    const one = await clients.for(repository, "govern");
    const other = await clients.for({ ...repository, id: 43 }, "govern");
    const report = await clients.for(repository, "report");
    const names: string[] = [];
    for (const octokit of [one, other, report]) names.push((await octokit.rest.repos.get(target)).data.name);
    expect(names).toEqual(["token t1", "token t2", "token t3"]);
  });
});

test("a failure is given as it is, and what was remembered survives it", async () => {
  let down = false;
  const { clients } = fakeClients(({ path, headers }) => {
    if (path === "/app/installations/7") return { json: { permissions: {} } };
    if (path.endsWith("/access_tokens")) return undefined;
    return down ? { status: 502 } : tagged({ id: 42 }, headers);
  });
  const octokit = await clients.for(repository, "govern");
  await octokit.rest.repos.get(target);
  down = true;
  await expect(octokit.rest.repos.get(target)).rejects.toThrow("502");
  down = false;
  await octokit.rest.repos.get(target);
  expect(clients.unchanged().get(42)).toBe(1);
});

test("only what is read for each decision is asked for conditionally: other scopes and writes are not", async () => {
  const { clients, sent } = setting(() => ({ id: 42 }));
  const octokit = await clients.for(repository, "read");
  await octokit.rest.repos.get(target);
  await octokit.rest.repos.get(target);
  expect(sent.some(({ headers }) => headers.has("if-none-match"))).toBe(false);
});

test.each([
  ["number", { maxEntries: 2, maxBytes: 1_000 }],
  ["size", { maxEntries: 100, maxBytes: 33 }],
])("what was used last stays, within a bound on their %s", async (_, limits) => {
  const asked: (string | null)[] = [];
  const answer = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    asked.push(headers.get("if-none-match") && String(url));
    const { status = 200, json, headers: shown } = tagged(["0123456789"], headers);
    const body = status === 304 ? null : JSON.stringify(json);
    return new Response(body, { status, headers: { "content-type": "application/json", ...shown } });
  };
  const get = createConditional(answer, limits).fetchFor(repository, "govern");
  for (const page of ["a", "b", "a", "c", "b", "a"]) await get(`https://github.test/${page}`);
  const known = asked.map((url) => url?.at(-1));
  // `b` went when `c` came, `a` when `b` came back.
  expect(known).toEqual([undefined, undefined, "a", undefined, undefined, undefined]);
});
