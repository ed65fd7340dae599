import { describe, expect, test } from "vitest";
import type { ProtectionFacts } from "../../src/domain/protection.ts";
import { expectedRuleset, sameRuleset } from "../../src/governance/ruleset.ts";
import { actionsApp, appId, emptyRuleset, goodFacts, judged, policyWith, strictRuleset } from "./protection-samples.ts";

const bare = (changes: Partial<ProtectionFacts> = {}): ProtectionFacts =>
  goodFacts({
    rulesets: [],
    reported: [
      { name: "lint", app: actionsApp },
      { name: "test", app: actionsApp },
    ],
    ...changes,
  });
const bodyFor = (facts: ProtectionFacts, protection: object = {}) =>
  expectedRuleset(policyWith({ mode: "enforce", ...protection }), { appId, facts });
const checksIn = (body: ReturnType<typeof expectedRuleset>) =>
  body.rules.flatMap((rule) => (rule.type === "required_status_checks" ? rule.parameters.required_status_checks : []));

describe("the ruleset that is enforced", () => {
  test("says what the policy asks for, for the default branch, and spares nobody", () => {
    expect(bodyFor(bare())).toEqual({
      name: "Self-Heal",
      target: "branch",
      enforcement: "active",
      bypass_actors: [],
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        {
          type: "pull_request",
          parameters: {
            required_approving_review_count: 1,
            dismiss_stale_reviews_on_push: true,
            require_code_owner_review: false,
            require_last_push_approval: true,
            required_review_thread_resolution: false,
          },
        },
        {
          type: "required_status_checks",
          parameters: {
            strict_required_status_checks_policy: false,
            required_status_checks: [
              { context: "lint", integration_id: actionsApp },
              { context: "test", integration_id: actionsApp },
              { context: "self-heal/approval (main)", integration_id: appId },
            ],
          },
        },
        { type: "non_fast_forward" },
        { type: "deletion" },
      ],
    });
  });

  test("asks for nothing that the policy does not", () => {
    const nothing = {
      pullRequest: false,
      approvals: 0,
      dismissStale: false,
      checks: [],
      gate: false,
      noForcePush: false,
      noDeletion: false,
    };
    expect(bodyFor(bare(), nothing).rules).toEqual([]);
  });

  test("leaves out a check that was never seen: nobody could merge any more", () => {
    const facts = bare({ reported: [{ name: "test", app: actionsApp }] });
    expect(checksIn(bodyFor(facts)).map(({ context }) => context)).toEqual(["test", "self-heal/approval (main)"]);
  });

  test("leaves a check unpinned whose App nobody knows", () => {
    const facts = bare({ reported: [{ name: "lint", app: null }] });
    expect(checksIn(bodyFor(facts))[0]).toEqual({ context: "lint" });
    expect(checksIn(bodyFor(facts, { checks: [{ name: "lint", app: 5 }] }))[0]).toEqual({
      context: "lint",
      integration_id: 5,
    });
  });

  test("stays the same once it is in force and nobody asks who reports what", () => {
    const before = bodyFor(bare());
    const after = goodFacts({ rulesets: [strictRuleset({ name: "Self-Heal" })] });
    expect(bodyFor(after)).toEqual(before);
  });

  test("names the gate once, even where the policy lists it among its checks", () => {
    const body = bodyFor(goodFacts(), { checks: [{ name: "self-heal/approval (main)" }] });
    expect(checksIn(body)).toEqual([{ context: "self-heal/approval (main)", integration_id: appId }]);
  });

  test("makes the expectations about rules hold, whatever softer rules there are", () => {
    const soft = emptyRuleset({ pullRequest: { approvals: 1, dismissStale: true }, bypass: ["Team 1 (always)"] });
    const facts = goodFacts({ rulesets: [soft, strictRuleset({ name: "Self-Heal" })] });
    expect(judged(facts).filter(({ result }) => result !== "pass")).toEqual([]);
  });
});

describe("whether it must be written", () => {
  const body = bodyFor(bare());
  const asAnswered = (changes: object = {}): object => ({
    id: 1,
    source: "acme/shop",
    ...structuredClone(body),
    ...changes,
  });

  test("not where it is the same, whatever GitHub adds and in whatever order", () => {
    const [pull, ...others] = structuredClone(body.rules);
    const filled = {
      ...pull,
      parameters: { ...(pull && "parameters" in pull && pull.parameters), allowed_merge_methods: ["merge"] },
    };
    expect(sameRuleset(body, asAnswered())).toBe(true);
    expect(sameRuleset(body, asAnswered({ rules: [...others, filled] }))).toBe(true);
  });

  test.each<[string, object]>([
    ["switched off", { enforcement: "disabled" }],
    ["given a bypass", { bypass_actors: [{ actor_id: 1, actor_type: "Team", bypass_mode: "always" }] }],
    ["turned away from the default branch", { conditions: { ref_name: { include: [], exclude: [] } } }],
    ["relieved of a rule", { rules: body.rules.slice(1) }],
    ["given another rule", { rules: [...body.rules, { type: "creation" }] }],
    ["answered without its bypass list", { bypass_actors: undefined }],
    ["not there", { rules: null }],
  ])("where it was %s", (_, changes) => {
    expect(sameRuleset(body, asAnswered(changes))).toBe(false);
  });
});
