import { modeOf } from "../domain/standing.ts";
import type { Standing } from "../domain/standing.ts";
import { protectionTable } from "./protection-text.ts";

export const onboardingTitle = "Self-Heal is installed here";

/** A policy to start from: what matters most, written out, with the repository's own values. */
function starterPolicy({ defaultBranch = "main" }: Pick<Standing, "defaultBranch">): string {
  return [
    "```yaml",
    `# .github/self-heal.yml, read from ${defaultBranch}. Every key is optional; the README explains them all.`,
    "# yaml-language-server: $schema=https://raw.githubusercontent.com/self-heal/self-heal/main/self-heal.schema.json",
    "mode: fix # observe: only say what would be done",
    "verify: # commands that must pass on a fix; detected when absent",
    "  - npm test",
    "limits:",
    "  usd: 2 # per attempt",
    "gate:",
    "  approvals: 1 # people with write access, never the one who asked for the fix",
    "protection:",
    "  mode: report # block: no fix while an expectation fails",
    "```",
  ].join("\n");
}

/** What a maintainer needs to decide whether to say `go`. Depends on nothing but what it reports. */
export function onboardingText(standing: Standing): string {
  return [
    "Self-Heal turns failures into **proven** pull requests: it reproduces the failure in a sandbox, fixes it, shows that the fix fails before and passes after, and waits for a person's approval. It never approves its own work.",
    `**Now:** ${modeLine(standing)}`,
    "## What to do next",
    "1. Read the report below: it compares this repository's settings with the policy.",
    "2. Commit a policy file, or leave the defaults. A pull request that changes it gets a check with a simulation.",
    "3. Comment `/self-heal go` here to start fixing, or `/self-heal pause` to keep it quiet. `/self-heal help` lists the rest.",
    "## Settings",
    standing.protection ? protectionTable(standing.protection) : "They could not be read yet.",
    "## A policy to start from",
    starterPolicy(standing),
  ].join("\n\n");
}

/** One issue for all repositories of an installation. */
export function organizationText(standings: readonly Standing[]): string {
  const rows = standings
    .filter(({ status }) => status === "active")
    .map((standing) => {
      const { owner, name } = standing.repository;
      const failing = standing.protection?.expectations.filter(({ result }) => result === "fail").length;
      return `| ${owner}/${name} | ${modeOf(standing.policy?.policy, standing)} | ${failing ?? "not read yet"} |`;
    });
  return [
    "Self-Heal is installed on the repositories below. It turns failures into **proven** pull requests that a person must approve.",
    "It observes until a repository's policy says `mode: fix`, or this organisation's does.",
    ["| repository | mode | settings that differ from the policy |", "| --- | --- | --- |", ...rows].join("\n"),
    "## A policy to start from",
    starterPolicy({}),
  ].join("\n\n");
}

function modeLine(standing: Standing): string {
  const lines = {
    paused: `paused by \`${standing.paused?.by}\`. \`/self-heal resume\` ends it.`,
    off: "switched off by the policy (`enabled: false`).",
    observe: "it **observes**. It says what it would do, and changes nothing until a maintainer says `go`.",
    fix: "it fixes what fails, and proposes what it could prove.",
  };
  return lines[modeOf(standing.policy?.policy, standing)];
}
