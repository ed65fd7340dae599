import { afterEach, expect, test } from "vitest";
import type { Json, Ruleset } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

const mona = () => world.github.asUser(people.maintainer);
const policy = (text: string): WorldOptions => ({
  repository: { files: { ...shopFiles, ".github/self-heal.yml": text } },
});

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({
    repository: { files: { ...shopFiles } },
    scripts: attempts(fixSteps()),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
    ...options,
  });
  await world.settle();
}

/** What the owner's checklist asks for, as one ruleset. */
const asExpected = (appId: number): Partial<Ruleset> => ({
  enforcement: "active",
  target: "branch",
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
  bypass_actors: [],
  rules: [
    {
      type: "pull_request",
      parameters: {
        required_approving_review_count: 1,
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_review_thread_resolution: false,
        allowed_merge_methods: ["merge", "squash", "rebase"],
      },
    },
    {
      type: "required_status_checks",
      parameters: {
        strict_required_status_checks_policy: false,
        required_status_checks: [
          { context: "lint", integration_id: 15_368 },
          { context: "test", integration_id: 15_368 },
          { context: "self-heal/approval (main)", integration_id: appId },
        ],
      },
    },
    { type: "non_fast_forward" },
    { type: "deletion" },
  ],
});

const driftIssue = () =>
  world.repository.issues().find(({ title }) => String(title).includes("branch protection")) as
    | (Json & { number: number; state: string; body: string })
    | undefined;
const results = async () => {
  const report = (await world.app.store.standing(world.repository.id))?.protection;
  return Object.fromEntries(report?.expectations.map(({ id, result }) => [id, result]) ?? []);
};
async function look(): Promise<void> {
  await world.app.upkeep.settings();
  await world.settle();
}

test("every expectation of the checklist is read from GitHub and compared", async () => {
  await start();
  expect(await results()).toMatchObject({
    "pull-request": "fail",
    approvals: "fail",
    "required-checks": "fail",
    "gate-check": "fail",
    "no-force-push": "fail",
    "no-deletion": "fail",
    "workflow-file": "fail",
    secrets: "fail",
  });
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  world.repository.settings.secrets.push({ name: "ANTHROPIC_API_KEY", updatedAt: world.github.clock.now() });
  world.repository.settings.actions = {
    enabled: true,
    defaultWorkflowPermissions: "write",
    canApprovePullRequestReviews: true,
  };
  await mona().push(world.name, { ".github/workflows/ai-self-heal.yml": "on: workflow_dispatch\njobs: {}\n" });
  await world.settle();
  await look();
  expect(await results()).toEqual({
    "pull-request": "pass",
    approvals: "pass",
    "dismiss-stale": "pass",
    "required-checks": "pass",
    "pinned-checks": "pass",
    "gate-check": "pass",
    // Who may bypass a ruleset is shown to administrators only.
    "no-bypass": "unknown",
    "no-force-push": "pass",
    "no-deletion": "pass",
    "workflow-permissions": "pass",
    "actions-may-approve": "pass",
    "workflow-file": "pass",
    secrets: "pass",
    "secret-rotation": "pass",
  });
});

test("drift is told in one issue with who did it, updated in place, and closed when it is mended", async () => {
  await start();
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  await world.settle();
  expect(driftIssue()).toBeUndefined();
  world.github.addUser("settings[bot]", { type: "Bot" });
  world.repository.setRuleset("main", { enforcement: "disabled" }, "settings[bot]");
  await world.settle();
  expect(driftIssue()).toMatchObject({ state: "open" });
  expect(driftIssue()?.body).toContain("settings[bot]");
  const before = world.github.requests.length;
  await look();
  await look();
  const writes = world.github.requests
    .slice(before)
    .filter(({ method, path }) => method !== "GET" && path.includes("/issues"));
  expect(writes).toEqual([]);
  world.repository.setRuleset("main", { enforcement: "active" });
  await world.settle();
  expect(driftIssue()).toMatchObject({ state: "closed" });
  expect(world.repository.issues().filter(({ title }) => String(title).includes("branch protection"))).toHaveLength(1);
});

test("block: no fix is opened while an expectation fails, and the incident says which", async () => {
  await start(
    policy(
      "protection:\n  mode: block\n  workflow: false\n  secrets: []\n  workflowPermissions: any\n  actionsMayApprove: any\n",
    ),
  );
  const { number } = await mona().openIssue(world.name, shopReport);
  await mona().addLabel(world.name, number, "ai-fix");
  await world.settle();
  const [held] = await world.app.store.incidents({ limit: 1 });
  expect(held?.state).toMatchObject({ phase: "held", reason: "protection" });
  expect(world.model.requests).toEqual([]);
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  await world.settle();
  await mona().comment(world.name, number, "/self-heal go");
  await world.settle();
  expect(await world.repository.pulls()).toHaveLength(1);
});

