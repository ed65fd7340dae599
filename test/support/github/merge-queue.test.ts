import { expect, test } from "vitest";
import { stage } from "./stage.ts";
import type { Permissions } from "./types.ts";

const permissions: Permissions = { contents: "write", pull_requests: "write", merge_queues: "read" };
const events = ["merge_group", "pull_request"];
const query = `{ repository(owner: "acme", name: "shop") { mergeQueue(branch: "main") { entries(first: 100) {
  nodes { position state baseCommit { oid } headCommit { oid } pullRequest { number } } pageInfo { hasNextPage }
} } } }`;

async function stageQueue(app: Permissions = permissions) {
  const staged = await stage({ app: { permissions: app, events } });
  const numbers = [];
  for (const name of ["one", "two", "three"]) {
    await staged.alice.push("acme/shop", { [`${name}.txt`]: name }, name);
    numbers.push((await staged.alice.openPull("acme/shop", { head: name, base: "main", title: name })).number);
  }
  const groups = () =>
    staged.github.deliveries.filter(({ event }) => event === "merge_group").map(({ payload }) => payload);
  return { ...staged, numbers, groups };
}

test("a group is a real commit on a branch of its own, and checks of it are requested", async () => {
  const { github, octokit, shop, groups } = await stageQueue();
  const base = await shop.head();
  expect(await octokit.graphql(query)).toEqual({ repository: { mergeQueue: null } });
  const head = await github.enqueue("acme/shop", [1, 2]);
  const later = await github.enqueue("acme/shop", [3]);
  expect(await shop.branches()).toMatchObject({
    [`gh-readonly-queue/main/pr-2-${base}`]: head,
    [`gh-readonly-queue/main/pr-3-${head}`]: later,
  });
  expect(Object.keys(await shop.files(head))).toEqual(["one.txt", "run.sh", "src/sum.js", "two.txt"]);
  const first = await shop.git("rev-parse", `${head}^`);
  expect(await octokit.graphql(query)).toEqual({
    repository: {
      mergeQueue: {
        entries: {
          nodes: [
            [base, first, 1],
            [first, head, 2],
            [head, later, 3],
          ].map(([from, to, number]) => ({
            position: number,
            state: "AWAITING_CHECKS",
            baseCommit: { oid: from },
            headCommit: { oid: to },
            pullRequest: { number },
          })),
          pageInfo: { hasNextPage: false },
        },
      },
    },
  });
  const group = { head_sha: head, head_ref: `refs/heads/gh-readonly-queue/main/pr-2-${base}`, base_sha: base };
  expect(groups()).toMatchObject([
    { action: "checks_requested", merge_group: { ...group, base_ref: "refs/heads/main" } },
    { action: "checks_requested", merge_group: { head_sha: later, base_sha: head } },
  ]);
  await expect(github.enqueue("acme/shop", [1])).rejects.toThrow(/queued already/);
  github.assertValid();
});

test("a group leaves the queue merged or not", async () => {
  const { github, shop, groups } = await stageQueue();
  const base = await shop.head();
  const bad = await github.enqueue("acme/shop", [3]);
  await github.leaveQueue("acme/shop", bad, "invalidated");
  expect(await shop.head()).toBe(base);
  const head = await github.enqueue("acme/shop", [1, 2]);
  await github.leaveQueue("acme/shop", head, "merged");
  expect(await shop.head()).toBe(head);
  expect(Object.keys(await shop.branches()).filter((name) => name.startsWith("gh-"))).toEqual([]);
  expect((await shop.pulls()).map(({ state, merged }) => [state, merged])).toEqual([
    ["closed", true],
    ["closed", true],
    ["open", false],
  ]);
  expect(groups()).toMatchObject([
    { action: "checks_requested" },
    { action: "destroyed", reason: "invalidated" },
    { action: "checks_requested" },
    { action: "destroyed", reason: "merged", merge_group: { head_sha: head } },
  ]);
  await expect(github.leaveQueue("acme/shop", head, "dequeued")).rejects.toThrow(/no merge group/);
  github.assertValid();
});

test("the queue takes its permission, and where it is a rule nobody merges past it", async () => {
  const { github, octokit, shop, groups, at } = await stageQueue({ contents: "write", pull_requests: "write" });
  await github.enqueue("acme/shop", [1]);
  expect(groups()).toEqual([]);
  const refused: unknown = await octokit.graphql(query).catch((error: unknown) => error);
  expect(refused).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
  shop.settings.rules.push({ type: "merge_queue" });
  const merge = octokit.rest.pulls.merge({ ...at, pull_number: 2 });
  await expect(merge).rejects.toMatchObject({ status: 405, message: expect.stringMatching(/merge queue/) });
  github.assertValid();
});
