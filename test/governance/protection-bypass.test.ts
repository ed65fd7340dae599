import { describe, expect, test } from "vitest";
import { unknown } from "../../src/domain/fact.ts";
import type { ProtectionFacts } from "../../src/domain/protection.ts";
import { blind, emptyRuleset, expectation, goodFacts, strictClassic, strictRuleset } from "./protection-samples.ts";

describe("bypassing", () => {
  const hiddenList = unknown("its bypass list is not shown");
  test.each<[string, Partial<ProtectionFacts>, "pass" | "fail" | "unknown"]>([
    ["nobody on any list", { classic: strictClassic() }, "pass"],
    ["a list that cannot be read", { rulesets: [strictRuleset({ bypass: hiddenList })] }, "unknown"],
    [
      "a list that cannot be read, beside strict classic protection",
      { rulesets: [strictRuleset({ bypass: hiddenList })], classic: strictClassic() },
      "unknown",
    ],
    ["hidden classic protection beside a strict ruleset", blind(["classic"]), "unknown"],
    [
      "classic protection that spares administrators",
      { rulesets: [], classic: strictClassic({ enforceAdmins: false }) },
      "fail",
    ],
    [
      "classic protection for administrators, too, with people who may skip pull requests",
      {
        rulesets: [],
        classic: strictClassic({ pullRequest: { approvals: 1, dismissStale: true, bypass: ["user eve"] } }),
      },
      "fail",
    ],
    [
      "classic protection that spares administrators, behind a ruleset that says the same and spares nobody",
      { classic: strictClassic({ enforceAdmins: false }) },
      "pass",
    ],
    [
      "a soft layer where the hard one says less",
      { rulesets: [strictRuleset({ noDeletion: false })], classic: strictClassic({ enforceAdmins: false }) },
      "fail",
    ],
    [
      "a soft layer, and a hidden list that may be empty",
      {
        rulesets: [strictRuleset({ bypass: ["OrganizationAdmin (always)"] }), strictRuleset({ bypass: hiddenList })],
      },
      "unknown",
    ],
    [
      "a soft layer, and a hidden list of rules that say something else",
      { rulesets: [strictRuleset({ bypass: ["Team 1 (exempt)"] }), emptyRuleset({ bypass: hiddenList })] },
      "fail",
    ],
    ["no rules at all", { rulesets: [] }, "fail"],
  ])("%s", (_, facts, result) => {
    expect(expectation("no-bypass", goodFacts(facts)).result).toBe(result);
  });

  test("names who can, and what to do about it", () => {
    const facts = goodFacts({
      rulesets: [strictRuleset({ name: "main", bypass: ["Team 12 (always)"] })],
      classic: strictClassic({ enforceAdmins: false }),
    });
    const { found, fix } = expectation("no-bypass", facts);
    expect(found).toBe(
      "Ruleset main can be bypassed by Team 12 (always). Classic branch protection can be bypassed by administrators.",
    );
    expect(fix).toContain('gh api -X POST "repos/acme/shop/branches/main/protection/enforce_admins"');
    expect(fix).toContain("[Ruleset main](https://github.com/acme/shop/rules/1)");
  });
});
