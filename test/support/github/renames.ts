import { canSee } from "./access.ts";
import type { Reply } from "./reply.ts";
import type { RestRequest } from "./rest.ts";
import type { Match } from "./specification.ts";
import { findRepository } from "./world.ts";
import type { Repository, World } from "./world.ts";

/** Names change, ids do not: how GitHub finds a repository under a name that it no longer has. */

/** `/repositories/{id}/…` is where its redirects lead. */
export function pathByName(world: World, path: string): string {
  const [, id, rest = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = [...world.repositories.values()].find((one) => String(one.id) === id);
  return repository ? `/repos/${repository.fullName}${rest}` : path;
}

/** GitHub's redirect for a repository that was renamed or transferred. Whoever cannot see it gets no hint. */
export function movedTo(world: World, { params, operation }: Match, request: RestRequest): Reply | undefined {
  if (!operation.path.startsWith("/repos/")) return undefined;
  const fullName = `${params["owner"]}/${params["repo"]}`;
  if (findRepository(world, fullName)) return undefined;
  const repository = world.formerNames.get(fullName.toLowerCase());
  if (!repository || !(request.caller.kind === "app" || canSee(request.caller, repository))) return undefined;
  const [, rest = ""] = /^\/repos\/[^/]+\/[^/]+(\/.*)?$/.exec(request.path) ?? [];
  const query = new URLSearchParams(request.query).toString();
  const location = `${world.url}/repositories/${repository.id}${rest}${query === "" ? "" : `?${query}`}`;
  const [status, message] = request.method === "GET" ? [301, "Moved Permanently"] : [307, "Temporary Redirect"];
  const body = { message, url: location, documentation_url: "https://docs.github.com/rest" };
  return { status, headers: { location }, body };
}

/** Git follows GitHub's redirects; here it is simply answered. */
export function findEvenRenamed(world: World, fullName: string): Repository | undefined {
  return findRepository(world, fullName) ?? world.formerNames.get(fullName.toLowerCase());
}

/** Call it after `name` or `owner` changed. */
export function moveRepository(world: World, repository: Repository): void {
  const former = repository.fullName;
  repository.fullName = `${repository.owner.login}/${repository.name}`;
  world.repositories.delete(former.toLowerCase());
  world.repositories.set(repository.fullName.toLowerCase(), repository);
  world.formerNames.set(former.toLowerCase(), repository);
}
