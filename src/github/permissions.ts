import type { Repository } from "../domain/repository.ts";
import type { Actor } from "../domain/signal.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

const writers = ["admin", "maintain", "write"];

/**
 * Whether a person may push to the repository, asked from GitHub now. One request at most: an App, a bot or an
 * organisation never counts, whatever its permissions. `author_association` in payloads is not looked at; it names
 * members who cannot write, and misses members whose membership is private.
 */
export async function hasWritePermission(octokit: Octokit, repo: Repository, actor: Actor): Promise<boolean> {
  if (actor.type !== "User" || actor.login.endsWith("[bot]")) return false;
  const answer = await octokit.rest.repos
    .getCollaboratorPermissionLevel({ ...at(repo), username: actor.login })
    .catch(whenMissing(undefined));
  if (!answer) return false;
  // `permission` folds custom roles into the base role; `role_name` is the role itself.
  const { permission, role_name: role } = answer.data;
  return writers.includes(permission) || writers.includes(role);
}
