import fc from "fast-check";
import { unknown } from "../../src/domain/fact.ts";
import type { Fact } from "../../src/domain/fact.ts";
import type { Policy } from "../../src/domain/policy.ts";
import type { ProtectionFacts } from "../../src/domain/protection.ts";
import { actionsApp, appId, daysAgo, goodFacts, policyWith } from "./protection-samples.ts";

const sometimesHidden = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(unknown("cannot be seen")) });

const names = ["lint", "test", "build", "self-heal/approval (main)"];
const app = fc.constantFrom(null, actionsApp, appId, 7);
const checks = fc.array(fc.record({ name: fc.constantFrom(...names), app }), { maxLength: 5 });
const actors = fc.array(fc.constantFrom("Team 12 (always)", "user eve"), { maxLength: 1 });
const pulls = { approvals: fc.integer({ min: 0, max: 3 }), dismissStale: fc.boolean() };
const layer = { source: fc.constant({ name: "rules" }), checks };

const ruleset = fc.record({
  ...layer,
  name: fc.constantFrom("one", "two"),
  pullRequest: fc.option(fc.record(pulls)),
  noForcePush: fc.boolean(),
  noDeletion: fc.boolean(),
  bypass: sometimesHidden(actors),
});
const classic = fc.record({
  ...layer,
  pullRequest: fc.option(fc.record({ ...pulls, bypass: actors })),
  enforceAdmins: fc.boolean(),
  allowForcePushes: fc.boolean(),
  allowDeletions: fc.boolean(),
});
const secret = fc.record({
  name: fc.constantFrom("ANTHROPIC_API_KEY", "anthropic_api_key", "OTHER"),
  updatedAt: fc.integer({ min: 0, max: 200 }).map(daysAgo),
});
const secrets = fc.array(secret, { maxLength: 2 });
const workflow = fc.record({
  path: fc.constant(".github/workflows/ai-self-heal.yml"),
  state: fc.constantFrom("active", "deleted", "disabled_manually"),
});

/** Settings of any kind, parts of them hidden. */
export const anyFacts: fc.Arbitrary<ProtectionFacts> = fc
  .record({
    rulesets: sometimesHidden(fc.array(ruleset, { maxLength: 3 })),
    classic: sometimesHidden(fc.option(classic)),
    actions: sometimesHidden(
      fc.record({ workflowPermissions: fc.constantFrom("read", "write"), mayApprove: fc.boolean() }),
    ),
    secrets: sometimesHidden(secrets),
    organizationSecrets: sometimesHidden(secrets),
    workflow: sometimesHidden(fc.option(workflow)),
    reported: sometimesHidden(checks),
  })
  .map((facts) => goodFacts(facts));

export const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    pullRequest: fc.boolean(),
    approvals: fc.integer({ min: 0, max: 3 }),
    dismissStale: fc.boolean(),
    checks: fc.array(
      fc.oneof(
        fc.record({ name: fc.constantFrom(...names) }),
        fc.record({ name: fc.constantFrom(...names), app: fc.constantFrom(actionsApp, 7) }),
      ),
      { maxLength: 3 },
    ),
    pinned: fc.boolean(),
    gate: fc.boolean(),
    noBypass: fc.boolean(),
    noForcePush: fc.boolean(),
    noDeletion: fc.boolean(),
    workflowPermissions: fc.constantFrom("read", "write", "any"),
    actionsMayApprove: fc.constantFrom("yes", "no", "any"),
    secrets: fc.subarray(["ANTHROPIC_API_KEY", "OTHER"]),
  })
  .map((protection) => policyWith(protection));
