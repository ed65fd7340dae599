import { describe, expect, test } from "vitest";
import { unknown } from "../../src/domain/fact.ts";
import { ExpectationId } from "../../src/domain/protection.ts";
import type { ProtectionFacts } from "../../src/domain/protection.ts";
import { blocks, protectionReport } from "../../src/governance/protection-report.ts";
import {
  actionsApp,
  appId,
  at,
  blind,
  daysAgo,
  emptyRuleset,
  expectation,
  goodFacts,
  judged,
  policyWith,
  strictClassic,
  strictRuleset,
} from "./protection-samples.ts";
import type { Part } from "./protection-samples.ts";

const key = { name: "ANTHROPIC_API_KEY", updatedAt: daysAgo(10) };
const rules = (changes: Parameters<typeof strictRuleset>[0]): Partial<ProtectionFacts> => ({
  rulesets: [strictRuleset(changes)],
});
const withoutCheck = (name: string) => strictRuleset().checks.filter((check) => check.name !== name);
const anyApp = (name: string) =>
  strictRuleset().checks.map((check) => (check.name === name ? { ...check, app: null } : check));

/** What makes each expectation fail, and what hides it. */
const cases: { [I in ExpectationId]: { fails: Partial<ProtectionFacts>; hidden: readonly Part[] } } = {
  "pull-request": { fails: rules({ pullRequest: null }), hidden: ["rulesets"] },
  approvals: { fails: rules({ pullRequest: { approvals: 0, dismissStale: true } }), hidden: ["rulesets"] },
  "dismiss-stale": { fails: rules({ pullRequest: { approvals: 1, dismissStale: false } }), hidden: ["rulesets"] },
  "required-checks": { fails: rules({ checks: withoutCheck("lint") }), hidden: ["rulesets"] },
  "pinned-checks": { fails: rules({ checks: anyApp("lint") }), hidden: ["rulesets"] },
  "gate-check": { fails: rules({ checks: anyApp("self-heal/approval (main)") }), hidden: ["rulesets"] },
  "no-bypass": { fails: rules({ bypass: ["Team 12 (always)"] }), hidden: ["rulesets"] },
  "no-force-push": { fails: rules({ noForcePush: false }), hidden: ["rulesets"] },
  "no-deletion": { fails: rules({ noDeletion: false }), hidden: ["rulesets"] },
  "workflow-permissions": {
    fails: { actions: { workflowPermissions: "read", mayApprove: true } },
    hidden: ["actions"],
  },
  "actions-may-approve": {
    fails: { actions: { workflowPermissions: "write", mayApprove: false } },
    hidden: ["actions"],
  },
  "workflow-file": {
    fails: { workflow: { path: ".github/workflows/ai-self-heal.yml", state: "disabled_manually" } },
    hidden: ["workflow"],
  },
  secrets: { fails: { secrets: [] }, hidden: ["secrets"] },
  "secret-rotation": { fails: { secrets: [{ ...key, updatedAt: daysAgo(91) }] }, hidden: ["secrets"] },
};

