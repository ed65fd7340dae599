import type { Repository } from "../domain/repository.ts";
import type { Inbound, Payload } from "./inbound.ts";

type InstallationEvent =
  | "installation.created"
  | "installation.deleted"
  | "installation.suspend"
  | "installation.unsuspend"
  | "installation.new_permissions_accepted";

const changes = {
  created: "active",
  deleted: "removed",
  suspend: "suspended",
  unsuspend: "active",
  new_permissions_accepted: "permissions",
} as const;

export function installationChanged(payload: Payload<InstallationEvent>): Inbound[] {
  const { action, installation } = payload;
  const repositories = (payload.repositories ?? []).map((repository) => named(repository, installation.id));
  return [{ kind: "installation", installation: installation.id, change: changes[action], repositories }];
}

type RepositoriesEvent = "installation_repositories.added" | "installation_repositories.removed";

export function repositoriesChanged(payload: Payload<RepositoriesEvent>): Inbound[] {
  const { installation, repositories_added, repositories_removed } = payload;
  return [
    {
      kind: "repositories",
      installation: installation.id,
      added: (repositories_added ?? []).map((repository) => named(repository, installation.id)),
      removed: (repositories_removed ?? []).flatMap(({ id }) => id ?? []),
    },
  ];
}

/** These payloads name a repository's owner only within `full_name`. */
function named({ id, full_name }: { id?: number; full_name?: string }, installation: number): Repository {
  const [owner = "", name = ""] = (full_name ?? "").split("/");
  return { id: id ?? 0, installation, owner, name };
}
