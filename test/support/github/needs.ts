import type { Role } from "./types.ts";

/**
 * What a call takes. For installation tokens a permission and its level, for users a role on the repository.
 * Source: github/docs, "Permissions required for GitHub Apps" (server-to-server-permissions.json, 2026-03-10).
 */
type Need = { as: "app" | "installation" | "anyone"; permission: string; level: "read" | "write"; role: Role };

const table: Record<string, string> = {
  app: "apps/get-authenticated apps/list-installations apps/get-installation apps/create-installation-access-token apps/get-repo-installation apps/get-org-installation apps/get-user-installation apps/list-webhook-deliveries apps/get-webhook-delivery apps/redeliver-webhook-delivery apps/suspend-installation apps/unsuspend-installation",
  installation: "apps/revoke-installation-access-token apps/list-repos-accessible-to-installation",
  anyone:
    "apps/create-from-manifest apps/get-by-slug meta/get rate-limit/get users/get-authenticated users/get-by-username",
  "metadata:read read":
    "repos/get repos/get-branch-rules repos/get-repo-rulesets repos/get-repo-ruleset repos/custom-properties-for-repos-get-repository-values repos/list-for-org",
  "metadata:read write": "repos/get-collaborator-permission-level repos/list-collaborators",
  "contents:read read":
    "repos/get-branch repos/list-branches repos/get-content repos/compare-commits-with-basehead repos/get-commit repos/list-commits git/get-ref git/list-matching-refs git/get-commit git/get-tree git/get-blob",
  "contents:write write":
    "repos/create-dispatch-event repos/create-or-update-file-contents git/create-ref git/update-ref git/delete-ref git/create-commit git/create-tree git/create-blob pulls/merge",
  "statuses:read read": "repos/get-combined-status-for-ref repos/list-commit-statuses-for-ref",
  "statuses:write write": "repos/create-commit-status",
  "administration:read admin":
    "repos/get-branch-protection actions/get-github-actions-permissions-repository actions/get-github-actions-default-workflow-permissions-repository",
  "administration:read write": "repos/get-repo-rule-suites repos/get-repo-rule-suite",
  "administration:write admin": "repos/create-repo-ruleset repos/update-repo-ruleset repos/delete-repo-ruleset",
  "secrets:read admin": "actions/list-repo-secrets actions/get-repo-secret actions/list-repo-organization-secrets",
  "members:read read": "teams/get-by-name teams/list-members-in-org teams/get-membership-for-user-in-org",
  "issues:read read": "issues/list-for-repo",
  "issues:write read": "issues/create",
  "issue or pull:read read":
    "issues/get issues/list-events issues/list-comments issues/get-comment issues/list-labels-on-issue reactions/list-for-issue reactions/list-for-issue-comment issues/get-label issues/list-labels-for-repo",
  // Authors may edit and close their own; the handler looks at who calls.
  "issue or pull:write read":
    "issues/update issues/create-comment issues/update-comment issues/delete-comment reactions/create-for-issue reactions/create-for-issue-comment",
  "issue or pull:write triage": "issues/add-labels issues/set-labels issues/remove-label",
  "issues:write write": "issues/create-label",
  "pull_requests:read read":
    "pulls/get pulls/list pulls/list-files pulls/list-commits pulls/list-reviews pulls/get-review pulls/list-comments-for-review pulls/list-review-comments pulls/get-review-comment pulls/check-if-merged repos/list-pull-requests-associated-with-commit reactions/list-for-pull-request-review-comment",
  "pull_requests:write read":
    "pulls/update pulls/create-review pulls/create-review-comment pulls/create-reply-for-review-comment reactions/create-for-pull-request-review-comment",
  "pull_requests:write write": "pulls/create pulls/request-reviewers pulls/dismiss-review",
  "checks:read read":
    "checks/get checks/list-for-ref checks/list-for-suite checks/list-suites-for-ref checks/get-suite",
  "checks:write write": "checks/create checks/update",
  "actions:read read":
    "actions/list-workflow-runs-for-repo actions/get-workflow-run actions/list-jobs-for-workflow-run actions/get-job-for-workflow-run actions/download-job-logs-for-workflow-run actions/list-repo-workflows actions/get-workflow",
  "actions:write write": "actions/re-run-workflow-failed-jobs actions/create-workflow-dispatch",
};

function read(key: string): Need {
  const [, permission = "", level, role = "read"] = /^(.+):(read|write) (\w+)$/.exec(key) ?? [];
  if (!level)
    return {
      as: key === "app" || key === "installation" ? key : "anyone",
      permission: "metadata",
      level: "read",
      role: "read",
    };
  return { as: "anyone", permission, level: level === "write" ? "write" : "read", role: role as Role };
}

export const needs: Record<string, Need> = Object.fromEntries(
  Object.entries(table).flatMap(([key, ids]) => ids.split(" ").map((id) => [id, read(key)])),
);
