import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";
import type { Permissions, Ruleset } from "./types.ts";

const permissions: Permissions = {
  administration: "write",
  contents: "write",
  pull_requests: "write",
  checks: "write",
};
const events = ["repository_ruleset", "pull_request"];
const onMain = { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } };
const oneApproval = {
  type: "pull_request" as const,
  parameters: {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: true,
    required_review_thread_resolution: false,
  },
};
const checks = (...wanted: { context: string; integration_id?: number }[]) => ({
  type: "required_status_checks" as const,
  parameters: { required_status_checks: wanted, strict_required_status_checks_policy: false },
});
const rulesets = ({ deliveries }: { deliveries: { event: string; payload: unknown }[] }) =>
  deliveries.filter(({ event }) => event === "repository_ruleset").map(({ payload }) => payload);

async function stagePull(ruleset: Partial<Ruleset>, app: Permissions = permissions) {
  const staged = await stage({ app: { permissions: app, events } });
  const head = await staged.alice.push("acme/shop", { "new.txt": "new\n" }, "fix");
  const { number } = await staged.alice.openPull("acme/shop", { head: "fix", base: "main", title: "Fix it" });
  staged.shop.setRuleset("main", { conditions: onMain, ...ruleset });
  const pull = { ...staged.at, pull_number: number };
  const merge = async (): Promise<{ status: number; message: string }> => {
    const refused: unknown = await staged.octokit.rest.pulls.merge(pull).catch((error: unknown) => error);
    const { status, response } = refused as { status: number; response?: { data: { message: string } } };
    return { status, message: response?.data.message ?? "" };
  };
  return { ...staged, head, number, pull, merge };
}

test("an App with administration: write makes, changes and deletes rulesets, and everybody hears of it", async () => {
  const { github, octokit, at } = await stage({ app: { permissions, events } });
  const { data: made } = await octokit.rest.repos.createRepoRuleset({
    ...at,
    name: "main",
    enforcement: "active",
    conditions: onMain,
    bypass_actors: [{ actor_id: github.app.id, actor_type: "Integration", bypass_mode: "pull_request" }],
    rules: [oneApproval, { type: "deletion" }],
  });
  expect(made).toMatchObject({ source: "acme/shop", target: "branch", current_user_can_bypass: "pull_requests_only" });
  const named = { ...at, ruleset_id: made.id };
  expect((await octokit.rest.repos.getRepoRuleset(named)).data).toMatchObject({
    bypass_actors: [{ actor_type: "Integration" }],
  });
  const again = octokit.rest.repos.createRepoRuleset({ ...at, name: "main", enforcement: "active" });
  expect(await statusOf(again)).toBe(422);
  await octokit.rest.repos.updateRepoRuleset({
    ...named,
    enforcement: "disabled",
    rules: [checks({ context: "test" }), { type: "deletion" }],
  });
  await octokit.rest.repos.deleteRepoRuleset(named);
  expect(await statusOf(octokit.rest.repos.getRepoRuleset(named))).toBe(404);
  expect(rulesets(github)).toMatchObject([
    { action: "created", repository_ruleset: { name: "main" }, sender: { login: github.app.botLogin } },
    {
      action: "edited",
      changes: {
        enforcement: { from: "active" },
        rules: { added: [{ type: "required_status_checks" }], deleted: [{ type: "pull_request" }], updated: [] },
      },
    },
    { action: "deleted" },
  ]);
  github.assertValid();
});

test("without administration: write nothing is changed, and nobody is told who may bypass", async () => {
  const { github, octokit, at, shop, alice } = await stage({
    app: { permissions: { administration: "read" }, events },
  });
  const id = shop.setRuleset("main", { conditions: onMain, rules: [oneApproval] }, "alice");
  expect(await statusOf(octokit.rest.repos.deleteRepoRuleset({ ...at, ruleset_id: id }))).toBe(403);
  const { data } = await octokit.rest.repos.getRepoRuleset({ ...at, ruleset_id: id });
  expect(data).toMatchObject({ current_user_can_bypass: "never", rules: [oneApproval] });
  expect(data).not.toHaveProperty("bypass_actors");
  await expect(alice.request(`DELETE /repos/acme/shop/rulesets/${id}`)).rejects.toMatchObject({ status: 403 });
  expect((await octokit.rest.repos.getRepoRulesets(at)).data).toMatchObject([{ id, name: "main" }]);
  shop.setRuleset("main", { name: "trunk", bypass_actors: [] });
  shop.setRuleset("trunk", undefined);
  expect(rulesets(github)).toMatchObject([
    { action: "created", sender: { login: "alice" } },
    { action: "edited", changes: { name: { from: "main" } } },
    { action: "deleted", repository_ruleset: { name: "trunk" } },
  ]);
  github.assertValid();
});

test.each([
  ["~ALL", "any/branch", true],
  ["~DEFAULT_BRANCH", "main", true],
  ["~DEFAULT_BRANCH", "next", false],
  ["refs/heads/next", "next", true],
  ["refs/heads/release/*", "release/1", true],
  ["refs/heads/release/*", "release/1/a", false],
  ["refs/heads/release/**/*", "release/1/a", true],
  ["refs/heads/v1.0", "v1x0", false],
])("the pattern %s and the branch %s", async (pattern, branch, means) => {
  const { github, octokit, at, shop } = await stage();
  const conditions = { ref_name: { include: [pattern], exclude: ["refs/heads/excluded"] } };
  const id = shop.setRuleset("r", { conditions, rules: [{ type: "deletion" }] });
  const { data } = await octokit.rest.repos.getBranchRules({ ...at, branch });
  expect(data).toEqual(
    means ? [{ type: "deletion", ruleset_id: id, ruleset_source: "acme/shop", ruleset_source_type: "Repository" }] : [],
  );
  expect((await octokit.rest.repos.getBranchRules({ ...at, branch: "excluded" })).data).toEqual([]);
  github.assertValid();
});

