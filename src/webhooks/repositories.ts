import { clip } from "./clip.ts";
import { ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

const changes = {
  renamed: "renamed",
  transferred: "transferred",
  deleted: "deleted",
  edited: "edited",
  archived: "edited",
  unarchived: "edited",
  privatized: "edited",
  publicized: "edited",
} as const;
type RepositoryEvent = `repository.${keyof typeof changes}`;

/** Names, owner, default branch: the id stays, everything that is shown or expected by name is looked at again. */
export function repositoryChanged(payload: Payload<RepositoryEvent>): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  return [{ kind: "repository", repository, change: changes[payload.action], by: clip(payload.sender.login, 300) }];
}

/** The account that the App is installed on has another name. */
export function ownerRenamed({ installation, account }: Payload<"installation_target.renamed">): Inbound[] {
  if (!installation) return ignored(notInstalled);
  return [{ kind: "owner", installation: installation.id, owner: account.login ?? "" }];
}
