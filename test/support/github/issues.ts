import { recordEvent } from "./issue-events.ts";
import { renderComment, renderIssue, renderLabel } from "./render-issue.ts";
import { renderPull } from "./render-pull.ts";
import type { Account, Act, Comment, Issue, Label, PullIssue, Repository, World } from "./world.ts";
import type { Json } from "./types.ts";

/** Issues and what they share with pull requests: how they change, and which webhooks that sends. */

export type NewIssue = { title: string; body: string | null; labels: string[]; user: Account; viaApp: boolean };

export function newIssue(world: World, repository: Repository, { title, body, user, viaApp }: NewIssue): Issue {
  const now = world.now();
  return {
    id: world.nextId(),
    number: repository.issues.length + 1,
    title,
    body,
    user,
    viaApp,
    labels: [],
    assignees: [],
    state: "open",
    stateReason: null,
    closedBy: undefined,
    createdAt: now,
    updatedAt: now,
    closedAt: undefined,
    reactions: [],
    events: [],
    pull: undefined,
  };
}

/** As GitHub does: one `opened` with all labels, then a `labeled` for each. */
export async function openIssue(world: World, repository: Repository, fields: NewIssue): Promise<Issue> {
  const act = { world, repository, by: fields.user };
  const issue = newIssue(world, repository, fields);
  repository.issues.push(issue);
  issue.labels = fields.labels.map((name) => labelNamed(world, repository, name));
  await announce(act, issue, "opened");
  for (const label of issue.labels) await announceLabel(act, issue, "labeled", label);
  return issue;
}

export const isPull = (issue: Issue): issue is PullIssue => issue.pull !== undefined;

/** Sends `issues.<action>`, or `pull_request.<action>` for a pull request. */
export async function announce(act: Act, issue: Issue, action: string, more: Json = {}): Promise<void> {
  const { world, repository, by: sender } = act;
  if (isPull(issue)) {
    const payload = { number: issue.number, pull_request: await renderPull(world, repository, issue, false), ...more };
    world.emit(`pull_request.${action}`, { repository, sender, payload });
  } else {
    world.emit(`issues.${action}`, {
      repository,
      sender,
      payload: { issue: renderIssue(world, repository, issue), ...more },
    });
  }
}

/** Finds a label, and makes it when nobody has: what the API does when one is put on an issue. */
function labelNamed(world: World, repository: Repository, name: string): Label {
  const known = repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  if (known) return known;
  return addLabel(world, repository, { name, color: "ededed", description: null });
}

export function addLabel(
  world: World,
  repository: Repository,
  fields: Pick<Label, "name" | "color" | "description">,
): Label {
  const label = { id: world.nextId(), default: false, ...fields };
  repository.labels.push(label);
  return label;
}

export async function setLabels(act: Act, issue: Issue, names: string[]): Promise<void> {
  const { world, repository } = act;
  const before = issue.labels;
  issue.labels = [...new Set(names.map((name) => labelNamed(world, repository, name)))];
  issue.updatedAt = world.now();
  for (const label of before.filter((one) => !issue.labels.includes(one))) {
    await announceLabel(act, issue, "unlabeled", label);
  }
  for (const label of issue.labels.filter((one) => !before.includes(one))) {
    await announceLabel(act, issue, "labeled", label);
  }
}

async function announceLabel(act: Act, issue: Issue, event: "labeled" | "unlabeled", label: Label): Promise<void> {
  recordEvent(act, issue, { event, label });
  await announce(act, issue, event, { label: renderLabel(act.world, act.repository, label) });
}

export async function editIssue(
  act: Act,
  issue: Issue,
  fields: { title?: string; body?: string | null },
): Promise<void> {
  const { title = issue.title, body = issue.body } = fields;
  const changes = {
    ...(title !== issue.title && { title: { from: issue.title } }),
    ...(body !== issue.body && { body: { from: issue.body ?? "" } }),
  };
  if (Object.keys(changes).length === 0) return;
  Object.assign(issue, { title, body, updatedAt: act.world.now() });
  await announce(act, issue, "edited", { changes });
}

export async function setState(
  act: Act,
  issue: Issue,
  state: "open" | "closed",
  reason?: Issue["stateReason"],
): Promise<void> {
  const { world, by } = act;
  if (issue.state === state) return;
  const closed = state === "closed";
  issue.state = state;
  issue.stateReason = closed && !issue.pull ? (reason ?? "completed") : null;
  issue.closedAt = closed ? world.now() : undefined;
  issue.closedBy = closed ? by : undefined;
  issue.updatedAt = world.now();
  if (!closed && !issue.pull) issue.stateReason = "reopened";
  const event = closed ? "closed" : "reopened";
  recordEvent(act, issue, { event });
  await announce(act, issue, event);
}

export function commentOn(
  world: World,
  repository: Repository,
  issue: Issue,
  fields: { body: string; user: Account; viaApp: boolean },
): Comment {
  const now = world.now();
  const comment = { id: world.nextId(), issue, ...fields, createdAt: now, updatedAt: now, reactions: [] };
  repository.comments.push(comment);
  issue.updatedAt = now;
  announceComment({ world, repository, by: fields.user }, comment, "created");
  return comment;
}

export function editComment(act: Act, comment: Comment, body: string): void {
  const from = comment.body;
  Object.assign(comment, { body, updatedAt: act.world.now() });
  announceComment(act, comment, "edited", { changes: { body: { from } } });
}

export function announceComment(act: Act, comment: Comment, action: string, more: Json = {}): void {
  const { world, repository, by: sender } = act;
  const issue = renderIssue(world, repository, comment.issue);
  world.emit(`issue_comment.${action}`, {
    repository,
    sender,
    payload: { issue, comment: renderComment(world, repository, comment), ...more },
  });
}
