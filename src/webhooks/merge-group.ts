import { CommitSha } from "../domain/repository.ts";
import { clip } from "./clip.ts";
import { ignored, taskOn } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

/** GitHub's merge queue asks whether a group may be merged. The payload does not say which pull requests are in it. */
export function mergeGroupAsked(payload: Payload<"merge_group.checks_requested">): Inbound[] {
  const { merge_group: group, installation } = payload;
  if (!payload.repository) return ignored("the merge group names no repository");
  const source = { repository: payload.repository, installation };
  const head = CommitSha.parse(group.head_sha);
  return taskOn(source, (repository) => ({ kind: "mergeGroup", repository, head, ref: clip(group.head_ref, 1_000) }));
}
