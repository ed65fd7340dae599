import type { Address } from "../domain/address.ts";
import { parseCommand } from "../domain/command.ts";
import type { Command, CommentRef } from "../domain/command.ts";
import type { Event } from "../domain/event.ts";
import { CommitSha } from "../domain/repository.ts";
import { clip } from "./clip.ts";
import { ignored, notAPerson, notInstalled, repositoryOf } from "./inbound.ts";
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

/** An approval is a hint: who may approve, and whether the head is still the same, is asked when it is acted upon. */
export function reviewSubmitted(payload: Payload<"pull_request_review.submitted">): Inbound[] {
  const { pull_request, review } = payload;
  const at: CommentRef = { kind: "review", id: review.id, number: pull_request.number };
  const head = CommitSha.safeParse(review.commit_id);
  const approves = review.state?.toLowerCase() === "approved" && head.success;
  return spoken(payload, {
    at,
    kind: "pull",
    body: review.body,
    ...(approves && { approves: head.data }),
  });
}

type Spoken = {
  at: CommentRef;
  kind: "pull" | "issue";
  body: string | null;
  place?: NonNullable<Command["place"]>;
  approves?: CommitSha;
};
type Source = Parameters<typeof repositoryOf>[0] & { sender: { login: string; type?: string } };

function spoken(payload: Source, { at, kind, body, place, approves }: Spoken): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const { sender } = payload;
  const obstacle = notAPerson(sender);
  if (obstacle) return ignored(obstacle);
  const address: Address = { kind, repository: repository.id, number: at.number };
  const by = { login: sender.login, type: "User" };
  const command = commandIn(body ?? "");
  const events: Event[] = [
    ...(approves ? [{ type: "approved", by: sender.login, head: approves } as const] : []),
    ...(command ? [{ type: "commandGiven", command: { ...command, ...(place && { place }) }, by, at } as const] : []),
  ];
  if (events.length === 0) return ignored(`${at.kind} by ${sender.login} holds no command`);
  return events.map((event) => ({ kind: "event", address, event }));
}

/** An unknown word is answered too: it becomes `help`, whose text says what was not understood. */
function commandIn(body: string): Command | undefined {
  const parsed = parseCommand(body);
  if (parsed.kind === "none") return undefined;
  if (parsed.kind === "unknown") return { name: "help", text: clip(`unknown: ${parsed.word}`, 100) };
  return { ...parsed.command, text: clip(parsed.command.text, 10_000) };
}
