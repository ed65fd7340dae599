import type { Event } from "../domain/event.ts";
import type { Pull } from "../domain/incident.ts";
import type { Policy } from "../domain/policy.ts";
import { Postponed } from "../domain/postponed.ts";
import type { Recall } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import { mergePull } from "../github/merge-pull.ts";
import type { Merge } from "../github/merge-pull.ts";
import { readPull } from "../github/pulls.ts";
import { evaluatePull } from "../reconcile/evaluate.ts";
import type { Deps, Runner } from "./deps.ts";

/** When to try again, counted from the decision to merge; after the last one GitHub is taken at its word. */
const retriesMs = [5_000, 15_000, 40_000];

/**
 * Merges the approved commit, and only that one, if the gate passes now: everything is read again immediately before. In
 * the way that the policy says; a repository that does not allow it says so.
 */
export const merge: Runner<"merge"> = async ({ incident, effect: { pull }, recall }, deps) => {
  const { repository } = incident.signal;
  const evaluation = await evaluatePull({ repository, number: pull.number, recall, maxAgeMs: 0 }, deps);
  const { snapshot, decision, inForce } = evaluation;
  if (snapshot.pull.state === "closed") return ended(repository, pull.number, deps);
  if (snapshot.pull.head !== pull.head) return { type: "headMoved", head: snapshot.pull.head };
  // Held or stopped since this was ordered: that was said already.
  if (!(await isStillWanted(recall, pull))) return undefined;
  if (decision.decision !== "pass") return refused(`The gate does not pass any more. ${decision.summary}`);
  const switched = await switchedOff(inForce, recall, deps);
  if (switched !== undefined) return refused(switched);
  const octokit = await deps.clients.for(repository, "propose");
  const merged = await mergePull(octokit, repository, { ...pull, method: inForce.mergeMethod });
  return merged.kind === "notYet" ? tryAgain(incident.changedAt, merged.why, deps) : told(merged, pull.number);
};

async function isStillWanted(recall: Recall, { number, head }: Pull): Promise<boolean> {
  const state = (await recall.incident(number))?.state;
  return state?.phase === "merging" && state.pull.head === head;
}

function told(merged: Exclude<Merge, { kind: "notYet" }>, number: number): Event {
  if (merged.kind === "merged") return { type: "pullMerged", number, sha: merged.sha, by: merged.by };
  if (merged.kind === "moved") return { type: "headMoved", head: merged.head };
  return refused(`GitHub refuses to merge it: ${merged.why}`);
}

/** Somebody was faster, or an earlier try of ours got through although GitHub failed to say so. */
async function ended(repository: Repository, number: number, deps: Deps): Promise<Event> {
  const now = await readPull(await deps.clients.for(repository, "read"), repository, number);
  if (now.mergeSha) return { type: "pullMerged", number, sha: now.mergeSha, by: now.mergedBy ?? "unknown" };
  return { type: "pullClosed", number, by: now.closedBy ?? "unknown" };
}

/** The kill switches, read immediately before the merge: why it must not be made. */
async function switchedOff(policy: Policy, recall: Recall, deps: Deps): Promise<string | undefined> {
  const paused = (await recall.standing())?.paused;
  if (!deps.enabled()) return "SELF_HEAL_ENABLED is false. A person can merge it.";
  if (paused)
    return `${paused.by} paused Self-Heal in this repository. Say \`/self-heal resume\`, or merge it yourself.`;
  if (!policy.enabled) return "The policy says `enabled: false`. A person can merge it.";
  return policy.merge === "auto" ? undefined : "The policy says `merge: manual` now. A person can merge it.";
}

/** GitHub needs a moment. When it had its moments, a person is told. */
function tryAgain(since: number, why: string, deps: Deps): Event {
  const next = retriesMs.map((ms) => since + ms).find((time) => time > deps.now());
  if (next === undefined) return refused(`GitHub could not merge it in ${retriesMs.length + 1} tries: ${why}`);
  throw new Postponed(`GitHub cannot merge it yet: ${why}`, next);
}

function refused(note: string): Event {
  return { type: "mergeRefused", note: note.slice(0, 20_000) };
}