test("enforce: one ruleset of our own is created and kept; others are left alone", async () => {
  await start(policy("protection:\n  mode: enforce\n"));
  const installation = await world.github.install(world.name);
  world.repository.setRuleset("theirs", { enforcement: "active", rules: [{ type: "deletion" }] });
  world.github.grant(installation.id, { ...installation.permissions, administration: "write" });
  await world.settle();
  await look();
  const names = () => world.repository.settings.rulesets.map(({ name }) => name).sort();
  expect(names()).toEqual(["Self-Heal", "theirs"]);
  expect(await results()).toMatchObject({ "pull-request": "pass", "gate-check": "pass", "no-deletion": "pass" });
  const before = world.github.requests.length;
  await look();
  expect(
    world.github.requests.slice(before).filter(({ method, path }) => method !== "GET" && path.includes("rulesets")),
  ).toEqual([]);
  world.repository.setRuleset("Self-Heal", { enforcement: "disabled" });
  await world.settle();
  expect(world.repository.settings.rulesets.find(({ name }) => name === "Self-Heal")?.enforcement).toBe("active");
  expect(world.repository.settings.rulesets.find(({ name }) => name === "theirs")?.rules).toEqual([
    { type: "deletion" },
  ]);
});

test("enforce without Administration: write changes nothing and says what to grant", async () => {
  await start(policy("protection:\n  mode: enforce\n"));
  expect(world.repository.settings.rulesets).toEqual([]);
  expect((await world.app.store.standing(world.repository.id))?.protection).toBeDefined();
  expect(world.log.filter(({ level }) => level >= 50)).toEqual([]);
});

test("a secret that gets old is a reminder, then a failure", async () => {
  await start();
  const day = 86_400_000;
  const secret = { name: "ANTHROPIC_API_KEY", updatedAt: new Date(world.github.clock.now().getTime() - 10 * day) };
  world.repository.settings.secrets.push(secret);
  await look();
  expect(await results()).toMatchObject({ secrets: "pass", "secret-rotation": "pass" });
  secret.updatedAt = new Date(world.github.clock.now().getTime() - 80 * day);
  await look();
  expect(await results()).toMatchObject({ "secret-rotation": "pass" });
  expect(driftIssue()?.body).toContain("ANTHROPIC_API_KEY");
  secret.updatedAt = new Date(world.github.clock.now().getTime() - 91 * day);
  await look();
  expect(await results()).toMatchObject({ "secret-rotation": "fail" });
});

test("attack 25: a push past the rules is reported with its actor", async () => {
  await start();
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  await world.settle();
  const sha = await world.repository.head();
  world.repository.settings.ruleSuites.push({
    id: 1,
    actor_id: 5,
    actor_name: "root",
    before_sha: sha,
    after_sha: sha,
    ref: "refs/heads/main",
    repository_id: world.repository.id,
    repository_name: "shop",
    pushed_at: world.github.clock.now().toISOString(),
    result: "bypass",
    evaluation_result: "fail",
  });
  await look();
  expect(driftIssue()).toMatchObject({ state: "open" });
  expect(driftIssue()?.body).toContain("root");
});

test("where the gate is required, a person's pull request gets its check, too, and is not held up", async () => {
  await start();
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  await world.settle();
  const sha = await mona().push(world.name, { "src/a.js": "1;\n" }, "feature");
  await mona().openPull(world.name, { head: "feature", base: "main", title: "by hand" });
  await world.settle();
  const check = world.repository.checkRuns(sha).find(({ name }) => name === "self-heal/approval (main)");
  expect(check).toMatchObject({ conclusion: "success" });
});

test("a renamed default branch is expected under its new name", async () => {
  await start();
  world.repository.setRuleset("main", asExpected(world.github.app.id));
  await world.settle();
  expect(await results()).toMatchObject({ "gate-check": "pass" });
  await world.repository.renameDefaultBranch("trunk");
  await world.settle();
  const standing = await world.app.store.standing(world.repository.id);
  expect(standing).toMatchObject({ defaultBranch: "trunk", protection: { defaultBranch: "trunk" } });
  expect(await results()).toMatchObject({ "gate-check": "fail" });
});
