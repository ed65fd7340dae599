import { announce, isPull } from "./issues.ts";
import { markMerged } from "./pulls.ts";
import { moveRef, removeRef } from "./refs.ts";
import { noReply, renderSimpleCommit } from "./render-git.ts";
import { nodeId } from "./world.ts";
import type { Act, PullIssue, QueueEntry, QueueGroup } from "./world.ts";
import type { Json } from "./types.ts";

/** Merge queues: real commits, their branches, and the webhooks that ask for checks of them. */

export type Reason = "merged" | "invalidated" | "dequeued";

/** One group, on top of what is queued for the same base already. */
export async function enqueue(act: Act, numbers: number[]): Promise<string> {
  const pulls = numbers.map((number) => openPull(act, number));
  const [first] = pulls;
  const last = pulls.at(-1);
  const baseRef = first?.pull.base.ref ?? "";
  if (!last || pulls.some(({ pull }) => pull.base.ref !== baseRef)) throw new Error("a group has one base");
  const { repository } = act;
  const queued = repository.queue.filter((entry) => entry.baseRef === baseRef);
  const base = queued.at(-1)?.head ?? repository.refs.get(`refs/heads/${baseRef}`) ?? "";
  const group: QueueGroup = { ref: `gh-readonly-queue/${baseRef}/pr-${last.number}-${base}`, base, head: base };
  for (const issue of pulls) {
    const head = await mergeOnto(act, issue, group.head);
    repository.queue.push({ issue, baseRef, base: group.head, head, group });
    group.head = head;
    await announce(act, issue, "enqueued");
  }
  await moveRef(act, `refs/heads/${group.ref}`, group.head);
  await announceGroup(act, group, baseRef, { action: "checks_requested" });
  return group.head;
}

function openPull({ repository }: Act, number: number): PullIssue {
  const issue = repository.issues.filter(isPull).find((one) => one.number === number);
  if (issue?.state !== "open") throw new Error(`${repository.fullName} has no open pull request ${number}`);
  if (repository.queue.some((entry) => entry.issue === issue)) throw new Error(`${number} is queued already`);
  return issue;
}

async function mergeOnto({ world, repository, by }: Act, issue: PullIssue, onto: string): Promise<string> {
  const { git } = repository;
  const { head } = issue.pull;
  const tree = await git.mergeTree(onto, head.sha);
  if (!tree) throw new Error(`pull request ${issue.number} conflicts with what is before it in the queue`);
  const sha = await git.writeCommit({
    tree,
    parents: [onto, head.sha],
    author: { name: by.name, email: noReply(by), date: world.now() },
    committer: { name: "GitHub", email: "noreply@github.com", date: world.now() },
    message: `Merge pull request #${issue.number} from ${repository.owner.login}/${head.ref}\n\n${issue.title}`,
  });
  repository.signed.add(sha);
  return sha;
}

async function announceGroup(
  { world, repository, by }: Act,
  group: QueueGroup,
  baseRef: string,
  { action, ...more }: { action: string; reason?: Reason },
): Promise<void> {
  const merge_group = {
    head_sha: group.head,
    head_ref: `refs/heads/${group.ref}`,
    base_sha: group.base,
    base_ref: `refs/heads/${baseRef}`,
    head_commit: renderSimpleCommit(await repository.git.commit(group.head)),
  };
  world.emit(`merge_group.${action}`, { repository, sender: by, payload: { merge_group, ...more } });
}

const dequeueReasons: Record<Reason, string> = { merged: "MERGE", invalidated: "CI_FAILURE", dequeued: "MANUAL" };

export async function leaveQueue(act: Act, head: string, reason: Reason): Promise<void> {
  const { repository } = act;
  const leaving = repository.queue.filter(({ group }) => group.head === head);
  const [first] = leaving;
  if (!first) throw new Error(`${repository.fullName} has no merge group with the head ${head}`);
  const { group, baseRef } = first;
  repository.queue = repository.queue.filter((entry) => entry.group !== group);
  await announceGroup(act, group, baseRef, { action: "destroyed", reason });
  for (const { issue } of leaving) await announce(act, issue, "dequeued", { reason: dequeueReasons[reason] });
  if (reason === "merged") {
    for (const entry of leaving) await markMerged(act, entry.issue, entry.head);
    await moveRef(act, `refs/heads/${baseRef}`, group.head);
  }
  await removeRef(act, `refs/heads/${group.ref}`);
}

export function viewEntry({ issue, base, head }: QueueEntry, position: number, view: EntryViews): Json {
  return {
    __typename: "MergeQueueEntry",
    id: nodeId("MQE", issue.id),
    position,
    state: "AWAITING_CHECKS",
    solo: false,
    jump: false,
    baseCommit: () => view.commit(base),
    headCommit: () => view.commit(head),
    pullRequest: () => view.pull(issue),
  };
}
type EntryViews = { commit(sha: string): Promise<Json>; pull(issue: PullIssue): Json };