test("only active rulesets give rules; an organization's are inherited and not to be changed here", async () => {
  const { github, octokit, at, shop } = await stage({ app: { permissions, events } });
  const rules = [{ type: "deletion" }];
  shop.setRuleset("off", { conditions: onMain, rules, enforcement: "disabled" });
  shop.setRuleset("trial", { conditions: onMain, rules, enforcement: "evaluate" });
  const id = shop.setRuleset("policy", { conditions: onMain, rules, source_type: "Organization" });
  expect((await octokit.rest.repos.getBranchRules({ ...at, branch: "main" })).data).toMatchObject([
    { ruleset_id: id, ruleset_source: "acme", ruleset_source_type: "Organization" },
  ]);
  expect((await octokit.rest.repos.getRepoRulesets(at)).data).toHaveLength(3);
  expect((await octokit.rest.repos.getRepoRulesets({ ...at, includes_parents: false })).data).toHaveLength(2);
  expect(await statusOf(octokit.rest.repos.deleteRepoRuleset({ ...at, ruleset_id: id }))).toBe(404);
  expect(rulesets(github)).toHaveLength(2);
  github.assertValid();
});

test("a merge waits for the required checks of the right App", async () => {
  const { github, octokit, at, head, pull, merge } = await stagePull({
    rules: [checks({ context: "gate", integration_id: 4242 }, { context: "lint" })],
  });
  expect(await merge()).toMatchObject({
    status: 405,
    message: expect.stringContaining('Required status check "gate" is expected.'),
  });
  expect((await octokit.rest.pulls.get(pull)).data.mergeable_state).toBe("blocked");
  await github.runCi("acme/shop", head, "success", { name: "gate" }); // GitHub Actions is another App
  await github.runCi("acme/shop", head, "success", { name: "lint" });
  expect((await merge()).message).toBe('Required status check "gate" is expected.');
  const run = { ...at, name: "gate", head_sha: head };
  await octokit.rest.checks.create({ ...run, conclusion: "failure" });
  expect((await merge()).status).toBe(405);
  await octokit.rest.checks.create({ ...run, conclusion: "neutral" });
  expect((await octokit.rest.pulls.get(pull)).data.mergeable_state).toBe("clean");
  expect((await merge()).status).toBe(200);
  github.assertValid();
});

test("a merge waits for an approval of its head, by somebody else who may write", async () => {
  const { github, alice, bob, number, merge } = await stagePull({ rules: [oneApproval] });
  const message = "At least 1 approving review is required by reviewers with write access.";
  await github.asUser("mallory").review("acme/shop", number, { event: "APPROVE" });
  expect(await merge()).toEqual({ status: 405, message });
  await bob.review("acme/shop", number, { event: "APPROVE" });
  await alice.push("acme/shop", { "new.txt": "newer\n" }, "fix");
  expect(await merge()).toEqual({ status: 405, message });
  await bob.push("acme/shop", { "new.txt": "newest\n" }, "fix");
  await bob.review("acme/shop", number, { event: "APPROVE" });
  expect((await merge()).message).toMatch(/someone other than the last pusher/);
  const shop = github.repository("acme/shop");
  github.addUser("carol");
  shop.setRole("carol", "write");
  await github.asUser("carol").review("acme/shop", number, { event: "APPROVE" });
  expect((await merge()).status).toBe(200);
  github.assertValid();
});

test("who may bypass merges all the same, and the rule suites tell", async () => {
  const { github, octokit, at, shop, merge } = await stagePull({
    rules: [oneApproval],
    bypass_actors: [{ actor_id: 4242, actor_type: "Integration", bypass_mode: "always" }],
  });
  expect((await merge()).status).toBe(200);
  const { data } = await octokit.rest.repos.getRepoRuleSuites({ ...at, rule_suite_result: "bypass" });
  expect(data).toMatchObject([
    { actor_name: github.app.botLogin, ref: "refs/heads/main", after_sha: await shop.head(), result: "bypass" },
  ]);
  const suite = { ...at, rule_suite_id: data[0]?.id ?? 0 };
  expect((await octokit.rest.repos.getRepoRuleSuite(suite)).data).toMatchObject({
    rule_evaluations: [{ rule_type: "pull_request", result: "fail" }],
  });
  expect((await octokit.rest.repos.getRepoRuleSuites({ ...at, rule_suite_result: "pass" })).data).toEqual([]);
  github.assertValid();
});

test("rule suites are of the last day unless asked otherwise", async () => {
  const { github, octokit, at, shop } = await stage({ app: { permissions: { administration: "read" } } });
  const suite = (id: number, hours: number, result: string) => ({
    id,
    ref: "refs/heads/main",
    actor_name: "alice",
    pushed_at: new Date(github.clock.now().getTime() - hours * 3_600_000).toISOString(),
    result,
  });
  shop.settings.ruleSuites.push(suite(1, 30, "bypass"), suite(2, 2, "pass"), suite(3, 1, "bypass"));
  const ids = async (query: object) =>
    (await octokit.rest.repos.getRepoRuleSuites({ ...at, ...query })).data.map(({ id }) => id);
  expect(await ids({})).toEqual([3, 2]);
  expect(await ids({ time_period: "week", rule_suite_result: "bypass" })).toEqual([3, 1]);
  expect(await ids({ ref: "next" })).toEqual([]);
  expect(await ids({ actor_name: "bob" })).toEqual([]);
  github.assertValid();
});
