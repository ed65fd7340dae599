/** REST operations the stand-in knows, by GitHub's operation ids. Each has a handler in routes/. */
export const operations: readonly string[] = `
apps/get-authenticated apps/list-installations apps/get-installation apps/create-installation-access-token
apps/revoke-installation-access-token apps/list-repos-accessible-to-installation apps/get-repo-installation
apps/get-org-installation apps/get-user-installation apps/list-webhook-deliveries apps/get-webhook-delivery
apps/redeliver-webhook-delivery apps/create-from-manifest apps/suspend-installation apps/unsuspend-installation apps/get-by-slug
meta/get rate-limit/get users/get-authenticated users/get-by-username
repos/get repos/get-branch repos/list-branches repos/get-content repos/get-collaborator-permission-level repos/list-collaborators
repos/compare-commits-with-basehead repos/get-commit repos/list-commits repos/create-commit-status
repos/get-combined-status-for-ref repos/list-commit-statuses-for-ref repos/create-dispatch-event repos/get-branch-rules
repos/get-repo-rulesets repos/get-repo-ruleset repos/create-repo-ruleset repos/update-repo-ruleset repos/delete-repo-ruleset
repos/get-repo-rule-suites repos/get-repo-rule-suite repos/get-branch-protection
repos/custom-properties-for-repos-get-repository-values repos/list-pull-requests-associated-with-commit
repos/create-or-update-file-contents repos/list-for-org
teams/get-by-name teams/list-members-in-org teams/get-membership-for-user-in-org
git/get-ref git/list-matching-refs git/create-ref git/update-ref git/delete-ref git/get-commit git/create-commit git/get-tree
git/create-tree git/create-blob git/get-blob
issues/get issues/list-events issues/create issues/update issues/list-for-repo issues/create-comment issues/update-comment issues/list-comments
issues/get-comment issues/delete-comment issues/add-labels issues/set-labels issues/remove-label issues/create-label
issues/get-label issues/list-labels-for-repo issues/list-labels-on-issue
reactions/create-for-issue reactions/create-for-issue-comment reactions/create-for-pull-request-review-comment
reactions/list-for-issue reactions/list-for-issue-comment reactions/list-for-pull-request-review-comment
pulls/create pulls/get pulls/update pulls/list pulls/list-files pulls/list-commits pulls/list-reviews pulls/create-review
pulls/get-review pulls/dismiss-review pulls/list-comments-for-review pulls/create-review-comment pulls/list-review-comments pulls/get-review-comment
pulls/create-reply-for-review-comment pulls/request-reviewers pulls/merge pulls/check-if-merged
checks/create checks/update checks/get checks/list-for-ref checks/list-for-suite checks/list-suites-for-ref checks/get-suite
actions/list-workflow-runs-for-repo actions/get-workflow-run actions/list-jobs-for-workflow-run
actions/get-job-for-workflow-run actions/download-job-logs-for-workflow-run actions/re-run-workflow-failed-jobs
actions/list-repo-workflows actions/get-workflow actions/create-workflow-dispatch actions/list-repo-secrets actions/get-repo-secret
actions/list-repo-organization-secrets actions/get-github-actions-permissions-repository
actions/get-github-actions-default-workflow-permissions-repository
`
  .trim()
  .split(/\s+/);

/** Webhook events kept in the slim description, as GitHub's files spell them (all their actions). */
export const events: readonly string[] = `
branch-protection-configuration branch-protection-rule check-run check-suite create delete deployment deployment-status
installation installation-repositories installation-target issue-comment issues label member membership merge-group
organization ping public pull-request pull-request-review pull-request-review-comment push repository repository-dispatch
repository-ruleset star status team workflow-dispatch workflow-job workflow-run
`
  .trim()
  .split(/\s+/);
