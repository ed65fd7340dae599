import { expect, test } from "vitest";
import { protectionReport } from "../../src/governance/protection-report.ts";
import { driftText, protectionNotes, protectionTable } from "../../src/reconcile/protection-text.ts";
import {
  appId,
  at,
  blind,
  emptyRuleset,
  goodFacts,
  policyWith,
  strictRuleset,
} from "../governance/protection-samples.ts";

const asked = {
  checks: [],
  gate: false,
  pullRequest: false,
  approvals: 0,
  dismissStale: false,
  noDeletion: false,
  secrets: [],
};
const reportOf = (facts = goodFacts(), policy = policyWith(asked)) => protectionReport(facts, policy, { appId, at });

test("the report is a table with signs, linked rules, fixes, and its notes below", () => {
  const facts = goodFacts({ rulesets: [strictRuleset({ noForcePush: false })], ...blind(["workflow"]) });
  expect(protectionTable(reportOf(facts))).toMatchInlineSnapshot(`
    "| | expectation | found | rule | what to do |
    | --- | --- | --- | --- | --- |
    | ❌ | Nobody can bypass the rules | No rule asks for what is expected, so there is nothing to bypass. | [Ruleset main](https://github.com/acme/shop/rules/1) | In [rulesets](https://github.com/acme/shop/settings/rules): add a branch ruleset for \`main\` with an empty **Bypass list**. |
    | ❌ | Force pushes are refused | No rule refuses force pushes. |  | In the [ruleset](https://github.com/acme/shop/settings/rules) for \`main\`: tick **Block force pushes** (in classic protection: untick **Allow force pushes**). |
    | ✅ | Workflow permissions | The default token of GitHub Actions may read and write. | [Actions settings](https://github.com/acme/shop/settings/actions) |  |
    | ✅ | Whether GitHub Actions may approve pull requests | GitHub Actions may create and approve pull requests. | [Actions settings](https://github.com/acme/shop/settings/actions) |  |
    | ❔ | The workflow is there and active | workflow cannot be seen. |  | Look at [its page](https://github.com/acme/shop/actions/workflows/ai-self-heal.yml): it should be there, and active. |

    - **Whether GitHub Actions may approve pull requests:** Security: any workflow here can approve a pull request as \`github-actions[bot]\`, which counts for GitHub's own required approvals. The gate does not rely on them: it counts people only."
  `);
});

test("what people named cannot break the table, notify anybody or hide text", () => {
  const name = "evil | [x](http://e.vil) <img> @octocat\nnext";
  const facts = goodFacts({
    rulesets: [emptyRuleset({ source: { name }, noForcePush: true, bypass: [`Team ${name}`] })],
  });
  const rows = protectionTable(reportOf(facts))
    .split("\n")
    .filter((line) => line.startsWith("|"));
  for (const row of rows) expect(row.replaceAll(String.raw`\|`, "").match(/\|/g)).toHaveLength(6);
  expect(rows.join()).not.toMatch(/<img|(^|[^`\w])@octocat/);
});

test("a report without notes has none", () => {
  expect(protectionNotes(reportOf(goodFacts(), policyWith({ ...asked, actionsMayApprove: "any" })))).toBe("");
});

test("the issue only has the sections that there is something to say in", () => {
  const news = { drifted: [], report: reportOf(), bypasses: [], ungated: [], refused: undefined };
  expect(driftText(news)).not.toContain("##");
  expect(driftText({ ...news, refused: "No." })).toContain("## The ruleset could not be kept\n\nNo.");
});

test("who did something is named without being notified", () => {
  const bypass = { id: 1, actor: "eve`@ops", ref: "refs/heads/main", after: "b".repeat(40), at };
  const news = { drifted: [], report: reportOf(), bypasses: [bypass], ungated: [], refused: undefined };
  expect(driftText(news)).toContain("- `eve@ops` got `refs/heads/main` to");
});
