import { actor } from "../access.ts";
import { renderReaction } from "../render-issue.ts";
import { created, found, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { Reaction } from "../world.ts";
import { commentIn, issueIn } from "./issues.ts";

type Owner = { reactions: Reaction[] };

const onIssue = ({ repository, params }: RepositoryCall): Owner => issueIn(repository, params);
const onComment = ({ repository, params }: RepositoryCall): Owner => commentIn(repository, params);
const onReviewComment = ({ repository, params }: RepositoryCall): Owner =>
  found(
    repository.issues.flatMap(({ pull }) => pull?.comments ?? []).find(({ id }) => String(id) === params["comment_id"]),
  );

/** The same reaction twice is one: the second answer is 200 instead of 201. */
const react =
  (find: (call: RepositoryCall) => Owner) =>
  (call: RepositoryCall): Reply => {
    const { reactions } = find(call);
    const user = actor(call.world, call.caller);
    const content = String(call.body["content"]);
    const known = reactions.find((one) => one.user === user && one.content === content);
    if (known) return ok(renderReaction(call.world, known));
    const reaction = { id: call.world.nextId(), content, user, createdAt: call.world.now() };
    reactions.push(reaction);
    return created(renderReaction(call.world, reaction));
  };

const listOf =
  (find: (call: RepositoryCall) => Owner) =>
  (call: RepositoryCall): Reply => {
    const { content } = call.query;
    const shown = find(call).reactions.filter((reaction) => content === undefined || reaction.content === content);
    return page(
      call,
      shown.map((reaction) => renderReaction(call.world, reaction)),
    );
  };

export const reactionHandlers: Record<string, RepositoryHandler> = {
  "reactions/create-for-issue": react(onIssue),
  "reactions/create-for-issue-comment": react(onComment),
  "reactions/create-for-pull-request-review-comment": react(onReviewComment),
  "reactions/list-for-issue": listOf(onIssue),
  "reactions/list-for-issue-comment": listOf(onComment),
  "reactions/list-for-pull-request-review-comment": listOf(onReviewComment),
};
