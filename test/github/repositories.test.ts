import { afterEach, expect, test } from "vitest";
import { readRepository } from "../../src/github/repositories.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
afterEach(() => stage.close());

test("reads what decides whether a repository can be worked on", async () => {
  stage = await openStage({ private: true, defaultBranch: "trunk" });
  const { clients, repo, view } = stage;
  const octokit = await clients.for(repo, "read");
  const state = { repository: repo, defaultBranch: "trunk", archived: false, disabled: false, private: true };
  expect(await readRepository(octokit, repo)).toEqual(state);
  view.archive();
  expect(await readRepository(octokit, repo)).toEqual({ ...state, archived: true });
});

test("a repository that is not there is undefined", async () => {
  stage = await openStage();
  const { clients, repo } = stage;
  expect(await readRepository(await clients.for(repo, "read"), { ...repo, name: "gone" })).toBeUndefined();
});

test("another repository under the old name is not taken for the one that was meant", async () => {
  stage = await openStage();
  const { clients, repo } = stage;
  const octokit = await clients.for(repo, "read");
  expect(await readRepository(octokit, { ...repo, id: repo.id + 1 })).toBeUndefined();
});
