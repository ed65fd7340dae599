import { recordEvent } from "./issue-events.ts";
import { announce, isPull, newIssue, setState } from "./issues.ts";
import { invalid } from "./reply.ts";
import { runWorkflow } from "./workflow-runs.ts";
import { nodeId } from "./world.ts";
import type { Account, Act, Issue, PullIssue, Repository, World } from "./world.ts";

export type NewPull = {
  head: string;
  base: string;
  title: string;
  body: string | null;
  draft: boolean;
  user: Account;
  viaApp: boolean;
};

const refuse = (fields: { field?: string; code: string; message?: string }) =>
  invalid("Validation Failed", { resource: "PullRequest", ...fields });

/** Throws 422 as GitHub does: an unknown branch, nothing to merge, or one that is open already. */
export async function openPull(world: World, repository: Repository, fields: NewPull): Promise<PullIssue> {
  const { owner } = repository;
  const head = fields.head.replace(new RegExp(`^${owner.login}:`, "i"), "");
  const shas = {
    head: repository.refs.get(`refs/heads/${head}`),
    base: repository.refs.get(`refs/heads/${fields.base}`),
  };
  if (!shas.base) throw refuse({ field: "base", code: "invalid" });
  if (!shas.head) throw refuse({ field: "head", code: "invalid" });
  const open = repository.issues.find(
    ({ pull, state }) => state === "open" && pull?.head.ref === head && pull.base.ref === fields.base,
  );
  if (open) throw refuse({ code: "custom", message: `A pull request already exists for ${owner.login}:${head}.` });
  if ((await repository.git.log(`${shas.base}..${shas.head}`, 1)).length === 0) {
    throw refuse({ code: "custom", message: `No commits between ${fields.base} and ${head}` });
  }
  const id = world.nextId();
  const issue: PullIssue = {
    ...newIssue(world, repository, { ...fields, labels: [] }),
    pull: {
      id,
      nodeId: nodeId("PR", id),
      head: { ref: head, sha: shas.head },
      base: { ref: fields.base, sha: shas.base },
      draft: fields.draft,
      mergedAt: undefined,
      mergedBy: undefined,
      mergeSha: undefined,
      reviews: [],
      comments: [],
      reviewers: [],
      pushedBy: fields.user,
      mergeable: undefined,
    },
  };
  repository.issues.push(issue);
  await followHead(repository, issue);
  const act = { world, repository, by: fields.user };
  await announce(act, issue, "opened");
  checkHead(act, issue);
  return issue;
}

/** Like GitHub, keeps the head fetchable as `refs/pull/<number>/head`. */
async function followHead(repository: Repository, { number, pull }: PullIssue): Promise<void> {
  const ref = `refs/pull/${number}/head`;
  await repository.git.updateRef(ref, pull.head.sha);
  repository.refs.set(ref, pull.head.sha);
}

function checkHead({ world, repository, by }: Act, { pull }: PullIssue): void {
  runWorkflow(world, repository, { sha: pull.head.sha, branch: pull.head.ref, event: "pull_request", by });
}

/** A branch moved: pull requests from it are synchronized, those into it may have become merged. */
export async function headMoved(act: Act, move: { branch: string; before: string; after: string }): Promise<void> {
  const { branch, before, after } = move;
  for (const issue of act.repository.issues.filter(isPull)) {
    if (issue.state === "closed") continue;
    if (issue.pull.head.ref === branch) await synchronize(act, issue, { before, after });
    if (issue.pull.base.ref === branch) await baseMoved(act, issue, after);
  }
}

async function synchronize(act: Act, issue: PullIssue, moved: { before: string; after: string }): Promise<void> {
  issue.pull.head.sha = moved.after;
  issue.pull.pushedBy = act.by;
  issue.updatedAt = act.world.now();
  await followHead(act.repository, issue);
  await announce(act, issue, "synchronize", moved);
  checkHead(act, issue);
}

/** A push that brings the head into the base merges the pull request. */
async function baseMoved(act: Act, issue: PullIssue, after: string): Promise<void> {
  if (await act.repository.git.isAncestor(issue.pull.head.sha, after)) {
    await markMerged(act, issue, after);
  } else {
    issue.pull.base.sha = after;
  }
}

const closingWord = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

/** Closes the pull request as merged, and the issues that its text says it fixes. */
export async function markMerged(act: Act, issue: PullIssue, sha: string): Promise<void> {
  const { world, repository, by } = act;
  Object.assign(issue.pull, { mergedAt: world.now(), mergedBy: by, mergeSha: sha });
  recordEvent(act, issue, { event: "merged", commitId: sha });
  await setState(act, issue, "closed");
  if (issue.pull.base.ref !== repository.defaultBranch) return;
  for (const [, number] of (issue.body ?? "").matchAll(closingWord)) {
    const fixed = repository.issues.find((one) => one.number === Number(number) && !one.pull);
    if (fixed) await setState(act, fixed, "closed");
  }
}

export async function closePull(act: Act, issue: Issue): Promise<void> {
  await setState(act, issue, "closed");
}

export async function reopenPull(act: Act, issue: PullIssue): Promise<void> {
  const sha = act.repository.refs.get(`refs/heads/${issue.pull.head.ref}`);
  if (!sha || issue.pull.mergedAt)
    throw refuse({ field: "state", code: "invalid", message: "state cannot be changed." });
  issue.pull.head.sha = sha;
  await setState(act, issue, "open");
}

export async function setDraft(act: Act, issue: PullIssue, draft: boolean): Promise<void> {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  issue.updatedAt = act.world.now();
  await announce(act, issue, draft ? "converted_to_draft" : "ready_for_review");
}
