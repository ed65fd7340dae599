import type { CommentRef } from "../domain/command.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import { isMarked, markedText } from "./marker.ts";
import type { MarkedComment } from "./marker.ts";
import type { Octokit } from "./octokit.ts";

/** Answers in the thread of a review comment, unless it was answered before. False when the comment is gone. */
export async function replyInThread(
  octokit: Octokit,
  repo: Repository,
  ref: CommentRef,
  comment: MarkedComment,
): Promise<boolean> {
  const { pulls } = octokit.rest;
  const text = markedText(comment);
  const all = await octokit.paginate(pulls.listReviewComments, {
    ...at(repo),
    pull_number: ref.number,
    per_page: 100,
  });
  const asked = all.find(({ id }) => id === ref.id);
  if (!asked) return false;
  const { login } = await octokit.self.identity();
  const answered = all.some(({ user, body }) => user?.login === login && isMarked(body, comment.marker));
  if (answered) return true;
  // "Replies to replies are not supported" (GitHub docs): the answer goes to the comment that opened the thread.
  const thread = asked.in_reply_to_id ?? asked.id;
  const created = await pulls
    .createReplyForReviewComment({ ...at(repo), pull_number: ref.number, comment_id: thread, body: text })
    .catch(whenMissing(undefined));
  return created !== undefined;
}
