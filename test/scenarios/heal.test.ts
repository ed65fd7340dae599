import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await startWorld({
    repository: { files: { ...shopFiles } },
    scripts: attempts(fixSteps()),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  });
});

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

async function label(): Promise<void> {
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, shopReport);
  await world.github.asUser(people.maintainer).addLabel(world.name, number, "ai-fix");
  await world.settle();
}

const incidents = () => world.app.store.incidents({ limit: 10 });

test("takes a labelled issue to a proven pull request that waits for a human", async () => {
  world.github.clearRequests();
  await label();
  const [incident] = await incidents();
  expect(incident?.state).toMatchObject({ phase: "awaitingApproval", pull: { number: 2 } });
  expect(incident?.proof).toMatchObject({
    verdict: "proven",
    testFiles: ["test/empty.test.js"],
    before: { exitCode: 1 },
    after: { exitCode: 0 },
  });

  const [pull] = (await world.repository.pulls()) as [
    Json & { head: { ref: string; sha: string }; labels: { name: string }[] },
  ];
  expect(pull).toMatchObject({
    title: "fix: give 0 for the average of no prices",
    draft: false,
    state: "open",
    head: { ref: `self-heal/${incident?.id}-average-of-nothing-is-nan` },
  });
  expect(pull.labels.map(({ name }) => name).sort()).toEqual(["self-heal", "self-heal:proven"]);
  const { body } = pull;
  expect(body).toMatch(/^Fixes #1\n/);
  expect(body).toContain(
    "| before (base + the fix's tests) | `node --test 'test/empty.test.js'` | exit 1 | must fail |",
  );
  expect(body).toContain("Prices that are not numbers.");
  expect(body).toContain("verify: `npm test`");

  const commit = await world.github
    .asUser(people.maintainer)
    .request(`GET /repos/${world.name}/commits/${pull.head.sha}`);
  expect(commit).toMatchObject({
    commit: { verification: { verified: true }, tree: { sha: incident?.proof?.tree } },
    author: { login: world.github.app.botLogin },
  });
  expect(await world.repository.files(pull.head.ref)).toHaveProperty(["test/empty.test.js"]);
});

test("says what it does in one comment, edited in place", async () => {
  await label();
  const comments = world.repository.comments(1);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toMatchObject({ user: { login: world.github.app.botLogin, type: "Bot" } });
  expect(world.comments(1)[0]).toContain("#2 waits for a human's review");
  expect(world.repository.comments(2)).toEqual([]);
});

test("posts the proof as a check run on the pushed commit", async () => {
  await label();
  const [incident] = await incidents();
  const head = incident?.state.phase === "awaitingApproval" ? incident.state.pull.head : "";
  const proofs = world.repository.checkRuns(head).filter(({ name }) => name === "self-heal/proof");
  expect(proofs).toHaveLength(1);
  expect(proofs[0]).toMatchObject({
    conclusion: "success",
    external_id: `${incident?.id}-1`,
    app: { id: world.github.app.id },
  });
});

test("pushes with a token that can do nothing else, and never mixes it with checks", async () => {
  await label();
  const writes = world.github.requests.filter(
    ({ method, path, token }) => token === "installation" && (method !== "GET" || path === "/graphql"),
  );
  const pushes = writes.filter(({ path }) => path === "/graphql" || path.includes("/git/") || path.endsWith("/pulls"));
  expect(pushes.length).toBeGreaterThan(1);
  for (const { permissions, repositories } of pushes) {
    expect(permissions).toEqual({ contents: "write", pull_requests: "write", metadata: "read" });
    expect(repositories).toEqual([world.name]);
  }
  for (const { permissions } of writes.filter(({ path }) => path.includes("/check-runs")))
    expect(permissions).not.toHaveProperty("contents", "write");
});

test("costs at most 50 requests from the label to the review, the gate's decisions included", async () => {
  await world.settle();
  world.github.clearRequests();
  await label();
  // git's own requests have no operation: they are not the API's. What has not changed is free.
  const paid = world.github.requests.filter(
    ({ token, operationId, status }) =>
      operationId !== undefined && status !== 304 && (token === "app" || token === "installation"),
  );
  expect(paid.length).toBeLessThanOrEqual(50);
  expect(paid.length).toBeGreaterThan(5);
});

test("follows the pull request to the merge, watches, and says so", async () => {
  await label();
  const mona = world.github.asUser(people.maintainer);
  await mona.review(world.name, 2, { event: "APPROVE" });
  const { sha } = await mona.merge(world.name, 2);
  await world.settle();
  const [incident] = await incidents();
  expect(incident?.state).toEqual({
    phase: "watching",
    pull: expect.objectContaining({ number: 2 }) as unknown,
    mergeSha: sha,
  });
  expect(world.repository.comments(1)).toHaveLength(1);
  expect(world.comments(1)[0]).toContain("#2 is merged");
  expect(world.repository.issues().find(({ number }) => number === 1)).toMatchObject({ state: "closed" });
});

test("a closed pull request ends the incident", async () => {
  await label();
  await world.github.asUser(people.maintainer).closePull(world.name, 2);
  await world.settle();
  const [incident] = await incidents();
  expect(incident?.state).toMatchObject({ phase: "closed", outcome: "rejected", reason: "closed-by-human" });
});

test("goes on after a restart with the same data", async () => {
  await label();
  await world.restart();
  await world.github.asUser(people.maintainer).merge(world.name, 2);
  await world.settle();
  expect((await incidents())[0]?.state.phase).toBe("watching");
});

test("an ignored delivery costs no request", async () => {
  await world.github.asUser(people.reporter).openIssue(world.name, { title: "a question" });
  await world.github.asUser(people.maintainer).addLabel(world.name, 1, "question");
  await world.settle();
  world.github.clearRequests();
  await world.github.asUser(people.maintainer).comment(world.name, 1, "just talking");
  await world.settle();
  await world.github.sendWebhook("star.created", { repository: world.name });
  await world.settle();
  expect(world.github.requests.filter(({ token }) => token === "app" || token === "installation")).toEqual([]);
  expect(await incidents()).toEqual([]);
});
