import { canSee, holds } from "./access.ts";
import type { CommitInfo } from "./bare-git.ts";
import type { GraphqlContext, Resolver } from "./graphql.ts";
import { GraphqlRefusal } from "./graphql-refusal.ts";
import { isPull } from "./issues.ts";
import { text } from "./json.ts";
import { viewEntry } from "./merge-queue.ts";
import { findEvenRenamed } from "./renames.ts";
import { stamp, stampOrNull } from "./render.ts";
import { isMergeable } from "./render-pull.ts";
import type { Json } from "./types.ts";
import { rulesOf } from "./rulesets.ts";
import { nodeId } from "./world.ts";
import type { Account, Issue, PullIssue, Repository, World } from "./world.ts";

/** What GraphQL can be asked here. A field that is missing is a violation, not a silent null. */
export const queries: Record<string, Resolver> = {
  repository: ({ owner, name }, context) => {
    const repository = findEvenRenamed(context.world, `${String(owner)}/${String(name)}`);
    if (!repository || !canSee(context.caller, repository)) {
      throw new GraphqlRefusal(
        "NOT_FOUND",
        `Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`,
      );
    }
    return viewRepository(context, repository);
  },
  node: ({ id }, context) => {
    const { repository, issue } = findPullNode(context, id);
    return viewPull(context, repository, issue);
  },
  viewer: (_, { world, caller }) => viewAccount(world, caller.kind === "user" ? caller.user : world.app.bot),
  rateLimit: (_, { world }) => ({ limit: 5000, cost: 1, remaining: 4999, used: 1, resetAt: stamp(world.now()) }),
};

