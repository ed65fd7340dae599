import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";
import type { Permissions } from "./types.ts";

const permissions: Permissions = { administration: "read", contents: "write", pull_requests: "write" };
const events = ["branch_protection_rule", "branch_protection_configuration"];
const protection = {
  required_status_checks: { strict: false, contexts: ["ci"], checks: [{ context: "ci", app_id: null }] },
  enforce_admins: { url: "https://x.test/enforce_admins", enabled: false },
};

test("classic protection is answered as it was set, and every change is told", async () => {
  const { github, octokit, at, shop } = await stage({ app: { permissions, events } });
  const get = () => octokit.rest.repos.getBranchProtection({ ...at, branch: "main" });
  expect(await statusOf(get())).toBe(404);
  shop.protect("main", protection, "alice");
  expect((await get()).data).toEqual(protection);
  expect((await octokit.rest.repos.getBranch({ ...at, branch: "main" })).data).toMatchObject({
    protected: true,
    protection: { enabled: true, required_status_checks: { contexts: ["ci"] } },
  });
  shop.protect("main", { ...protection, enforce_admins: { ...protection.enforce_admins, enabled: true } }, "alice");
  shop.switchProtection(false);
  expect(await statusOf(get())).toBe(404);
  shop.switchProtection(true);
  shop.protect("main", undefined);
  expect(await statusOf(get())).toBe(404);
  expect(github.deliveries.slice(1).map(({ payload }) => payload)).toMatchObject([
    { action: "created", rule: { name: "main", required_status_checks: ["ci"] }, sender: { login: "alice" } },
    { action: "edited", changes: { admin_enforced: { from: false } }, rule: { admin_enforced: true } },
    { action: "disabled" },
    { action: "enabled" },
    { action: "deleted", rule: { name: "main" } },
  ]);
  github.fail({ path: /\/protection$/, status: 403 });
  expect(await statusOf(get())).toBe(403);
  github.assertValid();
});

test("protection holds merges up, except for administrators who are exempt", async () => {
  const { github, octokit, at, shop, alice } = await stage({ app: { permissions, events } });
  const head = await alice.push("acme/shop", { "new.txt": "new\n" }, "fix");
  const { number } = await alice.openPull("acme/shop", { head: "fix", base: "main", title: "Fix it" });
  const merge = () => statusOf(octokit.rest.pulls.merge({ ...at, pull_number: number }));
  shop.protect("main", { ...protection, required_pull_request_reviews: { required_approving_review_count: 1 } });
  expect(await merge()).toBe(405);
  await alice.request(`POST /repos/acme/shop/statuses/${head}`, { state: "success", context: "ci" });
  expect(await merge()).toBe(405);
  shop.setRole("bob", "admin");
  await github.asUser("bob").merge("acme/shop", number);
  github.assertValid();
});

test("settings of Actions, secrets and custom properties, each with its permission", async () => {
  const { github, octokit, at, shop } = await stage({
    app: { permissions: { administration: "read", secrets: "read", actions: "read", contents: "read" } },
  });
  const { settings } = shop;
  const { actions } = octokit.rest;
  expect((await actions.getGithubActionsPermissionsRepository(at)).data).toMatchObject({ enabled: true });
  Object.assign(settings.actions, { canApprovePullRequestReviews: true, defaultWorkflowPermissions: "write" });
  expect((await actions.getGithubActionsDefaultWorkflowPermissionsRepository(at)).data).toEqual({
    default_workflow_permissions: "write",
    can_approve_pull_request_reviews: true,
  });
  settings.secrets.push({ name: "API_KEY", updatedAt: new Date("2026-01-02T03:04:05Z") });
  settings.organizationSecrets.push({ name: "SHARED", updatedAt: new Date("2026-01-02T03:04:05Z") });
  expect((await actions.getRepoSecret({ ...at, secret_name: "API_KEY" })).data.updated_at).toBe("2026-01-02T03:04:05Z");
  expect(await statusOf(actions.getRepoSecret({ ...at, secret_name: "NONE" }))).toBe(404);
  expect((await actions.listRepoOrganizationSecrets(at)).data.secrets).toMatchObject([{ name: "SHARED" }]);
  settings.properties["tier"] = "one";
  const values = await octokit.request("GET /repos/{owner}/{repo}/properties/values", at);
  expect(values.data).toEqual([{ property_name: "tier", value: "one" }]);
  const other = await stage({ app: { permissions: { contents: "read" } } });
  const paths = ["actions/permissions", "actions/secrets", "actions/secrets/X", "rulesets/rule-suites"];
  for (const path of paths) expect(await statusOf(other.octokit.request(`GET /repos/acme/shop/${path}`))).toBe(403);
  github.assertValid();
  other.github.assertValid();
});

test("a workflow is found by its file before it has run, with its state", async () => {
  const { github, octokit, at, shop } = await stage({}, { files: { ".github/workflows/ci.yml": "on: push\n" } });
  const get = (workflow_id: string) => octokit.rest.actions.getWorkflow({ ...at, workflow_id });
  expect((await get("ci.yml")).data).toMatchObject({ path: ".github/workflows/ci.yml", state: "active" });
  expect(await statusOf(get("other.yml"))).toBe(404);
  shop.settings.workflowStates["ci.yml"] = "disabled_manually";
  expect((await get("ci.yml")).data.state).toBe("disabled_manually");
  await github.runCi("acme/shop", await shop.head(), "success", { name: "test" });
  expect((await get("test.yml")).data.name).toBe("test");
  github.assertValid();
});
