import fc from "fast-check";
import { expect, test } from "vitest";
import { isUnknown } from "../../src/domain/fact.ts";
import { ProtectionFacts, ProtectionReport } from "../../src/domain/protection.ts";
import { protectionReport } from "../../src/governance/protection-report.ts";
import { anyFacts, anyPolicy } from "./protection-arbitraries.ts";
import { appId, at, blind, factParts, judged } from "./protection-samples.ts";

/** What must hold for every repository and policy. */

test("the report is what its schema says", () => {
  fc.assert(
    fc.property(anyFacts, anyPolicy, (facts, policy) => {
      expect(ProtectionFacts.safeParse(facts).error).toBeUndefined();
      const report = protectionReport(facts, policy, { appId, at });
      expect(ProtectionReport.safeParse(report).error).toBeUndefined();
    }),
  );
});

test("nothing passes where everything is hidden", () => {
  fc.assert(
    fc.property(anyFacts, anyPolicy, (facts, policy) => {
      const hidden = { ...facts, ...blind(factParts) };
      expect(judged(hidden, policy).filter(({ result }) => result !== "unknown")).toEqual([]);
    }),
  );
});

test("hiding something leaves a result as it is, or makes it unknown", () => {
  fc.assert(
    fc.property(anyFacts, anyPolicy, fc.subarray([...factParts]), (facts, policy, names) => {
      const before = new Map(judged(facts, policy).map(({ id, result }) => [id, result]));
      for (const { id, result } of judged({ ...facts, ...blind(names) }, policy))
        expect([before.get(id), "unknown"]).toContain(result);
    }),
    { numRuns: 2_000 },
  );
});

test("nobody-can-bypass never passes while a bypass list or a layer is hidden", () => {
  fc.assert(
    fc.property(anyFacts, anyPolicy, (facts, policy) => {
      const passes = judged(facts, policy).some(({ id, result }) => id === "no-bypass" && result === "pass");
      const { rulesets, classic } = facts;
      const hidden = isUnknown(rulesets) || isUnknown(classic) || rulesets.some(({ bypass }) => isUnknown(bypass));
      expect(passes && hidden).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
