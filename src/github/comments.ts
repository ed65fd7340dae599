import { createHash } from "node:crypto";
import type { CommentRef } from "../domain/command.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { whenMissing } from "./github-error.ts";
import { isMarked, markedText, sameText } from "./marker.ts";
import type { MarkedComment } from "./marker.ts";
import type { Octokit, Self } from "./octokit.ts";
import { replyInThread } from "./review-comments.ts";

/**
 * Keeps one comment of ours on an issue or pull request up to date, found by a hidden marker. A person's comment is never
 * edited, whatever it contains. Nothing is written when the body is as it should be. Needs scope `report`.
 * One request where the comment is remembered from before; else it is searched for.
 */
export async function upsertComment(
  octokit: Octokit,
  repo: Repository,
  issue: number,
  comment: MarkedComment,
): Promise<{ id: number }> {
  const { marker } = comment;
  const text = markedText(comment);
  const known = octokit.self.comments;
  const key = `${repo.id}#${issue} ${marker}`;
  const id = await bringUpToDate(octokit, repo, { issue, marker, text, known: known.get(key) });
  known.set(key, { id, body: hash(text) });
  return { id };
}

type Wanted = { issue: number; marker: string; text: string; known: ReturnType<Self["comments"]["get"]> };

async function bringUpToDate(
  octokit: Octokit,
  repo: Repository,
  { issue, marker, text, known }: Wanted,
): Promise<number> {
  const { issues } = octokit.rest;
  const edit = async (id: number): Promise<number> =>
    (await issues.updateComment({ ...at(repo), comment_id: id, body: text })).data.id;
  if (known && known.body !== hash(text)) {
    const edited = await edit(known.id).catch(whenMissing(undefined));
    if (edited !== undefined) return edited;
  }
  if (known?.body === hash(text)) {
    // Another process may have written since: what we remember is not proof.
    const read = await issues.getComment({ ...at(repo), comment_id: known.id }).catch(whenMissing(undefined));
    if (read) return sameText(read.data.body, text) ? known.id : edit(known.id);
  }
  const found = await findComment(octokit, repo, issue, marker);
  if (found) return sameText(found.body, text) ? found.id : edit(found.id);
  return (await issues.createComment({ ...at(repo), issue_number: issue, body: text })).data.id;
}

async function findComment(
  octokit: Octokit,
  repo: Repository,
  issue: number,
  marker: string,
): Promise<{ id: number; body?: string } | undefined> {
  const { login } = await octokit.self.identity();
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    ...at(repo),
    issue_number: issue,
    per_page: 100,
  });
  for await (const { data } of pages) {
    const found = data.find(({ user, body }) => user?.login === login && isMarked(body, marker));
    if (found) return found;
  }
  return undefined;
}

/** Shows that a comment was seen. False: it takes no reaction (the text of a review, a button, a deleted comment). Needs scope `report`. */
export async function react(octokit: Octokit, repo: Repository, ref: CommentRef, content: "eyes"): Promise<boolean> {
  const { reactions } = octokit.rest;
  const target = { ...at(repo), comment_id: ref.id, content };
  if (ref.kind === "review" || ref.kind === "checkRun") return false;
  const create =
    ref.kind === "issueComment" ? reactions.createForIssueComment : reactions.createForPullRequestReviewComment;
  // Repeating a reaction answers 200 and changes nothing.
  const answer = await create(target).catch(whenMissing(undefined));
  return answer !== undefined;
}

/**
 * Answers a comment, once, however often it is called. In a review thread the answer goes into the thread. Buttons of one
 * check run are pressed again and again: there each answer is a comment of its own, and the same one comes once.
 */
export async function reply(octokit: Octokit, repo: Repository, ref: CommentRef, body: string): Promise<void> {
  const which = ref.kind === "checkRun" ? `${ref.id}:${hash(body).slice(0, 12)}` : ref.id;
  const comment = { marker: `<!-- self-heal:reply:${ref.kind}:${which} -->`, body };
  if (ref.kind === "reviewComment" && (await replyInThread(octokit, repo, ref, comment))) return;
  await upsertComment(octokit, repo, ref.number, comment);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
