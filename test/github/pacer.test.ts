import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Postponed } from "../../src/domain/postponed.ts";
import { createPacer, githubWriteLimits } from "../../src/github/pacer.ts";
import type { WriteLimits } from "../../src/github/pacer.ts";
import { fakeClients, repository } from "./fake-fetch.ts";

describe("pacing by the clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Starts writes and notes when each was sent, in milliseconds from the start. */
  function pacer(limits: Partial<WriteLimits> = {}) {
    const pace = createPacer({ ...githubWriteLimits, ...limits }, () => Date.now());
    const start = Date.now();
    const sent: number[] = [];
    const write = (installation = 1): Promise<unknown> =>
      pace(installation, async () => sent.push(Date.now() - start)).catch((error: unknown) => error);
    return { sent, write };
  }

  test("writes of one installation are a second apart; another installation has its own pace", async () => {
    const { sent, write } = pacer();
    const all = [write(1), write(1), write(1), write(2)];
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all(all);
    expect(sent.toSorted((a, b) => a - b).map((ms) => Math.round(ms / 100) / 10)).toEqual([0, 0, 1, 2]);
  });

  test("a write that would have to wait long is postponed instead", async () => {
    const { sent, write } = pacer({ maxWaiting: 2 });
    const all = [write(), write(), write(), write(), write()];
    await vi.advanceTimersByTimeAsync(10_000);
    const postponed = (await Promise.all(all)).filter((result) => result instanceof Postponed);
    expect(postponed.length).toBeGreaterThan(0);
    expect(sent.length + postponed.length).toBe(5);
    expect(Math.max(...sent)).toBeLessThan(4_000);
  });

  test("after 500 writes within the hour the next one is postponed without waiting, and the next hour is free again", async () => {
    const { sent, write } = pacer({ perHour: 3 });
    const all = Promise.all([write(), write(), write()]);
    await vi.advanceTimersByTimeAsync(3_000);
    await all;
    const refused = write();
    await vi.advanceTimersByTimeAsync(10);
    expect(await refused).toMatchObject({ name: "Postponed", retryAt: expect.closeTo(Date.now() + 300_000, -2) });
    expect(sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(3_600_000);
    const next = write();
    await vi.advanceTimersByTimeAsync(10);
    await next;
    expect(sent).toHaveLength(4);
  });

  test("a write that fails gives its own error and does not hold up the next", async () => {
    const pace = createPacer(githubWriteLimits, () => Date.now());
    const broken = pace(1, () => Promise.reject(new Error("refused"))).catch((error: unknown) => error);
    const fine = pace(1, () => Promise.resolve("done"));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await broken).toEqual(new Error("refused"));
    expect(await fine).toBe("done");
  });
});

describe("what counts as a write", () => {
  const target = { owner: "acme", repo: "shop" };
  const limits: WriteLimits = { spacingMs: 0, perHour: 2, maxWaiting: 10 };

  test("reads, GraphQL queries and tokens do not; POST, PATCH, PUT, DELETE and mutations do", async () => {
    const { clients, routes } = fakeClients(undefined, { limits });
    const octokit = await clients.for(repository, "propose");
    await octokit.rest.repos.get(target);
    await octokit.graphql("query { viewer { login } }");
    await octokit.rest.pulls.update({ ...target, pull_number: 1, state: "closed" });
    await octokit.graphql("mutation { x }");
    const writes = [
      () => octokit.rest.issues.createComment({ ...target, issue_number: 1, body: "x" }),
      () => octokit.rest.pulls.merge({ ...target, pull_number: 1 }),
      () => octokit.rest.git.deleteRef({ ...target, ref: "heads/x" }),
      () => octokit.graphql("\n  mutation ($id: ID!) { x }"),
    ];
    const before = routes().length;
    for (const write of writes) await expect(write()).rejects.toBeInstanceOf(Postponed);
    expect(routes()).toHaveLength(before);
    await octokit.rest.repos.get(target);
    await clients.gitToken(repository);
  });

  test("against this machine nothing is paced; against GitHub it is, and Probot's own throttling is off", async () => {
    const time = async (options: Parameters<typeof fakeClients>[1]): Promise<number> => {
      const { clients, sent } = fakeClients(undefined, options);
      const octokit = await clients.for(repository, "report");
      const write = () => octokit.rest.issues.createComment({ ...target, issue_number: 1, body: "x" });
      await Promise.all([write(), write()]);
      const [first = 0, second = 0] = sent.filter(({ path }) => path.endsWith("/comments")).map(({ at }) => at);
      return second - first;
    };
    const withoutLimits = (baseUrl: string) => ({ baseUrl, limits: undefined }) as object;
    expect(await time(withoutLimits("http://127.0.0.1:1"))).toBeLessThan(500);
    expect(await time({ limits: { ...limits, perHour: 10 } })).toBeLessThan(500);
    expect(await time(withoutLimits("https://api.github.test"))).toBeGreaterThan(900);
  });
});
