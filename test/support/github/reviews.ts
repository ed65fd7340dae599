import { diffFiles, hunkAt } from "./diff.ts";
import { recordEvent } from "./issue-events.ts";
import { mergeBase, renderPullSimple, renderReview, renderReviewComment } from "./render-pull.ts";
import { ApiError, invalid } from "./reply.ts";
import type { Account, Act, PullIssue, Repository, Review, ReviewComment, World } from "./world.ts";

export type NewComment = { body: string; path: string; line: number; side: "LEFT" | "RIGHT"; startLine: number | null };
export type NewReview = {
  event: string | undefined;
  body: string;
  commitId: string | undefined;
  comments: NewComment[];
};

const states: Record<string, Review["state"]> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

const refuse = (message: string) => invalid("Unprocessable Entity", message);

export async function submitReview(act: Act, issue: PullIssue, fields: NewReview): Promise<Review> {
  const { world, repository, by } = act;
  const { event, body, comments } = fields;
  assertReviewable(issue, fields, by);
  const commitId = await commitOf(repository, issue, fields.commitId);
  const hunks = await Promise.all(comments.map((comment) => findHunk(repository, issue, commitId, comment)));
  const review = newReview(world, {
    user: by,
    body,
    commitId,
    state: event === undefined ? "PENDING" : (states[event] ?? "COMMENTED"),
  });
  issue.pull.reviews.push(review);
  if (event !== undefined) announceReview(act, issue, review, "submitted");
  for (const [at, comment] of comments.entries()) {
    addComment(act, issue, { review, diffHunk: hunks[at] ?? "", inReplyTo: undefined, ...comment });
  }
  return review;
}

function newReview(world: World, fields: Pick<Review, "user" | "body" | "commitId" | "state">): Review {
  return { id: world.nextId(), submittedAt: fields.state === "PENDING" ? undefined : world.now(), ...fields };
}

function assertReviewable(issue: PullIssue, { event, body, comments }: NewReview, by: Account): void {
  if (event !== undefined && event !== "COMMENT" && by === issue.user) {
    throw refuse(`Can not ${event === "APPROVE" ? "approve" : "request changes on"} your own pull request`);
  }
  const says = body !== "" || (event === "COMMENT" && comments.length > 0);
  if (!says && (event === "REQUEST_CHANGES" || event === "COMMENT")) {
    throw refuse("Body is too short (minimum is 1 character)");
  }
}

async function commitOf(repository: Repository, issue: PullIssue, commitId: string | undefined): Promise<string> {
  if (commitId === undefined) return issue.pull.head.sha;
  const sha = await repository.git.resolve(commitId);
  // A former head stays reviewable after a force push, as long as the commit exists.
  if (!sha) throw refuse(`Commit ${commitId} is not part of the pull request`);
  return sha;
}

async function findHunk(
  repository: Repository,
  { pull }: PullIssue,
  commitId: string,
  comment: NewComment,
): Promise<string> {
  const base = await mergeBase(repository, pull);
  const file = (await diffFiles(repository.git, base, commitId)).find(({ filename }) => filename === comment.path);
  if (!file) throw refuse("Path could not be resolved");
  const hunk = hunkAt(file.patch ?? "", comment.line, comment.side);
  if (hunk === undefined) throw refuse("Line could not be resolved");
  return hunk;
}

/** A comment on a line, alone: GitHub puts it into a review of its own. It words its refusals differently here. */
export async function commentOnLine(
  act: Act,
  issue: PullIssue,
  fields: NewComment & { commitId: string },
): Promise<ReviewComment> {
  const { commitId, ...comment } = fields;
  try {
    await submitReview(act, issue, { event: "COMMENT", body: "", commitId, comments: [comment] });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const [message] = error.errors ?? [error.message];
    const place = { resource: "PullRequestReviewComment", code: "custom", field: "pull_request_review_thread.line" };
    throw invalid("Validation Failed", { ...place, message });
  }
  const last = issue.pull.comments.at(-1);
  if (!last) throw new Error("the comment was not kept");
  return last;
}

export function replyTo(act: Act, issue: PullIssue, comment: ReviewComment, body: string): ReviewComment {
  const top = comment.inReplyTo ?? comment;
  const review = newReview(act.world, { user: act.by, body: "", state: "COMMENTED", commitId: issue.pull.head.sha });
  issue.pull.reviews.push(review);
  announceReview(act, issue, review, "submitted");
  const { path, side, startLine, diffHunk } = top;
  return addComment(act, issue, { review, body, path, line: top.line ?? 1, side, startLine, diffHunk, inReplyTo: top });
}

type Kept = NewComment & { review: Review; diffHunk: string; inReplyTo: ReviewComment | undefined };

function addComment({ world, repository }: Act, issue: PullIssue, fields: Kept): ReviewComment {
  const now = world.now();
  const { review } = fields;
  const comment: ReviewComment = {
    id: world.nextId(),
    user: review.user,
    commitId: review.commitId,
    originalCommitId: review.commitId,
    createdAt: now,
    updatedAt: now,
    reactions: [],
    ...fields,
  };
  issue.pull.comments.push(comment);
  const payload = {
    comment: renderReviewComment(world, repository, issue, comment),
    pull_request: renderPullSimple(world, repository, issue),
  };
  if (review.state !== "PENDING")
    world.emit("pull_request_review_comment.created", { repository, sender: review.user, payload });
  return comment;
}

export function dismissReview(act: Act, issue: PullIssue, review: Review, message: string): void {
  const { id: reviewId, state } = review;
  if (state !== "APPROVED" && state !== "CHANGES_REQUESTED") throw invalid("Can not dismiss a review with this state");
  review.state = "DISMISSED";
  recordEvent(act, issue, { event: "review_dismissed", reviewId, state, message });
  announceReview(act, issue, review, "dismissed");
}

/** Webhooks spell the state in lower case, the API in upper case. */
function announceReview(act: Act, issue: PullIssue, review: Review, action: string): void {
  const { world, repository, by: sender } = act;
  const rendered = {
    ...renderReview(world, repository, issue, review),
    body: review.body === "" ? null : review.body,
    state: review.state.toLowerCase(),
  };
  const payload = { review: rendered, pull_request: renderPullSimple(world, repository, issue) };
  world.emit(`pull_request_review.${action}`, { repository, sender, payload });
}
