import { protectionOf } from "../protection.ts";
import { stamp } from "../render.ts";
import { ApiError, found, ok, page } from "../reply.ts";
import type { RepositoryHandler } from "../reply.ts";
import type { RepositorySettings } from "../types.ts";
import type { Repository } from "../world.ts";

/** What administrators have set up: protection, secrets, GitHub Actions, custom properties. */
export const settingsHandlers: Record<string, RepositoryHandler> = {
  "repos/get-branch-protection": ({ repository, params }) => {
    const protection = protectionOf(repository, params["branch"] ?? "");
    if (!protection) throw new ApiError(404, "Branch not protected");
    return ok(protection);
  },
  "repos/custom-properties-for-repos-get-repository-values": ({ repository }) =>
    ok(Object.entries(repository.settings.properties).map(([name, value]) => ({ property_name: name, value }))),
  "actions/list-repo-secrets": (call) => page(call, secrets(call.repository, "secrets"), "secrets"),
  "actions/list-repo-organization-secrets": (call) =>
    page(call, secrets(call.repository, "organizationSecrets"), "secrets"),
  "actions/get-repo-secret": ({ repository, params }) => {
    const wanted = params["secret_name"]?.toUpperCase();
    return ok(found(secrets(repository, "secrets").find(({ name }) => name.toUpperCase() === wanted)));
  },
  "actions/get-github-actions-permissions-repository": ({ repository }) => {
    const { enabled } = repository.settings.actions;
    return ok({ enabled, ...(enabled && { allowed_actions: "all" }) });
  },
  "actions/get-github-actions-default-workflow-permissions-repository": ({ repository }) => {
    const { defaultWorkflowPermissions, canApprovePullRequestReviews } = repository.settings.actions;
    return ok({
      default_workflow_permissions: defaultWorkflowPermissions,
      can_approve_pull_request_reviews: canApprovePullRequestReviews,
    });
  },
};

const secrets = (repository: Repository, kind: keyof Pick<RepositorySettings, "secrets" | "organizationSecrets">) =>
  repository.settings[kind].map(({ name, updatedAt }) => ({
    name,
    created_at: stamp(updatedAt < repository.createdAt ? updatedAt : repository.createdAt),
    updated_at: stamp(updatedAt),
  }));
