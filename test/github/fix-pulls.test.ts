import { afterEach, beforeEach, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import { listFixPulls, listPullsWithHead } from "../../src/github/fix-pulls.ts";
import { openPull, proposeRevert } from "../../src/github/pulls.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ files: { "README.md": "shop\n" } });
});
afterEach(async () => stage.close());

const push = async (branch: string): Promise<CommitSha> =>
  CommitSha.parse(await stage.ada.push("acme/shop", { [`src/${branch}.js`]: "1;\n" }, branch));

async function propose(branch: string): Promise<number> {
  const octokit = await stage.clients.for(stage.repo, "propose");
  const pull = { branch, base: "main", title: "Fix", body: "", draft: false };
  return (await openPull(octokit, stage.repo, pull)).number;
}

test("finds the App's open fixes and reverts, and nobody else's", async () => {
  const head = await push("self-heal/one");
  const open = await propose("self-heal/one");
  await push("self-heal/two");
  const merged = await propose("self-heal/two");
  await stage.ada.merge("acme/shop", merged);
  const propose2 = await stage.clients.for(stage.repo, "propose");
  const revert = await proposeRevert(propose2, stage.repo, { number: merged, body: "It came back." });
  await push("self-heal/three");
  await stage.ada.openPull("acme/shop", { head: "self-heal/three", base: "main", title: "Mine" });
  await push("docs");
  await propose("docs");
  const found = await listFixPulls(await stage.clients.for(stage.repo, "govern"), stage.repo);
  expect(found.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([open, revert]);
  expect(found).toContainEqual({ number: open, head, base: "main", author: stage.github.app.botLogin });
});

test("finds the open pull requests of a head, not those that merely contain it", async () => {
  const head = await push("self-heal/one");
  const first = await propose("self-heal/one");
  await stage.ada.request("POST /repos/acme/shop/git/refs", { ref: "refs/heads/same", sha: head });
  const second = await stage.ada.openPull("acme/shop", { head: "same", base: "main", title: "Same" });
  const closed = await stage.ada
    .openPull("acme/shop", { head: "same", base: "self-heal/one", title: "x" })
    .catch(() => undefined);
  expect(closed).toBeUndefined();
  const octokit = await stage.clients.for(stage.repo, "govern");
  const found = await listPullsWithHead(octokit, stage.repo, head);
  expect(found.toSorted((a, b) => a - b)).toEqual([first, second.number]);
  await stage.ada.closePull("acme/shop", second.number);
  expect(await listPullsWithHead(octokit, stage.repo, head)).toEqual([first]);
});
