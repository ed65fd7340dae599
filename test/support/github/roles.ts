import type { Role } from "./types.ts";
import type { Account, Repository } from "./world.ts";

/** A user's role on a repository, by ownership, collaboration, or because everybody may read it. */
export function roleOf(repository: Repository, account: Account): Role | undefined {
  if (repository.owner === account) return "admin";
  return repository.collaborators.get(account.login.toLowerCase()) ?? (repository.private ? undefined : "read");
}

const order: readonly Role[] = ["read", "triage", "write", "maintain", "admin"];
export const isAtLeast = (role: Role | undefined, wanted: Role) =>
  role !== undefined && order.indexOf(role) >= order.indexOf(wanted);
