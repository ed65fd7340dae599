import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Source } from "../domain/protection.ts";
import type { Judged, Judging } from "./protection-demands.ts";

/** GitHub's own approvals cannot tell a workflow's approval from a person's. */
const approvalNote =
  "Security: any workflow here can approve a pull request as `github-actions[bot]`, which counts for GitHub's own required approvals. The gate does not rely on them: it counts people only.";

const yesNo = { yes: true, no: false } as const;

export function judgeWorkflowPermissions({
  facts,
  policy: { workflowPermissions: wanted },
}: Judging): Judged | undefined {
  if (wanted === "any") return undefined;
  const sources = [actionsSource(facts.settingsUrl)];
  const box = wanted === "write" ? "Read and write permissions" : "Read repository contents and packages permissions";
  const fix = `In [Actions settings](${facts.settingsUrl}/actions): under **Workflow permissions**, choose **${box}**, or \`gh api -X PUT repos/${facts.fullName}/actions/permissions/workflow -f default_workflow_permissions=${wanted}\`.`;
  if (isUnknown(facts.actions)) return { result: "unknown", found: facts.actions.unknown, sources, fix };
  const { workflowPermissions: there } = facts.actions;
  const found = `The default token of GitHub Actions may ${there === "write" ? "read and write" : "only read"}.`;
  return there === wanted ? { result: "pass", found, sources } : { result: "fail", found, sources, fix };
}

export function judgeActionsApprovals({ facts, policy: { actionsMayApprove: wanted } }: Judging): Judged | undefined {
  if (wanted === "any") return undefined;
  const sources = [actionsSource(facts.settingsUrl)];
  const fix = `In [Actions settings](${facts.settingsUrl}/actions): ${wanted === "yes" ? "tick" : "untick"} **Allow GitHub Actions to create and approve pull requests**, or \`gh api -X PUT repos/${facts.fullName}/actions/permissions/workflow -F can_approve_pull_request_reviews=${yesNo[wanted]}\`. GitHub answers 409 where the organisation decides this.`;
  if (isUnknown(facts.actions)) return { result: "unknown", found: facts.actions.unknown, sources, fix };
  const { mayApprove } = facts.actions;
  const found = `GitHub Actions may${mayApprove ? "" : " not"} create and approve pull requests.`;
  const passes = mayApprove === yesNo[wanted];
  return {
    result: passes ? "pass" : "fail",
    found,
    sources,
    ...(!passes && { fix }),
    ...(mayApprove && { note: approvalNote }),
  };
}

export function judgeWorkflow({ facts, policy: { workflow: path } }: Judging): Judged | undefined {
  if (path === false) return undefined;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const { workflow, fullName, defaultBranch, settingsUrl } = facts;
  const page = settingsUrl.replace(/\/settings$/, "");
  const add = `Commit \`${path}\` to \`${defaultBranch}\`, or set \`protection.workflow\` in the policy to the file that you use (\`false\`: none).`;
  const look = `Look at [its page](${page}/actions/workflows/${name}): it should be there, and active.`;
  if (isUnknown(workflow)) return { result: "unknown", found: workflow.unknown, sources: [], fix: look };
  if (workflow === null) return { result: "fail", found: `There is no \`${path}\`.`, sources: [], fix: add };
  const sources = [{ name: path, url: `${page}/actions/workflows/${name}` }];
  const found = `\`${path}\` is \`${workflow.state}\`.`;
  if (workflow.state === "active") return { result: "pass", found, sources };
  const fix =
    workflow.state === "deleted"
      ? add
      : `Enable it on [its page](${page}/actions/workflows/${name}), or \`gh workflow enable ${name} --repo ${fullName}\`.`;
  return { result: "fail", found, sources, fix };
}

