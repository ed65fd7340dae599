import { renderAccount, renderOrganization, stamp } from "./render.ts";
import type { Json } from "./types.ts";
import { findAccount, nodeId } from "./world.ts";
import type { Account, World } from "./world.ts";

/** Teams of organizations, and what is sent of them to the App that is installed there. */

export type Team = {
  id: number;
  organization: Account;
  slug: string;
  createdAt: Date;
  members: Map<Account, "active" | "pending">;
};
type Members = Team["members"];

export function findTeam(world: World, organization: Account, slug: string): Team | undefined {
  return world.teams.find((team) => team.organization === organization && team.slug === slug.toLowerCase());
}

export function setTeam(world: World, organization: Account, slug: string, members: Members): void {
  const known = findTeam(world, organization, slug);
  const team = known ?? newTeam(world, organization, slug);
  if (!known) announce(world, team, "team.created");
  const before = team.members;
  team.members = members;
  const active = (list: Members) => [...list].filter(([, state]) => state === "active").map(([account]) => account);
  for (const gone of active(before)) if (members.get(gone) !== "active") announceMember(world, team, gone, "removed");
  for (const come of active(members)) if (before.get(come) !== "active") announceMember(world, team, come, "added");
}

function newTeam(world: World, organization: Account, slug: string): Team {
  const id = world.nextId();
  const team = { id, organization, slug: slug.toLowerCase(), createdAt: world.now(), members: new Map() };
  world.teams.push(team);
  return team;
}

export function removeTeam(world: World, organization: Account, slug: string): void {
  const team = findTeam(world, organization, slug);
  if (!team) throw new Error(`there is no team ${organization.login}/${slug}`);
  world.teams = world.teams.filter((one) => one !== team);
  announce(world, team, "team.deleted");
}

const announceMember = (world: World, team: Team, account: Account, action: string): void =>
  announce(world, team, `membership.${action}`, { scope: "team", member: renderAccount(world, account) });

function announce(world: World, team: Team, name: string, more: Json = {}): void {
  const { organization } = team;
  const installation = world.installations.find(({ account }) => account === organization);
  if (!installation) return;
  const payload = { team: renderTeamSimple(world, team), ...more };
  world.emit(name, { installation, organization, sender: organization, payload });
}

function renderTeamSimple(world: World, { id, organization, slug }: Team): Json {
  const url = `${world.url}/organizations/${organization.id}/team/${id}`;
  return {
    id,
    node_id: nodeId("T", id),
    name: slug,
    slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${world.url}/orgs/${organization.login}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
    type: "organization",
    organization_id: organization.id,
  };
}

export function renderTeam(world: World, team: Team): Json {
  const { organization, createdAt, members } = team;
  const created = stamp(createdAt);
  const counts = ["public_repos", "public_gists", "followers", "following"].map((key) => [key, 0]);
  return {
    ...renderTeamSimple(world, team),
    created_at: created,
    updated_at: created,
    members_count: [...members.values()].filter((state) => state === "active").length,
    repos_count: 0,
    organization: {
      ...renderOrganization(world, organization),
      ...Object.fromEntries(counts),
      html_url: `${world.url}/${organization.login}`,
      has_organization_projects: true,
      has_repository_projects: true,
      created_at: stamp(organization.createdAt),
      updated_at: stamp(organization.createdAt),
      archived_at: null,
      type: "Organization",
    },
  };
}

/** Names to accounts; whoever is missing is a mistake of the test. */
export function membersOf(world: World, given: string[] | Record<string, "active" | "pending">): Members {
  const entries = Array.isArray(given) ? given.map((login) => [login, "active"] as const) : Object.entries(given);
  return new Map(
    entries.map(([login, state]) => {
      const account = findAccount(world, login);
      if (!account) throw new Error(`there is no user ${login}; addUser first`);
      return [account, state];
    }),
  );
}
