import { afterEach, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import { createBranch, readBranch } from "../../src/github/branches.ts";
import { errorKind } from "../../src/github/github-error.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
afterEach(() => stage.close());

test("reads the commit a branch points at; a missing branch is undefined", async () => {
  stage = await openStage();
  const octokit = await stage.clients.for(stage.repo, "read");
  expect(await readBranch(octokit, stage.repo, "main")).toBe(await stage.view.head("main"));
  expect(await readBranch(octokit, stage.repo, "self-heal/none")).toBeUndefined();
});

test("an empty repository has no branch", async () => {
  stage = await openStage({ empty: true });
  const octokit = await stage.clients.for(stage.repo, "read");
  expect(await readBranch(octokit, stage.repo, "main")).toBeUndefined();
});

test("makes a branch with one request, and leaves one alone that is there", async () => {
  stage = await openStage();
  const { clients, repo, view, ada } = stage;
  const base = CommitSha.parse(await view.head("main"));
  const octokit = await clients.for(repo, "propose");
  stage.requests();
  expect(await createBranch(octokit, repo, "self-heal/x", base)).toBe(base);
  expect(stage.requests()).toEqual(["POST /git/refs"]);
  const pushed = await ada.push("acme/shop", { "a.txt": "a\n" }, "self-heal/x");
  expect(await createBranch(octokit, repo, "self-heal/x", base)).toBe(pushed);
  expect(await view.head("self-heal/x")).toBe(pushed);
});

test("a branch at a commit that does not exist is an error", async () => {
  stage = await openStage();
  const { clients, repo } = stage;
  const octokit = await clients.for(repo, "propose");
  const error: unknown = await createBranch(octokit, repo, "self-heal/x", CommitSha.parse("0".repeat(39) + "1")).catch(
    (reason: unknown) => reason,
  );
  expect(errorKind(error)).toBe("invalid");
});
