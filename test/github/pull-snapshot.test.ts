import { describe, expect, test } from "vitest";
import { Postponed } from "../../src/domain/postponed.ts";
import { fakeClients, start } from "./fake-fetch.ts";
import { answering, commit, fakePull, headSha, review } from "./fake-pull.ts";
import type { FakePull } from "./fake-pull.ts";
import { sha, snapshotOf, unknownFor } from "./snapshot-of.ts";

test("has everything that the gate decides from", async () => {
  const account = { login: "self-heal[bot]", type: "Bot" };
  expect(await snapshotOf()).toEqual({
    version: 1,
    app: { id: 4242, login: "self-heal[bot]" },
    repository: { owner: "acme", name: "shop", defaultBranch: "main" },
    pull: {
      number: 1,
      state: "open",
      merged: false,
      draft: false,
      author: account,
      head: headSha,
      branch: "self-heal/abcd1234",
      base: "main",
      fork: false,
    },
    origin: {
      kind: "fix",
      incident: "abcd1234",
      requesters: [{ login: "mona", type: "User" }],
      pushers: [],
      base: "main",
      verdict: "proven",
      failingAuthor: null,
      onHold: null,
      provenHead: headSha,
    },
    files: [{ path: "src/price.js", status: "modified", additions: 2, deletions: 1 }],
    commits: [
      {
        sha: headSha,
        parents: [sha("b")],
        author: account,
        committer: { login: "web-flow", type: "User" },
        coAuthors: [],
        verified: true,
      },
    ],
    reviews: [
      {
        id: 1,
        user: { login: "ada", type: "User" },
        state: "APPROVED",
        commit: headSha,
        submittedAt: 1_700_000_001_000,
      },
    ],
    people: { ada: { type: "User", role: "write", teams: [] } },
    codeOwners: null,
    checks: [{ name: "test", app: 15368, status: "completed", conclusion: "success" }],
    requiredChecks: [],
    policy: { state: "valid", note: "" },
  });
});

describe("what GitHub cuts off is unknown", () => {
  test.each([
    ["more than 3,000 files", { changed_files: 3_001 }, "files", "3001 files"],
    ["more than 250 commits", { commits: 251 }, "commits", "251 commits"],
    ["fewer files than it counts", { changed_files: 2 }, "files", "counts 2 changed files and lists 1"],
    ["fewer commits than it counts", { commits: 2 }, "commits", "counts 2 commits and lists 1"],
  ] as const)("%s", async (_, pull, part, text) => {
    expect((await snapshotOf({ fake: fakePull({ pull }) }))[part]).toEqual(unknownFor(text));
  });
});

describe("what cannot be read", () => {
  test.each([
    ["files", "/files", 403],
    ["commits", "/commits", 403],
    ["reviews", "/reviews", 404],
    ["checks", "/check-runs", 403],
    ["codeOwners", "/trees/main", 404],
  ] as const)("%s: a refusal is unknown, an outage is thrown", async (part, path, status) => {
    const failing = (code: number) =>
      fakePull({ special: (route) => (route.endsWith(path) ? { status: code, json: { message: "no" } } : undefined) });
    expect((await snapshotOf({ fake: failing(status) }))[part]).toEqual(unknownFor("cannot be seen"));
    await expect(snapshotOf({ fake: failing(502) })).rejects.toThrow("502");
    await expect(snapshotOf({ fake: failing(429) })).rejects.toBeInstanceOf(Postponed);
  });

  test("a role: a refusal is unknown, for this person only", async () => {
    const fake = fakePull({
      reviews: [review(1, "ada"), review(2, "bob")],
      roles: { ada: "write" },
      special: (route) => (route.includes("/collaborators/bob/") ? { status: 403 } : undefined),
    });
    expect((await snapshotOf({ fake })).people).toMatchObject({
      ada: { role: "write" },
      bob: { role: unknownFor("bob") },
    });
  });
});

describe("a pull request that moves while it is read", () => {
  const moving = (times: number): FakePull => {
    const fake = fakePull();
    let left = times;
    fake.special = (route) => {
      if (!route.endsWith("/reviews") || left === 0) return undefined;
      left -= 1;
      fake.pull = { ...fake.pull, head: { ...(fake.pull["head"] as object), sha: sha(String(left)) } };
      fake.commits = [commit(sha(String(left)))];
      return undefined;
    };
    return fake;
  };

  test("is read again", async () => {
    const snapshot = await snapshotOf({ fake: moving(1) });
    expect(snapshot.pull.head).toBe(sha("0"));
    expect(snapshot.commits).toMatchObject([{ sha: sha("0") }]);
  });

  test("is put off when it does not hold still", async () => {
    await expect(snapshotOf({ fake: moving(2) })).rejects.toMatchObject({ name: "Postponed", retryAt: start + 5_000 });
  });
});

test("costs nothing when nothing changed, and one request for what did", async () => {
  const fake = fakePull({
    tree: { ".github/CODEOWNERS": "* @acme/core\n" },
    teams: { core: ["ada"] },
    protection: { json: {} },
  });
  const github = fakeClients(answering(fake));
  const paid = (): number => (github.clients.requests().get(42) ?? 0) - (github.clients.unchanged().get(42) ?? 0);
  await snapshotOf({ github });
  const cold = paid();
  // Twelve kinds of facts, the team, and a token; the second look at the pull request is free.
  expect(cold).toBe(14);
  await snapshotOf({ github });
  expect(paid() - cold).toBe(0);
  fake.reviews = [...fake.reviews, review(2, "bob")];
  await snapshotOf({ github });
  // The reviews; and Bob's role, which does not exist and so has no ETag.
  expect(paid() - cold).toBe(2);
  github.clock.now += 3_600_000;
  await snapshotOf({ github });
  // Another hour, another token: nothing else is paid but that, and Bob's role.
  expect(paid() - cold).toBe(4);
});
