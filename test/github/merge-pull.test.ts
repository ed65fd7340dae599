import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Postponed } from "../../src/domain/postponed.ts";
import { CommitSha } from "../../src/domain/repository.ts";
import { mergePull } from "../../src/github/merge-pull.ts";
import type { Merge } from "../../src/github/merge-pull.ts";
import { openPull, readPull } from "../../src/github/pulls.ts";
import type { Octokit } from "../../src/github/octokit.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const branch = "self-heal/fix";

let stage: Stage;
let octokit: Octokit;
let head: CommitSha;
let number: number;
beforeEach(async () => {
  stage = await openStage({}, { lazyMergeability: true });
  head = CommitSha.parse(await stage.ada.push("acme/shop", { "src/price.js": "export const price = 2;\n" }, branch));
  octokit = await stage.clients.for(stage.repo, "propose");
  ({ number } = await openPull(octokit, stage.repo, { branch, base: "main", title: "Fix", body: "", draft: false }));
  // GitHub works out whether it can be merged when it is asked the first time.
  await readPull(octokit, stage.repo, number);
});
afterEach(() => stage.close());

const merge = async (): Promise<Merge> => mergePull(octokit, stage.repo, { number, head, method: "squash" });
const refuse = (status: number, message: string): void =>
  stage.github.fail({ method: "PUT", path: /\/merge$/, status, body: { message } });

test("merges the named commit in the way it is told to, and says so again when asked again", async () => {
  const merged = await merge();
  expect(merged).toEqual({ kind: "merged", sha: await stage.view.head("main"), by: "self-heal" });
  const parents = await stage.view.git("log", "-1", "--format=%P", "main");
  expect(parents.trim().split(" ")).toHaveLength(1);
  expect(await merge()).toMatchObject({ kind: "merged", sha: await stage.view.head("main") });
  expect(await readPull(octokit, stage.repo, number)).toMatchObject({
    state: "closed",
    merged: true,
    mergedBy: "self-heal[bot]",
    mergeSha: await stage.view.head("main"),
  });
});

test("never merges another commit than the named one", async () => {
  const pushed = await stage.ada.push("acme/shop", { "src/price.js": "export const price = 3;\n" }, branch);
  const main = await stage.view.head("main");
  expect(await merge()).toEqual({ kind: "moved", head: pushed });
  expect(await stage.view.head("main")).toBe(main);
});

describe("a refusal", () => {
  test("is told in GitHub's words", async () => {
    refuse(405, "At least 1 approving review is required.");
    expect(await merge()).toEqual({ kind: "refused", why: "At least 1 approving review is required." });
  });

  test("of the way to merge is one: another way is not what the policy says", async () => {
    refuse(405, "Squash merges are not allowed on this repository.");
    expect(await merge()).toMatchObject({ kind: "refused" });
  });

  test("because of a conflict is one", async () => {
    await stage.ada.push("acme/shop", { "src/price.js": "export const price = 9;\n" });
    await readPull(octokit, stage.repo, number);
    expect(await merge()).toMatchObject({
      kind: "refused",
      why: expect.stringMatching(/^Pull Request is not mergeable/),
    });
  });

  test("because the base was just modified will pass", async () => {
    refuse(405, "Base branch was modified. Review and try the merge again.");
    expect(await merge()).toMatchObject({ kind: "notYet", why: expect.stringContaining("Base branch") });
    expect(await merge()).toMatchObject({ kind: "merged" });
  });

  test("while GitHub works out whether it fits will pass", async () => {
    await stage.ada.push("acme/shop", { "README.md": "a shop\n" });
    refuse(405, "Pull Request is not mergeable");
    expect(await merge()).toMatchObject({ kind: "notYet" });
  });

  test("because of a head that GitHub itself has not caught up with will pass", async () => {
    refuse(409, "Head branch was modified. Review and try the merge again.");
    expect(await merge()).toMatchObject({ kind: "notYet" });
  });
});

describe("when GitHub fails", () => {
  test("a merge that got through all the same is found", async () => {
    stage.github.fail({ method: "PUT", path: /\/merge$/, drop: "after" });
    expect(await merge()).toMatchObject({ kind: "merged", sha: await stage.view.head("main"), by: "self-heal[bot]" });
  });

  test("a merge that did not get through is for later", async () => {
    refuse(502, "Bad Gateway");
    expect(await merge()).toMatchObject({ kind: "notYet" });
  });

  test("nothing is concluded from a pull request that cannot be read", async () => {
    refuse(500, "Server Error");
    stage.github.fail({ method: "GET", path: /\/pulls\/\d+$/, status: 500 });
    await expect(merge()).rejects.toThrow("500");
  });

  test("a rate limit puts it off", async () => {
    stage.github.fail({ method: "PUT", path: /\/merge$/, rateLimit: "secondary" });
    await expect(merge()).rejects.toBeInstanceOf(Postponed);
  });
});
