import { renderAccount, renderApp, renderAuthor, stamp, stampOrNull } from "./render.ts";
import type { Json } from "./types.ts";
import { nodeId } from "./world.ts";
import type { Account, Comment, Issue, Label, Reaction, Repository, World } from "./world.ts";

export function renderLabel(world: World, repository: Repository, label: Label): Json {
  const url = `${world.url}/repos/${repository.fullName}/labels/${encodeURIComponent(label.name)}`;
  return {
    id: label.id,
    node_id: nodeId("LA", label.id),
    url,
    name: label.name,
    color: label.color,
    default: label.default,
    // GitHub may answer null; its published schema of pull request lists allows only text.
    description: label.description ?? "",
  };
}

export function renderReactions(url: string, reactions: Reaction[]): Json {
  const kinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  const counts = kinds.map((kind) => [kind, reactions.filter(({ content }) => content === kind).length]);
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}

export function renderReaction(world: World, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId("REA", reaction.id),
    user: renderAuthor(world, reaction.user),
    content: reaction.content,
    created_at: stamp(reaction.createdAt),
  };
}

export function association(repository: Repository, account: Account): string {
  if (repository.owner === account) return "OWNER";
  if (!repository.collaborators.has(account.login.toLowerCase())) return "NONE";
  return repository.owner.type === "Organization" ? "MEMBER" : "COLLABORATOR";
}

export const accounts = (world: World, list: Account[]): Json[] => list.map((account) => renderAccount(world, account));

/** An issue; for a pull request what the issues API says of it. */
export function renderIssue(world: World, repository: Repository, issue: Issue): Json {
  const url = `${world.url}/repos/${repository.fullName}/issues/${issue.number}`;
  const html = `${world.url}/${repository.fullName}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  const pullUrl = `${world.url}/repos/${repository.fullName}/pulls/${issue.number}`;
  return {
    url,
    repository_url: `${world.url}/repos/${repository.fullName}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: issue.id,
    node_id: issue.pull?.nodeId ?? nodeId("I", issue.id),
    number: issue.number,
    title: issue.title,
    user: renderAuthor(world, issue.user),
    labels: issue.labels.map((label) => renderLabel(world, repository, label)),
    state: issue.state,
    locked: false,
    assignee: issue.assignees[0] ? renderAccount(world, issue.assignees[0]) : null,
    assignees: accounts(world, issue.assignees),
    milestone: null,
    comments: repository.comments.filter((comment) => comment.issue === issue).length,
    created_at: stamp(issue.createdAt),
    updated_at: stamp(issue.updatedAt),
    closed_at: stampOrNull(issue.closedAt),
    author_association: association(repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    ...(issue.pull && {
      draft: issue.pull.draft,
      pull_request: {
        url: pullUrl,
        html_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
        merged_at: stampOrNull(issue.pull.mergedAt),
      },
    }),
    reactions: renderReactions(url, issue.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.viaApp ? renderApp(world, world.app) : null,
    state_reason: issue.stateReason,
  };
}

export function renderComment(world: World, repository: Repository, comment: Comment): Json {
  const url = `${world.url}/repos/${repository.fullName}/issues/comments/${comment.id}`;
  const { issue } = comment;
  return {
    url,
    html_url: `${world.url}/${repository.fullName}/${issue.pull ? "pull" : "issues"}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${world.url}/repos/${repository.fullName}/issues/${issue.number}`,
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    user: renderAuthor(world, comment.user),
    created_at: stamp(comment.createdAt),
    updated_at: stamp(comment.updatedAt),
    body: comment.body,
    author_association: association(repository, comment.user),
    reactions: renderReactions(url, comment.reactions),
    performed_via_github_app: comment.viaApp ? renderApp(world, world.app) : null,
  };
}
