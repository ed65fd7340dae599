import type { Event, On } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";
import { readBranch } from "../github/branches.ts";
import { hasWritePermission } from "../github/permissions.ts";
import { readRepository } from "../github/repositories.ts";
import { confidence } from "../triage/confidence.ts";
import type { Deps, Runner } from "./deps.ts";
import { failedLog } from "./failed-log.ts";
import { policyPath, readPolicy } from "./read-policy.ts";

type Verdict = On<"triaged">["verdict"];

/** Decides whether an incident is worth fixing, and keeps the policy that it will be fixed under. */
export const triage: Runner<"triage"> = async ({ incident }, deps) =>
  ({ type: "triaged", verdict: await decide(incident, deps) }) satisfies Event;

async function decide(incident: Incident, deps: Deps): Promise<Verdict> {
  const { signal } = incident;
  if (!deps.enabled()) return ignore("disabled", "SELF_HEAL_ENABLED is false");
  const octokit = await deps.clients.for(signal.repository, "read");
  const repository = await readRepository(octokit, signal.repository);
  if (!repository || repository.archived || repository.disabled)
    return ignore("repository-unavailable", "The repository is archived, disabled or gone.");
  if (signal.requester && !(await hasWritePermission(octokit, signal.repository, signal.requester))) {
    return ignore("not-authorized", `@${signal.requester.login} has no write permission here.`);
  }
  if ((await readBranch(octokit, signal.repository, repository.defaultBranch)) === undefined)
    return ignore("repository-unavailable", `The repository has no branch ${repository.defaultBranch} yet.`);
  const mirror = await deps.mirror(signal.repository);
  const head = await mirror.fetch({ branch: repository.defaultBranch });
  const tree = await mirror.treeOf(head);
  const file = await readPolicy(mirror, tree, repository.defaultBranch);
  if (!file.ok)
    return ignore(
      "policy-invalid",
      `${policyPath} on ${repository.defaultBranch}:\n${file.problems.map((line) => `- ${line}`).join("\n")}`,
    );
  if (!file.policy.enabled) return ignore("disabled", `${policyPath} says enabled: false`);
  const paths = new Set(await mirror.list(tree));
  return weigh(incident, file.policy, { deps, fileExists: (path) => paths.has(path) });
}

async function weigh(
  { signal }: Incident,
  policy: SettledPolicy,
  { deps, fileExists }: { deps: Deps; fileExists: (path: string) => boolean },
): Promise<Verdict> {
  const { value, terms } = confidence(signal, { fileExists });
  if (value < deps.confidenceThreshold) {
    const why = terms.map(({ name, delta }) => `${delta < 0 ? "−" : "+"}${Math.abs(delta)} ${name}`).join(", ");
    return {
      kind: "hold",
      policy,
      reason: "low-confidence",
      note: `Confidence ${value.toFixed(2)} is below ${deps.confidenceThreshold} (${why}).`,
    };
  }
  const detail =
    signal.origin.kind === "workflow" ? await failedLog(signal.repository, signal.origin.run, deps) : undefined;
  return { kind: "fix", policy, confidence: value, ...(detail && { detail }) };
}

function ignore(reason: Reason, note: string): Verdict {
  return { kind: "ignore", reason, note };
}
