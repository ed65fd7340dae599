import { actOf, actor, authorize, canSee } from "./access.ts";
import { commitFiles } from "./commit-files.ts";
import type { GraphqlContext, Resolver } from "./graphql.ts";
import { findPullNode, viewCommit, viewPull, viewRef } from "./graphql-queries.ts";
import { GraphqlRefusal } from "./graphql-refusal.ts";
import { json, list, text } from "./json.ts";
import { setDraft } from "./pulls.ts";
import { moveRef } from "./refs.ts";
import { revertPull } from "./revert-pull.ts";
import type { Json } from "./types.ts";
import { findRepository } from "./world.ts";
import type { Repository } from "./world.ts";

export const mutations: Record<string, Resolver> = {
  createCommitOnBranch: async ({ input }, context) => createCommit(json(input), context),
  revertPullRequest: async ({ input }, context) => {
    const { repository, issue } = pullOf(input, context);
    authorize(context.caller, { operationId: "pulls/create", repository, number: undefined });
    authorize(context.caller, { operationId: "git/create-ref", repository, number: undefined });
    const { title, body, draft } = json(input);
    const revert = await revertPull(context.world, repository, issue, {
      ...(typeof title === "string" && { title }),
      ...(typeof body === "string" && { body }),
      draft: draft === true,
      by: actor(context.world, context.caller),
      viaApp: context.caller.kind === "installation",
    });
    const view = (one: typeof issue) => viewPull(context, repository, one);
    return { ...echo(input), pullRequest: view(issue), revertPullRequest: view(revert) };
  },
  markPullRequestReadyForReview: async ({ input }, context) => changeDraft(input, context, false),
  convertPullRequestToDraft: async ({ input }, context) => changeDraft(input, context, true),
};

const echo = (input: unknown): Json => ({ clientMutationId: json(input)["clientMutationId"] ?? null });

const pullOf = (input: unknown, context: GraphqlContext) => findPullNode(context, json(input)["pullRequestId"]);

async function changeDraft(input: unknown, context: GraphqlContext, draft: boolean): Promise<Json> {
  const { repository, issue } = pullOf(input, context);
  authorize(context.caller, { operationId: "pulls/request-reviewers", repository, number: undefined });
  await setDraft(actOf({ ...context, repository }), issue, draft);
  return { ...echo(input), pullRequest: viewPull(context, repository, issue) };
}

async function createCommit(input: Json, context: GraphqlContext): Promise<Json> {
  const { world, caller } = context;
  const { repository, ref } = branchOf(json(input["branch"]), context);
  authorize(caller, { operationId: "git/create-commit", repository, number: undefined });
  const head = repository.refs.get(ref);
  if (!head) throw new GraphqlRefusal("NOT_FOUND", `Could not find a branch with the name "${ref}".`);
  if (head !== input["expectedHeadOid"]) {
    throw new GraphqlRefusal(
      "STALE_DATA",
      `Expected branch to point to "${text(input["expectedHeadOid"])}" but it did not. Pull and try again.`,
    );
  }
  const { headline, body } = json(input["message"]);
  const { additions, deletions } = json(input["fileChanges"]);
  const by = actor(world, caller);
  const sha = await commitFiles(world, repository, {
    parent: head,
    message: text(body) === "" ? text(headline) : `${text(headline)}\n\n${text(body)}`,
    additions: list(additions).map((one) => ({
      path: text(json(one)["path"]),
      content: Buffer.from(text(json(one)["contents"]), "base64"),
    })),
    deletions: list(deletions).map((one) => text(json(one)["path"])),
    caller,
    by,
  });
  await moveRef({ world, repository, by }, ref, sha);
  const commit = viewCommit(world, repository, await repository.git.commit(sha));
  return { ...echo(input), commit, ref: () => viewRef(world, repository, ref) };
}

/** A branch is named by its repository and name; by its node id is not supported here. */
function branchOf(branch: Json, { world, caller }: GraphqlContext): { repository: Repository; ref: string } {
  const fullName = text(branch["repositoryNameWithOwner"]);
  const repository = findRepository(world, fullName);
  if (!repository || !canSee(caller, repository)) {
    throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a Repository with the name '${fullName}'.`);
  }
  const name = text(branch["branchName"]);
  return { repository, ref: name.startsWith("refs/") ? name : `refs/heads/${name}` };
}
