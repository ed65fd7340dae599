import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";

const app = { permissions: { members: "read" }, events: ["team", "membership", "member", "organization"] } as const;
const team = { org: "acme", team_slug: "owners" };

test("a team has members, and invited ones who are none yet", async () => {
  const { github, octokit } = await stage({ app: { ...app, events: [...app.events] } });
  github.addTeam("acme", "owners", { alice: "active", bob: "pending" });
  const state = async (username: string) =>
    (await octokit.rest.teams.getMembershipForUserInOrg({ ...team, username })).data.state;
  expect([await state("alice"), await state("bob")]).toEqual(["active", "pending"]);
  expect(await statusOf(state("mallory"))).toBe(404);
  expect((await octokit.rest.teams.listMembersInOrg(team)).data.map(({ login }) => login)).toEqual(["alice"]);
  expect((await octokit.rest.teams.getByName(team)).data).toMatchObject({ slug: "owners", members_count: 1 });
  expect(await statusOf(octokit.rest.teams.getByName({ ...team, team_slug: "none" }))).toBe(404);
  expect(await statusOf(octokit.rest.teams.getByName({ ...team, org: "nobody" }))).toBe(404);
  github.addTeam("acme", "owners", ["bob"]);
  github.removeTeam("acme", "owners");
  expect(await statusOf(octokit.rest.teams.getByName(team))).toBe(404);
  expect(github.deliveries.slice(1).map(({ event, payload }) => ({ event, payload }))).toMatchObject([
    { event: "team", payload: { action: "created", team: { slug: "owners" }, organization: { login: "acme" } } },
    { event: "membership", payload: { action: "added", member: { login: "alice" }, scope: "team" } },
    { event: "membership", payload: { action: "removed", member: { login: "alice" } } },
    { event: "membership", payload: { action: "added", member: { login: "bob" } } },
    { event: "team", payload: { action: "deleted" } },
  ]);
  github.assertValid();
});

test("teams take the permission members, and an organization of one's own", async () => {
  const { github, octokit } = await stage({ app: { permissions: { contents: "read" } } });
  github.addTeam("acme", "owners", ["alice"]);
  await github.addRepository({ owner: "other", name: "shop" });
  expect(await statusOf(octokit.rest.teams.getByName(team))).toBe(403);
  expect(await statusOf(octokit.rest.teams.getByName({ ...team, org: "other" }))).toBe(404);
  expect(github.deliveries.map(({ event }) => event)).toEqual(["installation"]);
  expect((await octokit.rest.repos.listForOrg({ org: "acme" })).data.map(({ name }) => name)).toEqual(["shop"]);
  github.assertValid();
});

test("roles on a repository come and go with an event", async () => {
  const { github, shop } = await stage({ app: { ...app, events: [...app.events] } });
  shop.setRole("mallory", "triage");
  shop.setRole("mallory", "maintain");
  shop.setRole("mallory", undefined);
  shop.setRole("mallory", undefined);
  expect(github.deliveries.slice(1).map(({ payload }) => payload)).toMatchObject([
    { action: "added", member: { login: "mallory" }, changes: { permission: { to: "read" } } },
    { action: "edited", changes: { permission: { from: "read", to: "write" } } },
    { action: "removed" },
  ]);
  expect(() => shop.setRole("nobody", "read")).toThrow(/no user/);
  await github.sendWebhook("organization.member_added", { repository: "acme/shop" });
  github.assertValid();
});
