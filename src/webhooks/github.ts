import type { EmitterWebhookEventName } from "@octokit/webhooks";
import { safely } from "./inbound.ts";
import type { Reader } from "./inbound.ts";
import { buttonPressed, checkRerequested } from "./check-run.ts";
import { checkSuiteCompleted, commitStatus } from "./checks.ts";
import { issueCommentCreated, reviewChanged, reviewCommentCreated, reviewSubmitted } from "./comments.ts";
import { installationChanged, repositoriesChanged } from "./installations.ts";
import { issueLabeled, issueOpened } from "./issues.ts";
import { mergeGroupAsked } from "./merge-group.ts";
import { peopleChanged } from "./people.ts";
import { pullChanged, pullClosed, pullSynchronized } from "./pulls.ts";
import { pushed } from "./push.ts";
import { ownerRenamed, repositoryChanged } from "./repositories.ts";
import { repositoryDispatch } from "./repository-dispatch.ts";
import { protectionChanged } from "./settings.ts";
import { workflowRunCompleted } from "./workflow-run.ts";

/** The deliveries from GitHub that mean something to us, and what. No reader throws: a payload of another shape is `ignored`, with the reason. */
export const githubEvents = {
  "issues.labeled": safely(issueLabeled),
  "issues.opened": safely(issueOpened),
  // The part after the dot of a dispatch is the sender's `event_type`, so the reader looks at it.
  repository_dispatch: safely(repositoryDispatch),
  "workflow_run.completed": safely(workflowRunCompleted),
  "check_suite.completed": safely(checkSuiteCompleted),
  status: safely(commitStatus),
  "issue_comment.created": safely(issueCommentCreated),
  "pull_request_review.submitted": safely(reviewSubmitted),
  "pull_request_review.edited": safely(reviewChanged),
  "pull_request_review.dismissed": safely(reviewChanged),
  "pull_request_review_comment.created": safely(reviewCommentCreated),
  "pull_request.opened": safely(pullChanged),
  "pull_request.reopened": safely(pullChanged),
  "pull_request.edited": safely(pullChanged),
  "pull_request.ready_for_review": safely(pullChanged),
  "pull_request.converted_to_draft": safely(pullChanged),
  "pull_request.closed": safely(pullClosed),
  "pull_request.synchronize": safely(pullSynchronized),
  "check_run.requested_action": safely(buttonPressed),
  "check_run.rerequested": safely(checkRerequested),
  "merge_group.checks_requested": safely(mergeGroupAsked),
  push: safely(pushed),
  "branch_protection_rule.created": safely(protectionChanged),
  "branch_protection_rule.edited": safely(protectionChanged),
  "branch_protection_rule.deleted": safely(protectionChanged),
  "branch_protection_configuration.enabled": safely(protectionChanged),
  "branch_protection_configuration.disabled": safely(protectionChanged),
  "repository_ruleset.created": safely(protectionChanged),
  "repository_ruleset.edited": safely(protectionChanged),
  "repository_ruleset.deleted": safely(protectionChanged),
  "member.added": safely(peopleChanged),
  "member.edited": safely(peopleChanged),
  "member.removed": safely(peopleChanged),
  "membership.added": safely(peopleChanged),
  "membership.removed": safely(peopleChanged),
  "team.edited": safely(peopleChanged),
  "team.deleted": safely(peopleChanged),
  "team.added_to_repository": safely(peopleChanged),
  "team.removed_from_repository": safely(peopleChanged),
  "organization.member_removed": safely(peopleChanged),
  "repository.renamed": safely(repositoryChanged),
  "repository.transferred": safely(repositoryChanged),
  "repository.edited": safely(repositoryChanged),
  "repository.archived": safely(repositoryChanged),
  "repository.unarchived": safely(repositoryChanged),
  "repository.privatized": safely(repositoryChanged),
  "repository.publicized": safely(repositoryChanged),
  "repository.deleted": safely(repositoryChanged),
  "installation_target.renamed": safely(ownerRenamed),
  "installation.created": safely(installationChanged),
  "installation.deleted": safely(installationChanged),
  "installation.suspend": safely(installationChanged),
  "installation.unsuspend": safely(installationChanged),
  "installation.new_permissions_accepted": safely(installationChanged),
  "installation_repositories.added": safely(repositoriesChanged),
  "installation_repositories.removed": safely(repositoriesChanged),
} as const satisfies { [N in EmitterWebhookEventName]?: Reader<N> };

export type GithubEventName = keyof typeof githubEvents;
// Object.keys loses the literal type of a constant object.
export const githubEventNames = Object.keys(githubEvents) as readonly GithubEventName[];
export type { WebhookContext } from "./inbound.ts";
