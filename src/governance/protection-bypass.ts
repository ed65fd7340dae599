import { isUnknown } from "../domain/fact.ts";
import type { ProtectionFacts } from "../domain/protection.ts";
import type { Demand, Judged } from "./protection-demands.ts";
import type { Layer, Layers } from "./protection-layers.ts";

/**
 * Whether somebody may go past what the policy asks of the rules. It passes where each demand is made by a layer that
 * nobody can bypass and no layer hides who can: a bypass list that cannot be read is never taken for an empty one.
 * It fails where every layer that makes a demand can be bypassed, and none is hidden that might make it, too.
 */
export function judgeBypass({ layers, hidden }: Layers, demands: readonly Demand[], facts: ProtectionFacts): Judged {
  const held = demands.flatMap(({ wants }) => wants).filter((want) => layers.some((layer) => want.holds(layer)));
  const hard = layers.filter((layer) => !isUnknown(layer.bypass) && layer.bypass.length === 0);
  const unread = layers.filter(({ bypass }) => isUnknown(bypass));
  const open = held.filter((want) => ![...hard, ...unread].some((layer) => want.holds(layer)));
  const sources = layers.map(({ source }) => source);
  const by = layers.flatMap(whoBypasses);
  if ((open.length > 0 || held.length === 0) && hidden.length === 0) {
    if (open.length === 0)
      return {
        result: "fail",
        found: "No rule asks for what is expected, so there is nothing to bypass.",
        sources,
        fix: firstRule(facts),
      };
    const loose = layers.filter((layer) => open.some((want) => want.holds(layer)));
    return { result: "fail", found: by.join(" "), sources, fix: loose.map((layer) => close(layer, facts)).join(" ") };
  }
  if (hidden.length > 0 || unread.length > 0) {
    const why = [...hidden, ...unread.map(({ source, bypass }) => `${source.name}: ${reason(bypass)}`)];
    return { result: "unknown", found: [...by, ...why].join(" "), sources, fix: look(facts) };
  }
  const found = "What is expected is asked for by rules that nobody can bypass.";
  return { result: "pass", found, sources, ...(by.length > 0 && { note: `Other rules can be: ${by.join(" ")}` }) };
}

function whoBypasses({ source, bypass }: Layer): string[] {
  return isUnknown(bypass) || bypass.length === 0 ? [] : [`${source.name} can be bypassed by ${bypass.join(", ")}.`];
}

function reason(bypass: Layer["bypass"]): string {
  return isUnknown(bypass) ? bypass.unknown : "";
}

function firstRule({ settingsUrl, defaultBranch }: ProtectionFacts): string {
  return `In [rulesets](${settingsUrl}/rules): add a branch ruleset for \`${defaultBranch}\` with an empty **Bypass list**.`;
}

function close({ kind, source }: Layer, { settingsUrl, fullName, defaultBranch }: ProtectionFacts): string {
  if (kind === "ruleset")
    return `In [${source.name}](${source.url ?? `${settingsUrl}/rules`}): remove everybody from the **Bypass list**.`;
  const line = `gh api -X POST "repos/${fullName}/branches/${defaultBranch}/protection/enforce_admins"`;
  return `In [classic protection](${settingsUrl}/branches): tick **Do not allow bypassing the above settings** (\`${line}\`) and untick **Allow specified actors to bypass required pull requests**.`;
}

function look({ settingsUrl }: ProtectionFacts): string {
  return `Look at the **Bypass list** of each [ruleset](${settingsUrl}/rules). GitHub shows it to an App only with the permission Administration: write (an organisation's only to the organisation's administrators). \`protection.noBypass: false\` in the policy stops expecting it.`;
}
