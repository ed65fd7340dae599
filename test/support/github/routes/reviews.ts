import { actOf } from "../access.ts";
import { json, list, text } from "../json.ts";
import { renderReview, renderReviewComment } from "../render-pull.ts";
import { created, found, invalid, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import { commentOnLine, dismissReview, replyTo, submitReview } from "../reviews.ts";
import type { NewComment } from "../reviews.ts";
import type { Review, ReviewComment } from "../world.ts";
import { pullIn } from "./pulls.ts";

/** Reviews of pull requests and their comments on lines. */
export const reviewHandlers: Record<string, RepositoryHandler> = {
  "pulls/create-review": async ({ world, repository, caller, params, body }) => {
    const issue = pullIn(repository, params);
    const review = await submitReview(actOf({ world, repository, caller }), issue, {
      event: typeof body["event"] === "string" ? body["event"] : undefined,
      body: text(body["body"]),
      commitId: typeof body["commit_id"] === "string" ? body["commit_id"] : undefined,
      comments: list(body["comments"]).map(newComment),
    });
    return ok(renderReview(world, repository, issue, review));
  },
  "pulls/list-reviews": (call) => {
    const issue = pullIn(call.repository, call.params);
    return page(
      call,
      issue.pull.reviews.map((review) => renderReview(call.world, call.repository, issue, review)),
    );
  },
  "pulls/get-review": (call) =>
    ok(renderReview(call.world, call.repository, pullIn(call.repository, call.params), reviewIn(call))),
  "pulls/dismiss-review": (call) => {
    const { world, repository, params } = call;
    const issue = pullIn(repository, params);
    const review = reviewIn(call);
    dismissReview(actOf(call), issue, review, text(call.body["message"]));
    return ok(renderReview(world, repository, issue, review));
  },
  "pulls/list-comments-for-review": (call) => {
    const issue = pullIn(call.repository, call.params);
    const comments = issue.pull.comments.filter(({ review }) => review === reviewIn(call));
    return page(
      call,
      comments.map((comment) => renderReviewComment(call.world, call.repository, issue, comment)),
    );
  },
  "pulls/create-review-comment": createComment,
  "pulls/list-review-comments": (call) => {
    const issue = pullIn(call.repository, call.params);
    return page(
      call,
      issue.pull.comments.map((comment) => renderReviewComment(call.world, call.repository, issue, comment)),
    );
  },
  "pulls/get-review-comment": ({ world, repository, params }) => {
    for (const issue of repository.issues) {
      const comment = issue.pull?.comments.find(({ id }) => String(id) === params["comment_id"]);
      if (comment) return ok(renderReviewComment(world, repository, issue, comment));
    }
    return ok(found(undefined));
  },
  "pulls/create-reply-for-review-comment": ({ world, repository, caller, params, body }) => {
    const issue = pullIn(repository, params);
    const comment = commentIn(issue.pull.comments, params["comment_id"]);
    const reply = replyTo(actOf({ world, repository, caller }), issue, comment, text(body["body"]));
    return created(renderReviewComment(world, repository, issue, reply));
  },
};

const commentIn = (comments: ReviewComment[], id: unknown): ReviewComment =>
  found(comments.find((comment) => String(comment.id) === String(id)));

function reviewIn({ repository, params }: RepositoryCall): Review {
  return found(pullIn(repository, params).pull.reviews.find(({ id }) => String(id) === params["review_id"]));
}

function newComment(value: unknown): NewComment {
  const { body, path, line, side, start_line: startLine, position } = json(value);
  // `position` is being withdrawn; nothing here should use it.
  if (typeof line !== "number")
    throw invalid("Unprocessable Entity", position === undefined ? "line is missing" : "use line, not position");
  return {
    body: text(body),
    path: text(path),
    line,
    side: side === "LEFT" ? "LEFT" : "RIGHT",
    startLine: typeof startLine === "number" ? startLine : null,
  };
}

async function createComment(call: RepositoryCall): Promise<Reply> {
  const { world, repository, params, body } = call;
  const issue = pullIn(repository, params);
  const comment =
    typeof body["in_reply_to"] === "number"
      ? replyTo(actOf(call), issue, commentIn(issue.pull.comments, body["in_reply_to"]), text(body["body"]))
      : await commentOnLine(actOf(call), issue, { ...newComment(body), commitId: text(body["commit_id"]) });
  return created(renderReviewComment(world, repository, issue, comment));
}
