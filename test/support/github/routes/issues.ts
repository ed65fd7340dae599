import { actOf, actor, holds } from "../access.ts";
import type { Caller } from "../access.ts";
import {
  addLabel,
  announce,
  announceComment,
  commentOn,
  editComment,
  editIssue,
  isPull,
  openIssue,
  setLabels,
  setState,
} from "../issues.ts";
import { renderEvent } from "../issue-events.ts";
import { isJson, list, text } from "../json.ts";
import { closePull, reopenPull } from "../pulls.ts";
import { renderAccount } from "../render.ts";
import { renderComment, renderIssue, renderLabel } from "../render-issue.ts";
import { ApiError, created, found, invalid, nothing, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { Json } from "../types.ts";
import { isAtLeast, roleOf } from "../roles.ts";
import { findAccount } from "../world.ts";
import type { Account, Act, Comment, Issue, Repository } from "../world.ts";

/** Issues, their labels and comments: also for pull requests. */
export const issueHandlers: Record<string, RepositoryHandler> = {
  "issues/get": ({ world, repository, params }) => ok(renderIssue(world, repository, issueIn(repository, params))),
  "issues/list-for-repo": listIssues,
  "issues/create": async ({ world, repository, caller, body }) => {
    const user = actor(world, caller);
    // Who may not label gets an issue without labels, not an error.
    const labels = mayTriage(repository, caller) ? names(body["labels"]) : [];
    const title = text(body["title"]) || String(body["title"]);
    const fields = { title, body: bodyText(body["body"]), labels, user, viaApp: caller.kind === "installation" };
    return created(renderIssue(world, repository, await openIssue(world, repository, fields)));
  },
  "issues/update": updateIssue,
  "issues/list-events": (call) =>
    page(
      call,
      issueIn(call.repository, call.params).events.map((event) => renderEvent(call.world, call.repository, event)),
    ),
  "issues/list-comments": (call) => {
    const { world, repository } = call;
    const issue = issueIn(repository, call.params);
    const since = call.query["since"];
    const comments = repository.comments.filter(
      (one) => one.issue === issue && (since === undefined || one.updatedAt >= new Date(since)),
    );
    return page(
      call,
      comments.map((comment) => renderComment(world, repository, comment)),
    );
  },
  "issues/get-comment": ({ world, repository, params }) =>
    ok(renderComment(world, repository, commentIn(repository, params))),
  "issues/create-comment": ({ world, repository, caller, params, body }) => {
    const issue = issueIn(repository, params);
    if (text(body["body"]).trim() === "")
      throw invalid("Validation Failed", {
        resource: "IssueComment",
        code: "unprocessable",
        field: "data",
        message: "Body cannot be blank",
      });
    if (text(body["body"]).length > 65_536)
      throw invalid("Validation Failed", {
        resource: "IssueComment",
        code: "unprocessable",
        field: "data",
        message: "Body is too long (maximum is 65536 characters)",
      });
    const fields = { body: text(body["body"]), user: actor(world, caller), viaApp: caller.kind === "installation" };
    return created(renderComment(world, repository, commentOn(world, repository, issue, fields)));
  },
  "issues/update-comment": ({ world, repository, caller, params, body }) => {
    const comment = commentIn(repository, params);
    assertMayEdit(repository, caller, comment.user, actor(world, caller));
    editComment(actOf({ world, repository, caller }), comment, text(body["body"]));
    return ok(renderComment(world, repository, comment));
  },
  "issues/delete-comment": ({ world, repository, caller, params }) => {
    const comment = commentIn(repository, params);
    assertMayEdit(repository, caller, comment.user, actor(world, caller));
    repository.comments = repository.comments.filter((one) => one !== comment);
    announceComment(actOf({ world, repository, caller }), comment, "deleted");
    return nothing();
  },
  "issues/list-labels-on-issue": (call) => page(call, labelsOf(call, issueIn(call.repository, call.params))),
  "issues/add-labels": async (call) => {
    const issue = issueIn(call.repository, call.params);
    const all = [...issue.labels.map(({ name }) => name), ...names(call.body["labels"])];
    await setLabels(actOf(call), issue, all);
    return ok(labelsOf(call, issue));
  },
  "issues/set-labels": async (call) => {
    const issue = issueIn(call.repository, call.params);
    await setLabels(actOf(call), issue, names(call.body["labels"]));
    return ok(labelsOf(call, issue));
  },
  "issues/remove-label": async (call) => {
    const issue = issueIn(call.repository, call.params);
    const has = issue.labels.map(({ name }) => name);
    const without = has.filter((name) => name.toLowerCase() !== call.params["name"]?.toLowerCase());
    if (without.length === has.length) throw new ApiError(404, "Label does not exist");
    await setLabels(actOf(call), issue, without);
    return ok(labelsOf(call, issue));
  },
  "issues/create-label": createLabel,
  "issues/get-label": ({ world, repository, params }) => {
    const label = repository.labels.find(({ name }) => name.toLowerCase() === params["name"]?.toLowerCase());
    return ok(renderLabel(world, repository, found(label)));
  },
  "issues/list-labels-for-repo": (call) =>
    page(
      call,
      call.repository.labels.map((label) => renderLabel(call.world, call.repository, label)),
    ),
};

export function issueIn(repository: Repository, params: Record<string, string>): Issue {
  const number = params["issue_number"] ?? params["pull_number"];
  return found(repository.issues.find((issue) => String(issue.number) === number));
}

export function commentIn(repository: Repository, params: Record<string, string>): Comment {
  return found(repository.comments.find(({ id }) => String(id) === params["comment_id"]));
}

const bodyText = (value: unknown): string | null => (typeof value === "string" ? value : null);
const names = (labels: unknown): string[] =>
  list(labels).map((label) => (isJson(label) ? text(label["name"]) : text(label)));

const labelsOf = ({ world, repository }: RepositoryCall, issue: Issue) =>
  issue.labels.map((label) => renderLabel(world, repository, label));

function mayTriage(repository: Repository, caller: Caller): boolean {
  if (caller.kind === "installation") return holds(caller.permissions, "issues", "write");
  return caller.kind === "user" && isAtLeast(roleOf(repository, caller.user), "triage");
}

/** Authors edit what is theirs; others need a role, and an App only edits its own comments. */
function assertMayEdit(repository: Repository, caller: Caller, author: Account, who: Account): void {
  if (author === who || (caller.kind === "user" && isAtLeast(roleOf(repository, who), "write"))) return;
  throw new ApiError(
    403,
    caller.kind === "user" ? "Must have push access to repository" : "Resource not accessible by integration",
  );
}

function listIssues(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const wanted = (query["labels"] ?? "")
    .split(",")
    .filter(Boolean)
    .map((name) => name.toLowerCase());
  const since = query["since"] === undefined ? undefined : new Date(query["since"]);
  const state = query["state"] ?? "open";
  const chosen = repository.issues.filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      wanted.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name)) &&
      (since === undefined || issue.updatedAt >= since) &&
      (query["creator"] === undefined || issue.user.login.toLowerCase() === query["creator"].toLowerCase()),
  );
  const sorted = query["direction"] === "asc" ? chosen : chosen.toReversed();
  return page(
    call,
    sorted.map((issue) => renderIssue(world, repository, issue)),
  );
}

