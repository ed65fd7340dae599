import { afterEach, describe, expect, test } from "vitest";
import { isUnknown } from "../../src/domain/fact.ts";
import { Policy } from "../../src/domain/policy.ts";
import { ProtectionFacts } from "../../src/domain/protection.ts";
import { errorKind } from "../../src/github/github-error.ts";
import { readProtectionFacts } from "../../src/github/protection-facts.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import type { Reply, Sent } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const policy = Policy.parse({}).protection;

describe("against a whole GitHub", () => {
  let stage: Stage;
  afterEach(() => stage.close());
  const read = async (reads = policy, scope?: "enforce") => {
    const octokit = await stage.clients.for(stage.repo, "govern");
    const reader = scope && (await stage.clients.for(stage.repo, scope));
    const facts = await readProtectionFacts(octokit, stage.repo, { policy: reads, reader });
    return facts && ProtectionFacts.parse(facts);
  };

  test("an untouched repository has no rules and nothing hidden but what is not asked for", async () => {
    stage = await openStage();
    const url = `${stage.github.url}/acme/shop/settings`;
    expect(await read()).toEqual({
      fullName: "acme/shop",
      defaultBranch: "main",
      settingsUrl: url,
      rulesets: [],
      classic: null,
      actions: { workflowPermissions: "read", mayApprove: false },
      secrets: [],
      organizationSecrets: [],
      workflow: null,
      bypasses: [],
      reported: [],
    });
  });

  test("rulesets, the organisation's too, and classic protection are read with all that they ask for", async () => {
    stage = await openStage();
    const { view } = stage;
    const pulls = {
      required_approving_review_count: 2,
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
    };
    const checks = {
      strict_required_status_checks_policy: false,
      required_status_checks: [{ context: "lint", integration_id: 7 }, { context: "test" }],
    };
    const conditions = { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } };
    view.setRuleset("house", {
      source_type: "Organization",
      conditions,
      rules: [{ type: "non_fast_forward" }, { type: "deletion" }],
    });
    view.setRuleset("main", {
      conditions,
      rules: [
        { type: "pull_request", parameters: pulls },
        { type: "required_status_checks", parameters: checks },
      ],
    });
    view.setRuleset("elsewhere", {
      conditions: { ref_name: { include: ["refs/heads/next"], exclude: [] } },
      rules: [{ type: "deletion" }],
    });
    view.protect("main", {
      required_pull_request_reviews: {
        url: "https://api.github.com/x",
        dismiss_stale_reviews: false,
        require_code_owner_reviews: false,
        required_approving_review_count: 1,
      },
      required_status_checks: { strict: true, contexts: ["old", "build"], checks: [{ context: "build", app_id: -1 }] },
      enforce_admins: { url: "https://api.github.com/x", enabled: true },
      allow_force_pushes: { enabled: true },
    });
    const facts = await read();
    expect(facts?.rulesets).toMatchObject([
      { name: "house", pullRequest: null, checks: [], noForcePush: true, noDeletion: true },
      {
        name: "main",
        source: { name: "Ruleset main", url: expect.stringContaining("/rules/") },
        pullRequest: { approvals: 2, dismissStale: true },
        checks: [
          { name: "lint", app: 7 },
          { name: "test", app: null },
        ],
        noForcePush: false,
        noDeletion: false,
        bypass: { unknown: expect.stringContaining("Administration: write") },
      },
    ]);
    expect(facts?.classic).toMatchObject({
      pullRequest: { approvals: 1, dismissStale: false, bypass: [] },
      checks: [
        { name: "build", app: null },
        { name: "old", app: null },
      ],
      enforceAdmins: true,
      allowForcePushes: true,
      allowDeletions: false,
    });
  });

  test("who may bypass a ruleset is seen with Administration: write", async () => {
    stage = await openStage({}, { app: { permissions: permissions({ administration: "write" }) } });
    const conditions = { ref_name: { include: ["~ALL"], exclude: [] } };
    const bypass_actors = [
      { actor_id: 12, actor_type: "Team", bypass_mode: "always" },
      { actor_id: null, actor_type: "OrganizationAdmin", bypass_mode: "exempt" },
      { actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" },
    ];
    stage.view.setRuleset("main", { conditions, rules: [{ type: "deletion" }], bypass_actors });
    const facts = await read(policy, "enforce");
    expect(facts?.rulesets).toMatchObject([
      { bypass: ["Team 12 (always)", "OrganizationAdmin (exempt)", "role admin (always)"] },
    ]);
  });

  test("that we may bypass a ruleset ourselves shows without its list", async () => {
    stage = await openStage();
    const conditions = { ref_name: { include: ["~ALL"], exclude: [] } };
    const bypass_actors = [{ actor_id: stage.github.app.id, actor_type: "Integration", bypass_mode: "always" }];
    stage.view.setRuleset("main", { conditions, rules: [{ type: "deletion" }], bypass_actors });
    expect((await read())?.rulesets).toMatchObject([{ bypass: ["this App (always)"] }]);
  });

  test("Actions settings, secrets, the workflow and bypasses are what GitHub says", async () => {
    const file = ".github/workflows/ai-self-heal.yml";
    stage = await openStage({ files: { [file]: "on: push\njobs: {}\n" } });
    const { settings } = stage.view;
    const now = stage.github.clock.now();
    settings.actions = { enabled: true, defaultWorkflowPermissions: "write", canApprovePullRequestReviews: true };
    settings.secrets.push({ name: "ANTHROPIC_API_KEY", updatedAt: new Date("2026-01-02T03:04:05Z") });
    settings.organizationSecrets.push({ name: "SHARED", updatedAt: new Date("2026-01-01T00:00:00Z") });
    settings.workflowStates["ai-self-heal.yml"] = "disabled_manually";
    const suite = (id: number, result: string, ref = "refs/heads/main") => ({
      id,
      actor_id: 1,
      actor_name: "eve",
      before_sha: "a".repeat(40),
      after_sha: "b".repeat(40),
      ref,
      repository_id: stage.repo.id,
      repository_name: "shop",
      pushed_at: now.toISOString().replace(/\.\d+/, ""),
      result,
      evaluation_result: result,
    });
    settings.ruleSuites.push(suite(1, "bypass"), suite(2, "pass"), suite(3, "bypass", "refs/heads/next"));
    expect(await read()).toMatchObject({
      actions: { workflowPermissions: "write", mayApprove: true },
      secrets: [{ name: "ANTHROPIC_API_KEY", updatedAt: Date.parse("2026-01-02T03:04:05Z") }],
      organizationSecrets: [{ name: "SHARED" }],
      workflow: { path: file, state: "disabled_manually" },
      bypasses: [{ id: 1, actor: "eve", ref: "refs/heads/main", after: "b".repeat(40) }],
    });
  });

  test("who reports a check is read from the latest commit, and only while one is not pinned", async () => {
    stage = await openStage();
    await stage.github.runCi("acme/shop", await stage.view.head("main"), "success", { name: "lint" });
    const facts = await read();
    expect(facts?.reported).toEqual([{ name: "lint", app: expect.any(Number) }]);
    stage.requests();
    expect((await read({ ...policy, checks: [] }))?.reported).toHaveProperty("unknown");
    expect(stage.requests().filter((request) => request.includes("/check-runs"))).toEqual([]);
  });

  test("each permission that was not granted hides its part, and says which one it is", async () => {
    const { administration: _, secrets: __, ...few } = permissions({});
    stage = await openStage({}, { app: { permissions: few } });
    const facts = await read();
    const hidden = Object.entries(facts ?? {}).flatMap(([name, value]) =>
      isUnknown(value) ? [[name, value.unknown]] : [],
    );
    expect(Object.fromEntries(hidden)).toEqual({
      classic: expect.stringContaining("Administration: read"),
      actions: expect.stringContaining("Administration: read"),
      bypasses: expect.stringContaining("Administration: read"),
      secrets: expect.stringContaining("Secrets: read"),
      organizationSecrets: expect.stringContaining("Secrets: read"),
    });
  });

  test("an archived repository needs no protection", async () => {
    stage = await openStage();
    stage.view.archive();
    expect(await read()).toBeUndefined();
  });
});