export function judgeSecrets({ facts, policy: { secrets: names } }: Judging): Judged | undefined {
  if (names.length === 0) return undefined;
  const looked = names.map((name) => ({ name, there: seenSecret(name, facts) }));
  const missing = looked.filter(({ there }) => there === undefined).map(({ name }) => name);
  const hidden = looked.flatMap(({ there }) => (isUnknown(there) ? [there.unknown] : []));
  const sources = [secretsSource(facts.settingsUrl)];
  if (missing.length + hidden.length === 0) return { result: "pass", found: `${quoted(names)}: there.`, sources };
  const open = looked.filter(({ there }) => there === undefined || isUnknown(there)).map(({ name }) => name);
  const fix = `Add it in [secrets](${facts.settingsUrl}/secrets/actions), or ${open.map((name) => `\`gh secret set ${name} --repo ${facts.fullName}\``).join(", ")}.`;
  if (missing.length > 0) return { result: "fail", found: `Not there: ${quoted(missing)}.`, sources, fix };
  return { result: "unknown", found: `Not seen: ${quoted(open)}. ${[...new Set(hidden)].join(" ")}`, sources, fix };
}

const dayMs = 24 * 60 * 60_000;

/** Texts name days, not ages: an age would be another text every day. */
export function judgeRotation({ facts, policy, at }: Judging): Judged | undefined {
  const { secrets: names, remindDays, failDays } = policy;
  if (names.length === 0) return undefined;
  const looked = names.map((name) => ({ name, there: findSecret(name, facts) }));
  const seen = looked.flatMap(({ name, there }) => (there && !isUnknown(there) ? [{ name, at: there.updatedAt }] : []));
  const older = (days: number) => seen.filter((secret) => at - secret.at > days * dayMs);
  const ages = seen.map((secret) => `\`${secret.name}\` was changed last on ${day(secret.at)}.`);
  const blind = looked.flatMap(({ name, there }) => {
    if (there === undefined) return [`\`${name}\` is not there, so it has no age.`];
    return isUnknown(there) ? [`\`${name}\` was not seen. ${there.unknown}`] : [];
  });
  const result = { found: [...ages, ...blind].join(" "), sources: [secretsSource(facts.settingsUrl)] };
  const renew = (secrets: readonly { name: string }[]): string =>
    `Make a new key where it was issued, store it with ${secrets.map(({ name }) => `\`gh secret set ${name} --repo ${facts.fullName}\``).join(", ")}, and revoke the old one.`;
  const [expired, due] = [older(failDays), older(remindDays)];
  if (expired.length > 0) return { ...result, result: "fail", fix: `${failDays} days are over. ${renew(expired)}` };
  if (blind.length > 0)
    return {
      ...result,
      result: "unknown",
      fix: `Add what is missing in [secrets](${facts.settingsUrl}/secrets/actions).`,
    };
  if (due.length === 0) return { ...result, result: "pass" };
  const until = day(Math.min(...due.map((secret) => secret.at)) + failDays * dayMs);
  return {
    ...result,
    result: "pass",
    note: `Rotate before ${until}: ${quoted(due.map(({ name }) => name))}. ${renew(due)}`,
  };
}

type Secret = { name: string; updatedAt: number };

/** Anywhere: for being there it does not matter which of the two is used. */
function seenSecret(name: string, { secrets, organizationSecrets }: Judging["facts"]): Fact<Secret> | undefined {
  const both = [lookUp(name, secrets), lookUp(name, organizationSecrets)];
  return both.find((one) => one !== undefined && !isUnknown(one)) ?? both.find(isUnknown);
}

/** A repository's own secret hides the organisation's of the same name, so that one decides as soon as it is seen. */
function findSecret(name: string, { secrets, organizationSecrets }: Judging["facts"]): Fact<Secret> | undefined {
  const own = lookUp(name, secrets);
  return own === undefined ? lookUp(name, organizationSecrets) : own;
}

/** GitHub keeps the names of secrets in upper case, however they are written. */
function lookUp(name: string, secrets: Fact<Secret[]>): Fact<Secret> | undefined {
  return isUnknown(secrets) ? secrets : secrets.find((secret) => secret.name.toUpperCase() === name.toUpperCase());
}

function actionsSource(settingsUrl: string): Source {
  return { name: "Actions settings", url: `${settingsUrl}/actions` };
}

function secretsSource(settingsUrl: string): Source {
  return { name: "Actions secrets", url: `${settingsUrl}/secrets/actions` };
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
