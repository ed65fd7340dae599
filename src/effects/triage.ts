import type { Event, On } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";
import type { Recall } from "../domain/recall.ts";
import type { Signal } from "../domain/signal.ts";
import { modeOf } from "../domain/standing.ts";
import type { Standing } from "../domain/standing.ts";
import { readBranch } from "../github/branches.ts";
import { hasWritePermission } from "../github/permissions.ts";
import { readRepository } from "../github/repositories.ts";
import type { RepositoryState } from "../github/repositories.ts";
import { readPolicyInForce } from "../reconcile/policy-in-force.ts";
import { indexPaths } from "../triage/repository-path.ts";
import type { Deps, Runner } from "./deps.ts";
import { settle } from "./read-policy.ts";
import { settingsInTheWay } from "./settings-in-the-way.ts";
import { weigh } from "./weigh.ts";

type Verdict = On<"triaged">["verdict"];

/** Decides whether an incident is worth fixing, and keeps the policy that it will be fixed under. */
export const triage: Runner<"triage"> = async ({ incident, recall }, deps) =>
  ({ type: "triaged", verdict: await decide(incident, recall, deps) }) satisfies Event;

async function decide(incident: Incident, recall: Recall, deps: Deps): Promise<Verdict> {
  const { signal } = incident;
  const standing = await recall.standing();
  if (signal.origin.kind === "storm") return ignore("storm", "A person ended the storm.");
  if (!deps.enabled()) return ignore("disabled", "SELF_HEAL_ENABLED is false");
  const place = await look(signal, deps);
  if ("verdict" in place) return place.verdict;
  const { repository, defaultBranch } = place;
  const mirror = await deps.mirror(signal.repository);
  const tree = await mirror.treeOf(await mirror.fetch({ branch: defaultBranch }));
  const read = await readPolicyInForce(repository, standing?.policy, deps);
  if (read.problems.length > 0) return ignore("policy-invalid", read.problems.map((line) => `- ${line}`).join("\n"));
  if (!read.policy.enabled) return ignore("disabled", "The policy says enabled: false.");
  const policy = await settle(read.policy, mirror, tree, defaultBranch);
  const paths = indexPaths(await mirror.list(tree));
  const verdict = await weigh(incident, { policy, paths, recall, deps });
  // Everything but the fix is done, so that a person who says go knows what for.
  const obstacle = verdict.kind === "fix" ? standsInTheWay(policy, standing) : undefined;
  return obstacle ? { kind: "hold", policy, ...obstacle } : verdict;
}

/** The repository as it is now, if it can be worked in and the requester may ask for that. */
async function look(
  { repository: known, requester }: Signal,
  deps: Deps,
): Promise<Pick<RepositoryState, "repository" | "defaultBranch"> | { verdict: Verdict }> {
  const octokit = await deps.clients.for(known, "read");
  const now = await readRepository(octokit, known);
  if (!now || now.archived || now.disabled)
    return { verdict: ignore("repository-unavailable", "The repository is archived, disabled or gone.") };
  if (requester && !(await hasWritePermission(octokit, known, requester)))
    return { verdict: ignore("not-authorized", `@${requester.login} has no write permission here.`) };
  if ((await readBranch(octokit, known, now.defaultBranch)) === undefined)
    return { verdict: ignore("repository-unavailable", `The repository has no branch ${now.defaultBranch} yet.`) };
  return now;
}

/** Why nothing may be fixed in this repository now, though this failure is worth it. */
function standsInTheWay(
  policy: SettledPolicy,
  standing: Standing | undefined,
): { reason: Reason; note: string } | undefined {
  const mode = modeOf(policy, standing);
  if (mode === "paused")
    return { reason: "paused", note: `Paused by ${standing?.paused?.by}. ${standing?.paused?.reason ?? ""}`.trim() };
  if (mode === "observe")
    return { reason: "observing", note: "Self-Heal observes here: a fix would be tried now, and nothing is changed." };
  const failing = settingsInTheWay(standing, policy);
  return failing.length > 0 ? { reason: "protection", note: failing.map((line) => `- ${line}`).join("\n") } : undefined;
}

function ignore(reason: Reason, note: string): Verdict {
  return { kind: "ignore", reason, note };
}
