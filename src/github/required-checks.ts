import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Repository } from "../domain/repository.ts";
import type { RuledCheck } from "../domain/snapshot.ts";
import { at } from "./address.ts";
import { classicChecks, isUnprotected } from "./classic-protection.ts";
import { permits } from "./granted.ts";
import type { Permissions } from "./granted.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/**
 * The checks that GitHub itself requires on a branch, by rulesets and by classic protection together. Two requests. Needs
 * scope `govern`; without Administration: read, classic protection is only known where there is none.
 */
export async function readRequiredChecks(
  octokit: Octokit,
  repo: Repository,
  { branch, granted }: { branch: string; granted: Permissions },
): Promise<Fact<RuledCheck[]>> {
  const readProtection = permits(granted, "administration", "read") ? readClassic : readUnprotected;
  const [ruled, classic] = await Promise.all([
    visible(`The rules of ${branch}`, "Metadata: read", async () => readRules(octokit, repo, branch)),
    visible(`The protection of ${branch}`, "Administration: read", async () => readProtection(octokit, repo, branch)),
  ]);
  if (isUnknown(ruled)) return ruled;
  return isUnknown(classic) ? classic : [...ruled, ...classic];
}

/** Active rules only: one that GitHub merely evaluates requires nothing. */
async function readRules(octokit: Octokit, repo: Repository, branch: string): Promise<RuledCheck[]> {
  const rules = await octokit
    .paginate(octokit.rest.repos.getBranchRules, { ...at(repo), branch, per_page: 100 })
    .catch(whenNotInPlan([]));
  return rules.flatMap((rule) => {
    if (rule.type !== "required_status_checks") return [];
    const source = `ruleset ${rule.ruleset_id ?? "?"} of ${rule.ruleset_source ?? "?"}`;
    const checks = rule.parameters?.required_status_checks ?? [];
    return checks.map(({ context, integration_id: app }) => ({ name: context, app: app ?? null, source }));
  });
}

async function readClassic(octokit: Octokit, repo: Repository, branch: string): Promise<RuledCheck[]> {
  const read = octokit.rest.repos.getBranchProtection({ ...at(repo), branch });
  const answer = await read.catch(whenUnprotected).catch(whenNotInPlan(undefined));
  const source = `branch protection of ${branch}`;
  return classicChecks(answer?.data.required_status_checks).map((check) => ({ ...check, source }));
}

function whenUnprotected(error: unknown): undefined {
  if (!isUnprotected(error)) throw error;
}

/** Everybody may see whether a branch is protected at all. */
async function readUnprotected(octokit: Octokit, repo: Repository, branch: string): Promise<Fact<RuledCheck[]>> {
  const { data } = await octokit.rest.repos.getBranch({ ...at(repo), branch });
  if (!data.protected) return [];
  return unknown(
    `Which checks the protection of ${branch} requires cannot be seen; the App needs the permission Administration: read.`,
  );
}

/** A plan without protected branches has none. Its 403 is told from a missing permission by its words only. */
function whenNotInPlan<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (/upgrade to github|make this repository public/i.test(String(error))) return fallback;
    throw error;
  };
}
