import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { whenMissing } from "./github-error.ts";
import { permits } from "./granted.ts";
import type { Permissions } from "./granted.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/** Reading more of them would cost more than a decision may. */
const maxTeams = 50;
const hint = "Grant the App Members: read in its settings.";

/** A team with the logins of its active members, in lower case. */
export type Team = { slug: string; members: ReadonlySet<string> };

/**
 * Who is an active member of some teams, or of one below them; whoever has not accepted yet is none. A team that does not
 * exist has nobody in it. One request per team and 100 members, free while nothing changes there; asking for each person
 * instead costs a request for every "no". Needs scope `govern` with Members: read.
 */
export async function readTeams(
  octokit: Octokit,
  { organization, slugs, granted }: { organization: string; slugs: readonly string[]; granted: Permissions },
): Promise<Fact<Team[]>> {
  if (slugs.length === 0) return [];
  if (!permits(granted, "members", "read")) return unknown(`who is in a team is not shown to the App. ${hint}`);
  if (slugs.length > maxTeams)
    return unknown(`${slugs.length} teams are named, of which at most ${maxTeams} are read. Name fewer.`);
  const read = async (slug: string): Promise<Team> => ({
    slug,
    members: await readMembers(octokit, organization, slug),
  });
  return visible("Who is in a team", "Members: read", async () => Promise.all(slugs.map(read)));
}

async function readMembers(octokit: Octokit, org: string, team_slug: string): Promise<ReadonlySet<string>> {
  const members = await octokit
    .paginate(octokit.rest.teams.listMembersInOrg, { org, team_slug, per_page: 100 })
    .catch(whenMissing([]));
  return new Set(members.map(({ login }) => login.toLowerCase()));
}
