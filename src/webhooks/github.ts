import type { EmitterWebhookEventName } from "@octokit/webhooks";
import { safely } from "./inbound.ts";
import type { Reader } from "./inbound.ts";
import { checkSuiteCompleted, commitStatus } from "./checks.ts";
import { issueCommentCreated, reviewCommentCreated, reviewSubmitted } from "./comments.ts";
import { installationChanged, repositoriesChanged } from "./installations.ts";
import { issueLabeled, issueOpened } from "./issues.ts";
import { pullClosed, pullSynchronized } from "./pulls.ts";
import { repositoryDispatch } from "./repository-dispatch.ts";
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
  "pull_request_review_comment.created": safely(reviewCommentCreated),
  "pull_request.closed": safely(pullClosed),
  "pull_request.synchronize": safely(pullSynchronized),
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
