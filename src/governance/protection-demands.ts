import { gateCheckName } from "../domain/decision.ts";
import type { RequiredCheck } from "../domain/policy-gate.ts";
import type { ProtectionPolicy } from "../domain/policy-protection.ts";
import type { Expectation, ExpectationId, ProtectionFacts } from "../domain/protection.ts";
import { appOf, isSeen } from "./protection-checks.ts";
import { layersOf } from "./protection-layers.ts";
import type { Layer, Layers } from "./protection-layers.ts";

/** What expectations are judged by. `at` in UTC milliseconds. */
export type Judging = { facts: ProtectionFacts; policy: ProtectionPolicy; appId: number; at: number };

/** An expectation without what its place in the report says already. */
export type Judged = Omit<Expectation, "id" | "title">;

/** Something that one layer has to say, as the rest of the sentence "A rule …". `instead`: what there is where none does. */
type Want = { what: string; instead?: string; holds: (layer: Layer) => boolean };

/** What the policy asks of the branch rules in one expectation; all of its wants must hold. */
export type Demand = { id: ExpectationId; wants: readonly Want[]; fix: (missing: readonly Want[]) => string };

/** The demands that this policy makes. */
export function demandsOf(judging: Judging): Demand[] {
  return [...reviewDemands(judging), ...checkDemands(judging), ...branchDemands(judging)];
}

function reviewDemands({ facts, policy }: Judging): Demand[] {
  const section = `${rulesOf(facts)}: under **Require a pull request before merging**`;
  const asked = layersOf(facts).layers.map(({ pullRequest }) => pullRequest?.approvals ?? 0);
  const approvals: Want = {
    what: `requires ${policy.approvals} ${policy.approvals === 1 ? "approval" : "approvals"}`,
    instead: `(the most is ${Math.max(0, ...asked)})`,
    holds: ({ pullRequest }) => (pullRequest?.approvals ?? 0) >= policy.approvals,
  };
  const stale: Want = {
    what: "dismisses approvals when new commits are pushed",
    holds: ({ pullRequest }) => pullRequest?.dismissStale === true,
  };
  const pull: Want = { what: "requires a pull request", holds: ({ pullRequest }) => pullRequest !== null };
  const setting = `set **Required approvals** to ${policy.approvals}`;
  const box = "tick **Dismiss stale pull request approvals when new commits are pushed**";
  return [
    ...when(
      policy.pullRequest,
      "pull-request",
      pull,
      `${rulesOf(facts)}: tick **Require a pull request before merging**.`,
    ),
    ...when(policy.approvals > 0, "approvals", approvals, `${section}, ${setting}.`),
    ...when(policy.dismissStale, "dismiss-stale", stale, `${section}, ${box}.`),
  ];
}

function checkDemands({ facts, policy, appId }: Judging): Demand[] {
  const gate = gateCheckName(facts.defaultBranch);
  const ours: Want = {
    what: `requires \`${gate}\` from this App (${appId})`,
    holds: ({ checks }) => checks.some(({ name, app }) => name === gate && app === appId),
  };
  const step = `${rulesOf(facts)}: under **Require status checks to pass**, add \`${gate}\` and choose this App (id ${appId}) as its source.`;
  const some = policy.checks.length > 0;
  return [
    ...(some ? [checksDemand(facts, policy.checks)] : []),
    ...(some && policy.pinned ? [pinsDemand(facts, policy.checks)] : []),
    ...when(policy.gate, "gate-check", ours, step),
  ];
}

function branchDemands({ facts, policy }: Judging): Demand[] {
  const rules = rulesOf(facts);
  const force: Want = { what: "refuses force pushes", holds: ({ noForcePush }) => noForcePush };
  const deletion: Want = { what: "refuses to delete the branch", holds: ({ noDeletion }) => noDeletion };
  const step = (box: string, classic: string): string =>
    `${rules}: tick **${box}** (in classic protection: untick **${classic}**).`;
  return [
    ...when(policy.noForcePush, "no-force-push", force, step("Block force pushes", "Allow force pushes")),
    ...when(policy.noDeletion, "no-deletion", deletion, step("Restrict deletions", "Allow deletions")),
  ];
}

function when(asked: boolean, id: ExpectationId, want: Want, fix: string): Demand[] {
  return asked ? [{ id, wants: [want], fix: () => fix }] : [];
}

/** A demand that no visible layer meets is open, not failed, while there may be layers that cannot be seen. */
export function judgeDemand({ wants, fix }: Demand, { layers, hidden }: Layers): Judged {
  const missing = wants.filter((want) => !layers.some((layer) => want.holds(layer)));
  const sources = layers.filter((layer) => wants.some((want) => want.holds(layer))).map(({ source }) => source);
  const met = wants.filter((want) => !missing.includes(want)).map(({ what }) => `A rule ${what}.`);
  if (missing.length === 0) return { result: "pass", found: met.join(" "), sources };
  const none = hidden.length > 0 ? "No rule that can be seen" : "No rule";
  const unmet = missing.map(({ what, instead }) => `${[none, what, instead].filter(Boolean).join(" ")}.`);
  const found = [...met, ...unmet, ...hidden].join(" ");
  return { result: hidden.length > 0 ? "unknown" : "fail", found, sources, fix: fix(missing) };
}

function checksDemand(facts: ProtectionFacts, checks: readonly RequiredCheck[]): Demand {
  const wants = checks.map(({ name, app }) => ({
    name,
    what: `requires the check \`${name}\`${app === undefined ? "" : ` from App ${app}`}`,
    holds: (layer: Layer) =>
      layer.checks.some((one) => one.name === name && (app === undefined || one.app === null || one.app === app)),
  }));
  const fix = (missing: readonly Want[]): string => {
    const names = wants.filter((want) => missing.includes(want)).map(({ name }) => name);
    const unseen = names.filter((name) => !isSeen(name, facts));
    const add = `${rulesOf(facts)}: under **Require status checks to pass**, add ${list(names)}.`;
    if (unseen.length === 0) return add;
    return `${add} No check named ${list(unseen)} was seen on the latest commits: add a job of that name to CI, or change \`protection.checks\` in the policy; a required check that never reports blocks every merge.`;
  };
  return { id: "required-checks", wants, fix };
}

function pinsDemand(facts: ProtectionFacts, checks: readonly RequiredCheck[]): Demand {
  const wants = checks.map((check) => ({
    check,
    what: `pins \`${check.name}\` to ${check.app === undefined ? "an App" : `App ${check.app}`}`,
    holds: (layer: Layer) =>
      layer.checks.some(
        ({ name, app }) => name === check.name && app !== null && (check.app === undefined || app === check.app),
      ),
  }));
  const fix = (missing: readonly Want[]): string => {
    const steps = wants
      .filter((want) => missing.includes(want))
      .map(({ check }) => {
        const found = appOf(check, facts);
        return "app" in found
          ? `choose App ${found.app} as the source of \`${check.name}\``
          : `choose the App that reports \`${check.name}\` as its source (${found.why})`;
      });
    const ids = `gh api "repos/${facts.fullName}/commits/${facts.defaultBranch}/check-runs"`;
    return `${rulesOf(facts)}: under **Require status checks to pass**, ${steps.join("; ")}. \`${ids}\` lists who reports what (\`name\`, \`app.id\`).`;
  };
  return { id: "pinned-checks", wants, fix };
}

function rulesOf({ settingsUrl, defaultBranch }: ProtectionFacts): string {
  return `In the [ruleset](${settingsUrl}/rules) for \`${defaultBranch}\``;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