describe("answers that a stand-in does not give", () => {
  const main = { id: 42, full_name: "acme/shop", html_url: "https://github.test/acme/shop", default_branch: "main" };
  const read = async (answers: Record<string, Reply>, owner = "Organization") => {
    const { clients } = fakeClients((sent) => answer(sent, answers, owner));
    const octokit = await clients.for(repository, "read");
    return readProtectionFacts(octokit, repository, { policy });
  };
  function answer({ path }: Sent, answers: Record<string, Reply>, type: string): Reply | undefined {
    const place = path.replace("/repos/acme/shop", "");
    if (place === "") return { json: { ...main, archived: false, owner: { login: "acme", type } } };
    const known = Object.entries(answers).find(([part]) => place.startsWith(part));
    if (known) return known[1];
    if (place.endsWith("/secrets")) return { json: { secrets: [] } };
    if (place.endsWith("/organization-secrets")) return { json: { secrets: [] } };
    if (place.endsWith("/check-runs")) return { json: { check_runs: [] } };
    if (place.endsWith("/status")) return { json: { statuses: [] } };
    return place.startsWith("/rules") || place.startsWith("/pulls") ? { json: [] } : undefined;
  }
  const refused = (status: number, message: string): Reply => ({ status, json: { message } });

  test.each<[string, Reply, unknown]>([
    ["a branch without classic protection", refused(404, "Branch not protected"), null],
    [
      "a 404 that is a refusal",
      refused(404, "Not Found"),
      {
        unknown:
          "Classic branch protection cannot be seen: GitHub refused; the App needs the permission Administration: read.",
      },
    ],
    [
      "a permission that is not there",
      refused(403, "Resource not accessible by integration"),
      { unknown: expect.stringContaining("Administration: read") },
    ],
    [
      "a plan that lacks it",
      refused(403, "Upgrade to GitHub Pro or make this repository public to enable this feature."),
      { unknown: expect.stringContaining("the account's plan does not include it") },
    ],
  ])("%s", async (_, reply, classic) => {
    expect(await read({ "/branches/main/protection": reply })).toMatchObject({ classic });
  });

  test("people and teams who may skip pull requests are named", async () => {
    const bypass_pull_request_allowances = {
      users: [{ login: "eve" }],
      teams: [{ slug: "ops" }],
      apps: [{ slug: "bot" }],
    };
    const reviews = { dismiss_stale_reviews: true, bypass_pull_request_allowances };
    const json = { required_pull_request_reviews: reviews, enforce_admins: { enabled: false } };
    expect(await read({ "/branches/main/protection": { json } })).toMatchObject({
      classic: {
        pullRequest: { approvals: 0, dismissStale: true, bypass: ["user eve", "team ops", "App bot"] },
        enforceAdmins: false,
        checks: [],
      },
    });
  });

  test("a ruleset that cannot be opened keeps its rules and hides its bypass list", async () => {
    const rule = { type: "deletion", ruleset_id: 9, ruleset_source: "acme", ruleset_source_type: "Organization" };
    const facts = await read({ "/rules/branches": { json: [rule] }, "/rulesets/9": refused(404, "Not Found") });
    expect(facts).toMatchObject({
      rulesets: [
        { name: "9", noDeletion: true, bypass: { unknown: expect.stringContaining("Administration: write") } },
      ],
    });
  });

  test("a workflow that Actions does not list, although the file is there, is unknown", async () => {
    const missing = refused(404, "Not Found");
    expect(await read({ "/actions/workflows": missing, "/contents": missing })).toMatchObject({ workflow: null });
    expect(await read({ "/actions/workflows": missing, "/contents": { json: { type: "file" } } })).toMatchObject({
      workflow: { unknown: expect.stringContaining("does not say whether it is active") },
    });
  });

  test("a person's repository has no organisation to ask", async () => {
    const facts = await read({ "/actions/organization-secrets": refused(404, "Not Found") }, "User");
    expect(facts).toMatchObject({ organizationSecrets: [] });
  });

  test("a failure that will pass is thrown, not taken for hidden", async () => {
    const failed = await read({ "/rules/branches": refused(502, "Bad Gateway") }).catch((error: unknown) => error);
    expect(errorKind(failed)).toBe("unavailable");
  });
});

const permissions = (changes: Record<string, "read" | "write">) => ({
  contents: "read" as const,
  pull_requests: "read" as const,
  checks: "read" as const,
  statuses: "read" as const,
  actions: "read" as const,
  administration: "read" as const,
  secrets: "read" as const,
  ...changes,
});
