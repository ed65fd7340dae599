import { diffFiles } from "./diff.ts";
import { obstacles } from "./merge-rules.ts";
import { renderAccount, renderAuthor, renderRepository, stamp, stampOrNull } from "./render.ts";
import { accounts, association, renderIssue, renderReactions } from "./render-issue.ts";
import { nodeId } from "./world.ts";
import type { Issue, Pull, PullIssue, Repository, Review, ReviewComment, World } from "./world.ts";
import type { Json } from "./types.ts";

/** The commit a pull request's diff starts from. */
export async function mergeBase(repository: Repository, pull: Pull): Promise<string> {
  return (await repository.git.mergeBase(pull.base.sha, pull.head.sha)) ?? pull.base.sha;
}

/** A pull request as lists show it. */
export function renderPullSimple(world: World, repository: Repository, issue: PullIssue): Json {
  const { pull } = issue;
  const shared = renderIssue(world, repository, issue);
  const url = `${world.url}/repos/${repository.fullName}/pulls/${issue.number}`;
  const links = {
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${world.url}/repos/${repository.fullName}/pulls/comments{/number}`,
    comments_url: `${world.url}/repos/${repository.fullName}/issues/${issue.number}/comments`,
    statuses_url: `${world.url}/repos/${repository.fullName}/statuses/${pull.head.sha}`,
  };
  const html = `${world.url}/${repository.fullName}/pull/${issue.number}`;
  const side = ({ ref, sha }: { ref: string; sha: string }) => ({
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: renderAccount(world, repository.owner),
    repo: renderRepository(world, repository),
  });
  const same = [
    "number",
    "state",
    "locked",
    "title",
    "user",
    "body",
    "created_at",
    "updated_at",
    "closed_at",
    "assignee",
    "assignees",
    "labels",
    "milestone",
    "author_association",
    "active_lock_reason",
  ];
  return {
    url,
    id: pull.id,
    node_id: pull.nodeId,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: shared["url"],
    ...Object.fromEntries(same.map((key) => [key, shared[key]])),
    draft: pull.draft,
    merged_at: stampOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeSha ?? null,
    requested_reviewers: accounts(world, pull.reviewers),
    requested_teams: [],
    ...links,
    head: side(pull.head),
    base: side(pull.base),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: shared["url"] },
      comments: { href: links.comments_url },
      review_comments: { href: links.review_comments_url },
      review_comment: { href: links.review_comment_url },
      commits: { href: links.commits_url },
      statuses: { href: links.statuses_url },
    },
    auto_merge: null,
  };
}

/** The whole pull request, with what has to be counted in git. A webhook is no look at its mergeability. */
export async function renderPull(world: World, repository: Repository, issue: PullIssue, looks = true): Promise<Json> {
  const { pull } = issue;
  const base = await mergeBase(repository, pull);
  const files = await diffFiles(repository.git, base, pull.head.sha);
  const commits = await repository.git.log(`${base}..${pull.head.sha}`);
  const mergeable = looks || !world.lazyMergeability ? await mergeability(world, repository, issue) : null;
  return {
    ...renderPullSimple(world, repository, issue),
    user: renderAccount(world, issue.user), // the one place where GitHub's schemas want somebody
    merged: pull.mergedAt !== undefined,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: await mergeState({ world, repository, issue }, mergeable),
    merged_by: pull.mergedBy ? renderAccount(world, pull.mergedBy) : null,
    comments: repository.comments.filter((comment) => comment.issue === issue).length,
    review_comments: pull.comments.length,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

async function mergeState(
  at: { world: World; repository: Repository; issue: PullIssue },
  mergeable: boolean | null,
): Promise<string> {
  if (mergeable === null) return "unknown";
  if (!mergeable) return "dirty";
  if (at.issue.pull.draft) return "draft";
  return (await obstacles(at, undefined)).length > 0 ? "blocked" : "clean";
}

/** `null` until it has been computed: with `lazyMergeability` the first look only starts that, as on GitHub. */
async function mergeability(world: World, repository: Repository, { pull, state }: PullIssue): Promise<boolean | null> {
  if (state === "closed") return null;
  const key = `${pull.head.sha} ${pull.base.sha}`;
  if (pull.mergeable?.key === key) return pull.mergeable.value;
  pull.mergeable = { key, value: await isMergeable(repository, pull) };
  return world.lazyMergeability ? null : pull.mergeable.value;
}

export async function isMergeable(repository: Repository, pull: Pull): Promise<boolean> {
  return (await repository.git.mergeTree(pull.base.sha, pull.head.sha)) !== undefined;
}

export function renderReview(world: World, repository: Repository, issue: Issue, review: Review): Json {
  const pullUrl = `${world.url}/repos/${repository.fullName}/pulls/${issue.number}`;
  const html = `${world.url}/${repository.fullName}/pull/${issue.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PRR", review.id),
    user: renderAuthor(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: association(repository, review.user),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    ...(review.submittedAt && { submitted_at: stamp(review.submittedAt) }),
    commit_id: review.commitId,
  };
}

export function renderReviewComment(world: World, repository: Repository, issue: Issue, comment: ReviewComment): Json {
  const url = `${world.url}/repos/${repository.fullName}/pulls/comments/${comment.id}`;
  const pullUrl = `${world.url}/repos/${repository.fullName}/pulls/${issue.number}`;
  const html = `${world.url}/${repository.fullName}/pull/${issue.number}#discussion_r${comment.id}`;
  return {
    url,
    pull_request_review_id: comment.review.id,
    id: comment.id,
    node_id: nodeId("PRRC", comment.id),
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.originalCommitId,
    user: renderAuthor(world, comment.user),
    body: comment.body,
    created_at: stamp(comment.createdAt),
    updated_at: stamp(comment.updatedAt),
    html_url: html,
    pull_request_url: pullUrl,
    author_association: association(repository, comment.user),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
    reactions: renderReactions(url, comment.reactions),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : comment.side,
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    position: comment.line === null ? null : comment.diffHunk.split("\n").length - 1,
    original_position: comment.diffHunk.split("\n").length - 1,
    subject_type: "line",
    ...(comment.inReplyTo && { in_reply_to_id: comment.inReplyTo.id }),
  };
}
