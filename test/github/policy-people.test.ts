import { describe, expect, test } from "vitest";
import { missingLogins, missingTeams, readWriters } from "../../src/github/policy-people.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import type { Reply } from "./fake-fetch.ts";

const notFound: Reply = { status: 404, json: { message: "Not Found" } };
const refused: Reply = { status: 403, json: { message: "Resource not accessible by integration" } };

async function octokit(replies: Record<string, Reply>) {
  const fake = fakeClients(({ path }) => replies[path]);
  return { octokit: await fake.clients.for(repository, "read"), routes: fake.routes };
}

describe("names in a policy", () => {
  test("are looked up, and those that lead nowhere are told", async () => {
    const { octokit: one } = await octokit({ "/orgs/acme/teams/gone": notFound, "/users/ghost-bot": notFound });
    expect(await missingTeams(one, "acme", ["core", "gone"])).toEqual(["gone"]);
    expect(await missingLogins(one, ["ada", "ghost-bot"])).toEqual(["ghost-bot"]);
  });

  test("that may not be looked up are unknown, with the permission that is missing", async () => {
    const { octokit: one } = await octokit({ "/orgs/acme/teams/core": refused });
    expect(await missingTeams(one, "acme", ["core"])).toEqual({ unknown: expect.stringContaining("Members: read") });
  });

  test("cost no request when there are none, and twenty at most", async () => {
    const { octokit: one, routes } = await octokit({});
    await missingTeams(one, "acme", []);
    const before = routes().length;
    await missingLogins(
      one,
      Array.from({ length: 50 }, (_, at) => `u${at}`),
    );
    expect(routes().length - before).toBe(20);
  });
});

describe("people who may write", () => {
  const route = "/repos/acme/shop/collaborators";

  test("are told with their role; bots are not people", async () => {
    const json = [
      { login: "ada", type: "User", role_name: "maintain", permissions: { push: true, maintain: true } },
      { login: "eve", type: "User", role_name: "custom", permissions: { push: true } },
      { login: "bot", type: "Bot", role_name: "write", permissions: { push: true } },
    ];
    const { octokit: one } = await octokit({ [route]: { json } });
    expect(await readWriters(one, repository)).toEqual([
      { login: "ada", role: "maintain" },
      { login: "eve", role: "write" },
    ]);
  });

  test("are unknown where they cannot be listed", async () => {
    const { octokit: one } = await octokit({ [route]: refused });
    expect(await readWriters(one, repository)).toEqual({ unknown: expect.any(String) });
  });
});
