import { mergePull } from "../github/pulls.ts";
import type { Runner } from "./deps.ts";

/** Merges the approved commit, and only that one: GitHub refuses when the head has moved. */
export const merge: Runner<"merge"> = async ({ incident, effect: { pull } }, deps) => {
  const { repository } = incident.signal;
  const merged = await mergePull(await deps.clients.for(repository, "propose"), repository, pull);
  switch (merged.kind) {
    case "merged":
      return { type: "pullMerged", number: pull.number, sha: merged.sha, by: "self-heal" };
    case "moved":
      return { type: "headMoved", head: merged.head };
    case "refused":
      return { type: "mergeRefused", note: merged.why };
  }
};
