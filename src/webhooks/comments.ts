import type { Address } from "../domain/address.ts";
import { parseCommand } from "../domain/command.ts";
import type { Command, CommentRef } from "../domain/command.ts";
import type { Event } from "../domain/event.ts";
import { clip } from "./clip.ts";
import { actorOf, ignored, notAPerson, notInstalled, repositoryOf, taskOn } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

// Only what is newly written counts: there is no reader for edited comments and reviews, because an edit is not its
// author's alone (maintainers can edit other people's words).

export function issueCommentCreated(payload: Payload<"issue_comment.created">): Inbound[] {
  const { issue, comment } = payload;
  const at: CommentRef = { kind: "issueComment", id: comment.id, number: issue.number };
  return spoken(payload, { at, kind: issue.pull_request ? "pull" : "issue", body: comment.body });
}

/** The line that is commented on goes along, so that "this" in the comment has a meaning. */
export function reviewCommentCreated(payload: Payload<"pull_request_review_comment.created">): Inbound[] {
  const { pull_request, comment } = payload;
  const line = comment.line ?? comment.original_line;
  const place = {
    path: clip(comment.path, 1_000),
    ...(line && { line }),
    ...(comment.diff_hunk && { hunk: clip(comment.diff_hunk, 10_000) }),
  };
  const at: CommentRef = { kind: "reviewComment", id: comment.id, number: pull_request.number };
  return spoken(payload, { at, kind: "pull", body: comment.body, place });
}

/** A review is a hint to decide the gate: who may approve, and which commit is the head, is read when that is done. */
export function reviewSubmitted(payload: Payload<"pull_request_review.submitted">): Inbound[] {
  const { pull_request, review } = payload;
  const at: CommentRef = { kind: "review", id: review.id, number: pull_request.number };
  const gate = reviewChanged(payload);
  const said = spoken(payload, { at, kind: "pull", body: review.body });
  return said.some(({ kind }) => kind === "event") ? [...said, ...gate] : gate;
}

type ReviewEvent = "pull_request_review.submitted" | "pull_request_review.edited" | "pull_request_review.dismissed";

/** Whatever happened to a review, the gate is decided from what GitHub says of all of them. */
export function reviewChanged(payload: Payload<ReviewEvent>): Inbound[] {
  const { number } = payload.pull_request;
  return taskOn(payload, (repository) => ({ kind: "gate", repository, number }));
}

type Spoken = {
  at: CommentRef;
  kind: "pull" | "issue";
  body: string | null;
  place?: NonNullable<Command["place"]>;
};
type Source = Parameters<typeof repositoryOf>[0] & { sender: Parameters<typeof actorOf>[0] };

function spoken(payload: Source, { at, kind, body, place }: Spoken): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const { sender } = payload;
  const obstacle = notAPerson(sender);
  if (obstacle) return ignored(obstacle);
  const address: Address = { kind, repository: repository.id, number: at.number };
  const command = commandIn(body ?? "");
  if (!command) return ignored(`${at.kind} by ${sender.login} holds no command`);
  const event: Event = {
    type: "commandGiven",
    command: { ...command, ...(place && { place }) },
    by: actorOf(sender),
    at,
  };
  return [{ kind: "event", address, event }];
}

/** An unknown word is answered too: it becomes `help`, whose text says what was not understood. */
function commandIn(body: string): Command | undefined {
  const parsed = parseCommand(body);
  if (parsed.kind === "none") return undefined;
  if (parsed.kind === "unknown") return { name: "help", text: clip(`unknown: ${parsed.word}`, 100) };
  return { ...parsed.command, text: clip(parsed.command.text, 10_000) };
}
