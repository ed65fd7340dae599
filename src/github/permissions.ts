import type { Repository } from "../domain/repository.ts";
import { atLeast, Role } from "../domain/role.ts";
import type { Actor } from "../domain/signal.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/**
 * A person's role in the repository, asked from GitHub now. One request at most: an App, a bot or an organisation has
 * none, whatever its permissions. `author_association` in payloads is not looked at; it names members who cannot write,
 * and misses members whose membership is private.
 */
export async function readRole(octokit: Octokit, repo: Repository, actor: Actor): Promise<Role> {
  if (actor.type !== "User" || actor.login.endsWith("[bot]")) return "none";
  const answer = await octokit.rest.repos
    .getCollaboratorPermissionLevel({ ...at(repo), username: actor.login })
    .catch(whenMissing(undefined));
  if (!answer) return "none";
  // `role_name` is the role itself, and the name of a custom one; `permission` folds those into the base role.
  const { permission, role_name: role } = answer.data;
  const [exact, base] = [Role.safeParse(role), Role.safeParse(permission)];
  return exact.data ?? base.data ?? "none";
}

export async function hasWritePermission(octokit: Octokit, repo: Repository, actor: Actor): Promise<boolean> {
  return atLeast(await readRole(octokit, repo, actor), "write");
}
