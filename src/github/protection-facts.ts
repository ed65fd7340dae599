import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { ProtectionPolicy } from "../domain/policy-protection.ts";
import type { Bypass, ProtectionFacts } from "../domain/protection.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { readClassicProtection } from "./classic-protection.ts";
import { whenMissing } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";
import { readReportedChecks } from "./reported-checks.ts";
import { readRulesets } from "./rulesets.ts";
import { visible } from "./visible.ts";

type Place = { branch: string; settingsUrl: string };

/**
 * Reads everything that the protection report is made from. About ten requests with scope `govern`, fewer where the
 * policy asks for less. Undefined where there is nothing to protect: the repository is gone, or archived.
 * `reader`, if given, has scope `enforce`, which sees who may bypass a ruleset.
 */
export async function readProtectionFacts(
  octokit: Octokit,
  repo: Repository,
  { policy, reader = octokit }: { policy: ProtectionPolicy; reader?: Octokit | undefined },
): Promise<ProtectionFacts | undefined> {
  const answer = await octokit.rest.repos.get(at(repo)).catch(whenMissing(undefined));
  if (answer?.data.id !== repo.id || answer.data.archived) return undefined;
  const { html_url: url, default_branch: branch, owner, full_name: fullName } = answer.data;
  const place = { branch, settingsUrl: `${url}/settings` };
  const [rulesets, classic, actions, secrets, organizationSecrets, workflow, bypasses] = await Promise.all([
    visible("Rulesets", "Metadata: read", () => readRulesets(octokit, repo, { ...place, reader })),
    readClassicProtection(octokit, repo, place),
    readActions(octokit, repo),
    readSecrets(octokit, repo),
    owner.type === "Organization" ? readOrganizationSecrets(octokit, repo) : [],
    readWorkflow(octokit, repo, policy.workflow),
    readBypasses(octokit, repo, place),
  ]);
  const reported = await readReported(octokit, repo, { branch, policy, rulesets, classic });
  const { settingsUrl } = place;
  const names = { fullName, defaultBranch: branch, settingsUrl };
  return { ...names, rulesets, classic, actions, secrets, organizationSecrets, workflow, bypasses, reported };
}

async function readActions(octokit: Octokit, repo: Repository): Promise<ProtectionFacts["actions"]> {
  return visible("The Actions settings", "Administration: read", async () => {
    const { data } = await octokit.rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(at(repo));
    return {
      workflowPermissions: data.default_workflow_permissions,
      mayApprove: data.can_approve_pull_request_reviews,
    };
  });
}

type Secret = { name: string; updated_at: string };

async function readSecrets(octokit: Octokit, repo: Repository): Promise<ProtectionFacts["secrets"]> {
  return visible("The repository's secrets", "Secrets: read", async () => {
    const all = await octokit.paginate(octokit.rest.actions.listRepoSecrets, { ...at(repo), per_page: 100 });
    return all.map(toSecret);
  });
}

async function readOrganizationSecrets(octokit: Octokit, repo: Repository): Promise<ProtectionFacts["secrets"]> {
  return visible("The organisation's secrets", "Secrets: read", async () => {
    const target = { ...at(repo), per_page: 100 };
    const all = await octokit.paginate(octokit.rest.actions.listRepoOrganizationSecrets, target);
    return all.map(toSecret);
  });
}

function toSecret({ name, updated_at: time }: Secret): { name: string; updatedAt: number } {
  return { name, updatedAt: Date.parse(time) };
}

/** GitHub knows a workflow by its file's name, and says whether somebody switched it off. */
async function readWorkflow(
  octokit: Octokit,
  repo: Repository,
  path: string | false,
): Promise<ProtectionFacts["workflow"]> {
  if (path === false) return null;
  return visible("The workflow", "Actions: read", async () => {
    const workflow_id = path.slice(path.lastIndexOf("/") + 1);
    const answer = await octokit.rest.actions.getWorkflow({ ...at(repo), workflow_id }).catch(whenMissing(undefined));
    if (answer) return { path, state: answer.data.state };
    // A 404 may also mean that Actions is out of reach; the file itself settles it.
    const file = await octokit.rest.repos.getContent({ ...at(repo), path }).catch(whenMissing(undefined));
    if (!file) return null;
    return unknown(`\`${path}\` is there, but GitHub Actions does not say whether it is active.`);
  });
}

async function readBypasses(octokit: Octokit, repo: Repository, { branch }: Place): Promise<Fact<Bypass[]>> {
  return visible("Bypassed rules", "Administration: read", async () => {
    const { data } = await octokit.rest.repos.getRepoRuleSuites({
      ...at(repo),
      ref: `refs/heads/${branch}`,
      time_period: "day",
      rule_suite_result: "bypass",
      per_page: 100,
    });
    return data
      .flatMap(({ id, actor_name: actor, ref, after_sha: after, pushed_at: time }) =>
        id === undefined || time === undefined
          ? []
          : [{ id, actor: actor ?? "unknown", ref: ref ?? "", after: after ?? "", at: Date.parse(time) }],
      )
      .toSorted((a, b) => a.at - b.at);
  });
}

type Rules = Pick<ProtectionFacts, "rulesets" | "classic">;

/** Who reports a check is only asked for while that is needed to say what it should be pinned to. */
async function readReported(
  octokit: Octokit,
  repo: Repository,
  { branch, policy, rulesets, classic }: Rules & { branch: string; policy: ProtectionPolicy },
): Promise<ProtectionFacts["reported"]> {
  const sets = isUnknown(rulesets) ? [] : rulesets;
  const layers = isUnknown(classic) || classic === null ? sets : [...sets, classic];
  const ruled = layers.flatMap(({ checks }) => checks);
  const open = policy.checks.filter((check) => !ruled.some(({ name, app }) => name === check.name && app !== null));
  if (open.length === 0) return unknown("Not asked: the expected checks are all pinned.");
  return visible("The checks on the latest commits", "Checks: read", () => readReportedChecks(octokit, repo, branch));
}