async function updateIssue(call: RepositoryCall): Promise<Reply> {
  const { world, repository, caller, body } = call;
  const act = actOf(call);
  const issue = issueIn(repository, call.params);
  const triages = caller.kind === "installation" || mayTriage(repository, caller);
  if (issue.user !== act.by && !triages) throw new ApiError(403, "Must have triage access to repository");
  await editIssue(act, issue, {
    ...(typeof body["title"] === "string" && { title: body["title"] }),
    ...(body["body"] !== undefined && { body: bodyText(body["body"]) }),
  });
  if (triages) await sort(act, issue, body);
  await changeState(act, issue, body);
  return ok(renderIssue(world, repository, issue));
}

/** What takes the triage role; from others GitHub ignores it. */
async function sort(act: Act, issue: Issue, { labels, assignees }: Json): Promise<void> {
  if (labels !== undefined) await setLabels(act, issue, names(labels));
  if (assignees !== undefined) await assign(act, issue, list(assignees));
}

async function changeState(act: Act, issue: Issue, { state, state_reason: reason }: Json): Promise<void> {
  if (state !== "open" && state !== "closed") return;
  if (!isPull(issue)) return setState(act, issue, state, (reason ?? null) as Issue["stateReason"]); // checked before
  return state === "closed" ? closePull(act, issue) : reopenPull(act, issue);
}

async function assign(act: Act, issue: Issue, logins: unknown[]): Promise<void> {
  const { world } = act;
  const before = issue.assignees;
  issue.assignees = logins.map((login) => findAccount(world, text(login))).filter((account) => account !== undefined);
  for (const account of issue.assignees.filter((one) => !before.includes(one))) {
    await announce(act, issue, "assigned", { assignee: renderAccount(world, account) });
  }
}

function createLabel({ world, repository, body }: RepositoryCall): Reply {
  const name = text(body["name"]);
  if (repository.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) {
    throw invalid("Validation Failed", { resource: "Label", code: "already_exists", field: "name" });
  }
  const description = typeof body["description"] === "string" ? body["description"] : null;
  const label = addLabel(world, repository, { name, color: text(body["color"]) || "ededed", description });
  return created(renderLabel(world, repository, label));
}
