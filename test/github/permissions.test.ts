import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasWritePermission } from "../../src/github/permissions.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe("asked from GitHub", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage({
      collaborators: { ada: "write", max: "maintain", root: "admin", tri: "triage", rea: "read" },
    });
  });
  afterEach(() => stage.close());

  const permission = async (login: string, type = "User"): Promise<boolean> =>
    hasWritePermission(await stage.clients.for(stage.repo, "read"), stage.repo, { login, type });

  test("write, maintain and admin may write; triage, read and strangers may not", async () => {
    stage.github.addUser("stranger");
    expect(await Promise.all(["ada", "max", "root"].map((login) => permission(login)))).toEqual([true, true, true]);
    const others = ["tri", "rea", "stranger", "nobody-of-that-name"].map((login) => permission(login));
    expect(await Promise.all(others)).toEqual([false, false, false, false]);
  });

  test("a permission that was taken away counts at once", async () => {
    expect(await permission("ada")).toBe(true);
    stage.view.setRole("ada", undefined);
    expect(await permission("ada")).toBe(false);
  });

  test("only users can have it: no bot, no App and no organisation is even asked about", async () => {
    await stage.clients.for(stage.repo, "read");
    stage.requests();
    expect(await permission("ada", "Bot")).toBe(false);
    expect(await permission("acme", "Organization")).toBe(false);
    expect(await permission("ada[bot]")).toBe(false);
    expect(stage.requests()).toEqual([]);
  });
});

test.each([
  [{ permission: "write", role_name: "release-manager" }, true],
  [{ permission: "read", role_name: "maintain" }, true],
  [{ permission: "read", role_name: "triage" }, false],
  [{ permission: "none", role_name: "" }, false],
])("of a custom role the base role counts: %j is %s", async (json, expected) => {
  const { clients } = fakeClients(({ path }) => (path.endsWith("/permission") ? { json } : undefined));
  const octokit = await clients.for(repository, "read");
  expect(await hasWritePermission(octokit, repository, { login: "ada", type: "User" })).toBe(expected);
});
