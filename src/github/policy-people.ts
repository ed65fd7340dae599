import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Repository } from "../domain/repository.ts";
import { Role } from "../domain/role.ts";
import { at } from "./address.ts";
import { errorKind } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** So many names of a policy are looked up; one that names more is not worth more requests. */
const maxNames = 20;

/** Those of an organisation's teams (slugs) that do not exist. One request per team, at most 20. */
export async function missingTeams(octokit: Octokit, org: string, slugs: readonly string[]): Promise<Fact<string[]>> {
  return missing(slugs, "Members: read", async (team_slug) => octokit.rest.teams.getByName({ org, team_slug }));
}

/** Those logins that no account has. One request per login, at most 20. */
export async function missingLogins(octokit: Octokit, logins: readonly string[]): Promise<Fact<string[]>> {
  return missing(logins, "Metadata: read", async (username) => octokit.rest.users.getByUsername({ username }));
}

async function missing(
  names: readonly string[],
  permission: string,
  lookUp: (name: string) => Promise<unknown>,
): Promise<Fact<string[]>> {
  const gone: string[] = [];
  for (const name of names.slice(0, maxNames)) {
    const kind = await lookUp(name).then(
      () => undefined,
      (error: unknown) => errorKind(error) ?? Promise.reject(error),
    );
    if (kind === "forbidden") return unknown(`GitHub does not let the App look them up; grant it ${permission}`);
    if (kind === "not-found") gone.push(name);
    else if (kind) throw new Error(`cannot look up ${name}: ${kind}`);
  }
  return gone;
}

/** People (no bots) who may write to a repository, each with their role. One request per 100. */
export async function readWriters(octokit: Octokit, repo: Repository): Promise<Fact<{ login: string; role: Role }[]>> {
  try {
    const target = { ...at(repo), permission: "push" as const, per_page: 100 };
    const all = await octokit.paginate(octokit.rest.repos.listCollaborators, target);
    return all.flatMap(({ login, type, role_name: name, permissions }) =>
      type === "User" ? [{ login, role: Role.safeParse(name).data ?? baseRole(permissions) }] : [],
    );
  } catch (error) {
    if (!["forbidden", "not-found"].includes(errorKind(error) ?? "")) throw error;
    return unknown("GitHub does not let the App list the collaborators");
  }
}

/** Of a custom role, whose name says nothing. */
function baseRole({ admin, maintain }: { admin?: boolean; maintain?: boolean } = {}): Role {
  if (admin) return "admin";
  return maintain ? "maintain" : "write";
}