/** The pull request of a node id that the caller can see. */
export function findPullNode(
  { world, caller }: GraphqlContext,
  id: unknown,
): { repository: Repository; issue: PullIssue } {
  for (const repository of world.repositories.values()) {
    const issue = repository.issues.filter(isPull).find(({ pull }) => pull.nodeId === id);
    if (issue && canSee(caller, repository)) return { repository, issue };
  }
  throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a node with the global id of '${String(id)}'`);
}

function viewAccount(world: World, { login, type, nodeId: id, id: databaseId }: Account): Json {
  return { __typename: type, id, databaseId, login: login.replace("[bot]", ""), url: `${world.url}/${login}` };
}

function viewRepository(context: GraphqlContext, repository: Repository): Json {
  const { world } = context;
  return {
    __typename: "Repository",
    id: repository.nodeId,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    owner: viewAccount(world, repository.owner),
    isPrivate: repository.private,
    isArchived: repository.archived,
    url: `${world.url}/${repository.fullName}`,
    defaultBranchRef: () => viewRef(world, repository, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: Json) => viewRef(world, repository, fullRef(String(qualifiedName))),
    object: async ({ oid, expression }: Json) => {
      const sha = await repository.git.resolve(String(oid ?? expression));
      return sha ? viewCommit(world, repository, await repository.git.commit(sha)) : null;
    },
    pullRequest: ({ number }: Json) =>
      viewPull(context, repository, findIssue(repository, number, isPull, "PullRequest")),
    mergeQueue: ({ branch }: Json) => viewQueue(context, repository, text(branch) || repository.defaultBranch),
    issue: ({ number }: Json) => viewIssue(world, repository, findIssue(repository, number, isPlain, "Issue")),
  };
}

/** There is one where a rule says so, or a test has put something into it. */
function viewQueue(context: GraphqlContext, repository: Repository, branch: string): Json | null {
  const { world, caller } = context;
  if (caller.kind === "installation" && !holds(caller.permissions, "merge_queues", "read"))
    throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
  const entries = repository.queue.filter(({ baseRef }) => baseRef === branch);
  const ruled = rulesOf(repository, branch).some(({ type }) => type === "merge_queue");
  if (entries.length === 0 && !ruled) return null;
  const view = {
    commit: async (sha: string) => viewCommit(world, repository, await repository.git.commit(sha)),
    pull: (issue: PullIssue) => viewPull(context, repository, issue),
  };
  return {
    __typename: "MergeQueue",
    id: nodeId("MQ", repository.id),
    url: `${world.url}/${repository.fullName}/queue/${branch}`,
    entries: ({ first, after }: Json) => {
      const from = Number(after ?? 0); // a cursor is an offset here
      const end = Math.min(from + Number(first ?? 100), entries.length);
      return {
        totalCount: entries.length,
        nodes: entries.slice(from, end).map((entry, at) => viewEntry(entry, from + at + 1, view)),
        pageInfo: { hasNextPage: end < entries.length, endCursor: String(end) },
      };
    },
  };
}

const isPlain = (issue: Issue): issue is Issue => issue.pull === undefined;

function findIssue<T extends Issue>(
  repository: Repository,
  number: unknown,
  is: (issue: Issue) => issue is T,
  kind: string,
): T {
  const issue = repository.issues.find((one) => one.number === number);
  if (!issue || !is(issue))
    throw new GraphqlRefusal(
      "NOT_FOUND",
      `Could not resolve to ${kind === "Issue" ? "an" : "a"} ${kind} with the number of ${String(number)}.`,
    );
  return issue;
}

const fullRef = (name: string) => (name.startsWith("refs/") ? name : `refs/heads/${name}`);

export async function viewRef(world: World, repository: Repository, ref: string): Promise<Json | null> {
  const sha = repository.refs.get(ref);
  if (!sha) return null;
  const name = ref.replace(/^refs\/\w+\//, "");
  const target = async () => viewCommit(world, repository, await repository.git.commit(sha));
  return { __typename: "Ref", id: nodeId("REF", repository.id), name, prefix: ref.slice(0, -name.length), target };
}

export function viewCommit(world: World, repository: Repository, commit: CommitInfo): Json {
  const url = `${world.url}/${repository.fullName}/commit/${commit.sha}`;
  return {
    __typename: "Commit",
    id: nodeId("C", repository.id),
    oid: commit.sha,
    abbreviatedOid: commit.sha.slice(0, 7),
    message: commit.message,
    messageHeadline: commit.message.split("\n")[0],
    committedDate: stamp(commit.committer.date),
    authoredDate: stamp(commit.author.date),
    url,
    commitUrl: url,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    tree: { __typename: "Tree", id: nodeId("T", repository.id), oid: commit.tree },
    signature: repository.signed.has(commit.sha)
      ? { __typename: "GpgSignature", isValid: true, wasSignedByGitHub: true }
      : null,
    parents: { totalCount: commit.parents.length, nodes: commit.parents.map((oid) => ({ __typename: "Commit", oid })) },
  };
}

function viewIssue(world: World, repository: Repository, issue: Issue): Json {
  return {
    __typename: "Issue",
    id: nodeId("I", issue.id),
    databaseId: issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    state: issue.state.toUpperCase(),
    closed: issue.state === "closed",
    url: `${world.url}/${repository.fullName}/issues/${issue.number}`,
    author: issue.user.deleted ? null : viewAccount(world, issue.user),
  };
}

export function viewPull(context: GraphqlContext, repository: Repository, issue: PullIssue): Json {
  const { world } = context;
  const { pull } = issue;
  return {
    ...viewIssue(world, repository, issue),
    __typename: "PullRequest",
    id: pull.nodeId,
    databaseId: pull.id,
    state: pull.mergedAt ? "MERGED" : issue.state.toUpperCase(),
    url: `${world.url}/${repository.fullName}/pull/${issue.number}`,
    isDraft: pull.draft,
    merged: pull.mergedAt !== undefined,
    mergedAt: stampOrNull(pull.mergedAt),
    mergeable: async () => ((await isMergeable(repository, pull)) ? "MERGEABLE" : "CONFLICTING"),
    mergeCommit: async () =>
      pull.mergeSha ? viewCommit(world, repository, await repository.git.commit(pull.mergeSha)) : null,
    headRefOid: pull.head.sha,
    headRefName: pull.head.ref,
    baseRefOid: pull.base.sha,
    baseRefName: pull.base.ref,
    reviewDecision: null,
    repository: () => viewRepository(context, repository),
  };
}
