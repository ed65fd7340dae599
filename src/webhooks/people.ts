import { ignored, notInstalled } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

type PeopleEvent =
  | "member.added"
  | "member.edited"
  | "member.removed"
  | "membership.added"
  | "membership.removed"
  | "team.edited"
  | "team.deleted"
  | "team.added_to_repository"
  | "team.removed_from_repository"
  | "organization.member_removed";

/** Somebody's rights changed: an approval may have begun or ceased to count. */
export function peopleChanged(payload: Payload<PeopleEvent>): Inbound[] {
  const { installation } = payload;
  if (!installation) return ignored(notInstalled);
  const repository = "repository" in payload ? payload.repository?.id : undefined;
  return [{ kind: "gates", installation: installation.id, ...(repository !== undefined && { repository }) }];
}