describe.each(ExpectationId.options)("%s", (id) => {
  const { fails, hidden } = cases[id];

  test("passes where all is as expected, and says where it was read", () => {
    expect(expectation(id, goodFacts())).toMatchObject({ result: "pass", found: expect.stringMatching(/\.$/) });
    expect(expectation(id, goodFacts())).not.toHaveProperty("fix");
  });

  test("fails where it differs, with a fix that names the place", () => {
    const facts = goodFacts(fails);
    const failing = judged(facts).filter(({ result }) => result === "fail");
    expect(failing.map((one) => one.id)).toContain(id);
    expect(expectation(id, facts).fix).toMatch(/https:\/\/github\.com\/acme\/shop|gh |`protection\./);
  });

  test("is unknown, and says why, where it cannot be seen", () => {
    const found = expectation(id, goodFacts(blind(hidden)));
    expect(found).toMatchObject({ result: "unknown", found: expect.stringContaining("cannot be seen") });
    expect(found.fix).toBeTruthy();
  });

  test("is not asked for where the policy does not want it", () => {
    const relaxed = policyWith({
      pullRequest: false,
      approvals: 0,
      dismissStale: false,
      checks: [],
      pinned: false,
      gate: false,
      noBypass: false,
      noForcePush: false,
      noDeletion: false,
      workflowPermissions: "any",
      actionsMayApprove: "any",
      workflow: false,
      secrets: [],
    });
    expect(judged(goodFacts(fails), relaxed)).toEqual([]);
  });
});

describe("several layers of rules", () => {
  test("classic protection and rulesets add up", () => {
    const facts = goodFacts({
      rulesets: [emptyRuleset({ noForcePush: true }), emptyRuleset({ checks: strictRuleset().checks })],
      classic: strictClassic({ checks: [], allowForcePushes: true }),
    });
    expect(judged(facts).filter(({ result }) => result !== "pass")).toEqual([]);
    expect(expectation("no-force-push", facts).sources.map(({ name }) => name)).toEqual(["Ruleset main"]);
    expect(expectation("approvals", facts).sources.map(({ name }) => name)).toEqual(["Classic branch protection"]);
  });

  test("the highest number of approvals counts", () => {
    const two = strictClassic({ pullRequest: { approvals: 2, dismissStale: false, bypass: [] } });
    const asksTwo = policyWith({ approvals: 2 });
    expect(expectation("approvals", goodFacts({ classic: two }), asksTwo).result).toBe("pass");
    expect(expectation("approvals", goodFacts(), asksTwo)).toMatchObject({
      result: "fail",
      found: "No rule requires 2 approvals (the most is 1).",
    });
  });

  test("a layer that is seen settles it although another one is hidden", () => {
    expect(expectation("pull-request", goodFacts(blind(["classic"]))).result).toBe("pass");
    expect(expectation("pull-request", goodFacts({ classic: strictClassic(), ...blind(["rulesets"]) })).result).toBe(
      "pass",
    );
  });

  test("what no visible layer asks for is unknown while one is hidden", () => {
    const facts = goodFacts({ rulesets: [emptyRuleset()], ...blind(["classic"]) });
    expect(expectation("no-deletion", facts)).toMatchObject({
      result: "unknown",
      found: "No rule that can be seen refuses to delete the branch. classic cannot be seen.",
    });
  });

  test("without any rule everything about rules fails", () => {
    const failing = judged(goodFacts({ rulesets: [] })).filter(({ result }) => result === "fail");
    expect(failing).toHaveLength(9);
  });
});

describe("required checks", () => {
  test("from another App than the policy names are not the ones it asks for", () => {
    const policy = policyWith({ checks: [{ name: "lint", app: 99 }] });
    expect(expectation("required-checks", goodFacts(), policy).result).toBe("fail");
    expect(expectation("pinned-checks", goodFacts(), policy).result).toBe("fail");
  });

  test("that were never seen are told apart from those that are only not required", () => {
    const facts = goodFacts({ ...rules({ checks: [] }), reported: [{ name: "lint", app: actionsApp }] });
    const { found, fix } = expectation("required-checks", facts);
    expect(found).toBe("No rule requires the check `lint`. No rule requires the check `test`.");
    expect(fix).toContain("No check named `test` was seen");
  });

  test.each<[string, ProtectionFacts["reported"], string]>([
    ["the App that reported it", [{ name: "lint", app: 77 }], "choose App 77 as the source of `lint`"],
    [
      "that several Apps report it",
      [
        { name: "lint", app: 77 },
        { name: "lint", app: 78 },
      ],
      "several report it: 77, 78",
    ],
    ["that it is a status", [{ name: "lint", app: null }], "it is a commit status, which does not name its App"],
    ["that it was never seen", [], "no check of that name was seen"],
    ["that it cannot be seen", unknown("Checks are hidden."), "Checks are hidden."],
  ])("are pinned by a fix that says %s", (_, reported, words) => {
    const facts = goodFacts({ ...rules({ checks: anyApp("lint") }), reported });
    expect(expectation("pinned-checks", facts).fix).toContain(words);
  });

  test("of the gate must be this App's, on the branch that is the default now", () => {
    const forged = strictRuleset({ checks: [{ name: "self-heal/approval (main)", app: 666 }] });
    expect(expectation("gate-check", goodFacts({ rulesets: [forged] })).result).toBe("fail");
    expect(expectation("gate-check", goodFacts({ defaultBranch: "trunk" })).found).toContain(
      "self-heal/approval (trunk)",
    );
  });
});

describe("Actions, workflow and secrets", () => {
  test("that Actions may approve passes as expected, with the reason why it is weak", () => {
    expect(expectation("actions-may-approve", goodFacts()).note).toContain("The gate does not rely on them");
    const no = policyWith({ actionsMayApprove: "no" });
    const found = expectation("actions-may-approve", goodFacts(), no);
    expect(found).toMatchObject({ result: "fail", note: expect.stringContaining("github-actions[bot]") });
    expect(found.fix).toContain("can_approve_pull_request_reviews=false");
  });

  test("a workflow that is not there is one thing, one that was switched off another", () => {
    expect(expectation("workflow-file", goodFacts({ workflow: null })).fix).toContain("Commit");
    const off = { path: ".github/workflows/ai-self-heal.yml", state: "disabled_inactivity" };
    expect(expectation("workflow-file", goodFacts({ workflow: off })).fix).toContain(
      "gh workflow enable ai-self-heal.yml --repo acme/shop",
    );
  });

  test.each<[string, Partial<ProtectionFacts>, "pass" | "fail" | "unknown"]>([
    ["the organisation's", { secrets: [], organizationSecrets: [key] }, "pass"],
    ["the repository's, while the organisation's are hidden", blind(["organizationSecrets"]), "pass"],
    ["none here, while the organisation's are hidden", { secrets: [], ...blind(["organizationSecrets"]) }, "unknown"],
    [
      "the organisation's, while the repository's are hidden",
      { organizationSecrets: [key], ...blind(["secrets"]) },
      "pass",
    ],
    ["another one only", { secrets: [{ ...key, name: "OTHER" }] }, "fail"],
  ])("a secret: %s", (_, facts, result) => {
    expect(expectation("secrets", goodFacts(facts)).result).toBe(result);
  });

  test.each<[number, "pass" | "fail", boolean]>([
    [75, "pass", false],
    [76, "pass", true],
    [90, "pass", true],
    [91, "fail", false],
  ])("a secret of %i days: %s", (days, result, reminds) => {
    const found = expectation("secret-rotation", goodFacts({ secrets: [{ ...key, updatedAt: daysAgo(days) }] }));
    expect(found.result).toBe(result);
    expect(found.note !== undefined).toBe(reminds);
  });

  test("the age of a secret that the repository may have of its own is unknown", () => {
    const facts = goodFacts({ organizationSecrets: [key], ...blind(["secrets"]) });
    expect(expectation("secret-rotation", facts).result).toBe("unknown");
  });

  test("texts about rotation are the same on another day", () => {
    const facts = goodFacts({ secrets: [{ ...key, updatedAt: daysAgo(80) }] });
    const on = (time: number) =>
      protectionReport(facts, policyWith(), { appId, at: time }).expectations.find(
        ({ id }) => id === "secret-rotation",
      );
    expect(on(at)).toEqual(on(at + 3 * 86_400_000));
  });
});

describe("blocking", () => {
  const lines = (facts: Partial<ProtectionFacts>, mode = "block"): string[] =>
    blocks(protectionReport(goodFacts(facts), policyWith(), { appId, at }), policyWith({ mode }));
  const facts = { secrets: [], ...blind(["actions"]) };

  test("names what fails and what is unknown, in mode block only", () => {
    expect(lines(facts)).toContain("Secrets are there: fail. Not there: `ANTHROPIC_API_KEY`.");
    expect(lines(facts)).toContain("Workflow permissions: unknown. actions cannot be seen.");
    expect(lines(facts)).toHaveLength(4);
    expect(lines({})).toEqual([]);
    expect(lines(facts, "report")).toEqual([]);
    expect(lines(facts, "enforce")).toEqual([]);
  });

  test("does not wait for bypass lists that the App is not meant to see, but for those that name somebody", () => {
    expect(lines({ rulesets: [strictRuleset({ bypass: unknown("not shown") })] })).toEqual([]);
    expect(lines({ rulesets: [strictRuleset({ bypass: ["Team 1 (always)"] })] })).toHaveLength(1);
    expect(lines(blind(["rulesets", "classic"]))).toHaveLength(8);
  });
});
