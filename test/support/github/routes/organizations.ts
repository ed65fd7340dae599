import { canSee } from "../access.ts";
import { renderAccount, renderRepository } from "../render.ts";
import { found, ok, page } from "../reply.ts";
import type { Call, Handler } from "../reply.ts";
import { findTeam, renderTeam } from "../teams.ts";
import type { Team } from "../teams.ts";
import { findAccount } from "../world.ts";

/** Organizations, their repositories and teams. */
export const organizationHandlers: Record<string, Handler> = {
  "repos/list-for-org": (call) => {
    const { world, caller, params } = call;
    const owner = found(findAccount(world, params["org"] ?? ""));
    const shown = [...world.repositories.values()].filter((one) => one.owner === owner && canSee(caller, one));
    return page(
      call,
      shown.map((repository) => renderRepository(world, repository)),
    );
  },
  "teams/get-by-name": (call) => ok(renderTeam(call.world, teamIn(call))),
  "teams/list-members-in-org": (call) => {
    const active = [...teamIn(call).members].filter(([, state]) => state === "active");
    return page(
      call,
      active.map(([account]) => renderAccount(call.world, account)),
    );
  },
  // Whoever is invited but has not accepted is `pending`: no member yet.
  "teams/get-membership-for-user-in-org": (call) => {
    const { world, params } = call;
    const team = teamIn(call);
    const account = found(findAccount(world, params["username"] ?? ""));
    const state = found(team.members.get(account));
    const url = `${world.url}/organizations/${team.organization.id}/team/${team.id}/memberships/${account.login}`;
    return ok({ url, role: "member", state });
  },
};

function teamIn({ world, params }: Call): Team {
  const organization = found(findAccount(world, params["org"] ?? ""));
  return found(findTeam(world, organization, params["team_slug"] ?? ""));
}
