import type { KeyObject } from "node:crypto";
import type { BareGit } from "./bare-git.ts";
import type { IssueEvent } from "./issue-events.ts";
import type { Team } from "./teams.ts";
import type { Ci, Conclusion, Delivery, Json, Permissions, RepositorySettings, Role, Violation } from "./types.ts";

/** The stand-in's state: what GitHub would keep in its database. Rendered by render-*.ts, changed by the routes. */

export type Account = {
  id: number;
  nodeId: string;
  login: string;
  type: "User" | "Bot" | "Organization";
  name: string;
  token: string;
  createdAt: Date;
  /** What it did stays; where GitHub's schemas allow it, `null` stands for who did it. */
  deleted: boolean;
};

/** A pull request in a merge queue: its commit holds everything that is before it in the queue. */
export type QueueEntry = { issue: PullIssue; baseRef: string; base: string; head: string; group: QueueGroup };
export type QueueGroup = { ref: string; base: string; head: string };

type App = {
  id: number;
  nodeId: string;
  clientId: string;
  slug: string;
  name: string;
  owner: Account;
  bot: Account;
  permissions: Permissions;
  events: string[];
  createdAt: Date;
};

export type InstallationState = {
  id: number;
  account: Account;
  repositories: Set<Repository>;
  permissions: Permissions;
  createdAt: Date;
  suspendedAt: Date | undefined;
};

export type InstallationToken = {
  token: string;
  installation: InstallationState;
  repositories: Set<Repository> | undefined;
  permissions: Permissions;
  expiresAt: Date;
};

export type Reaction = { id: number; content: string; user: Account; createdAt: Date };
export type Label = { id: number; name: string; color: string; description: string | null; default: boolean };

export type Comment = {
  id: number;
  issue: Issue;
  body: string;
  user: Account;
  viaApp: boolean;
  createdAt: Date;
  updatedAt: Date;
  reactions: Reaction[];
};

export type Issue = {
  id: number;
  number: number;
  title: string;
  body: string | null;
  user: Account;
  viaApp: boolean;
  labels: Label[];
  assignees: Account[];
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "duplicate" | "reopened" | null;
  closedBy: Account | undefined;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | undefined;
  reactions: Reaction[];
  events: IssueEvent[];
  pull: Pull | undefined;
};

export type Review = {
  id: number;
  user: Account;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  commitId: string;
  submittedAt: Date | undefined;
};

export type ReviewComment = {
  id: number;
  review: Review;
  user: Account;
  body: string;
  path: string;
  line: number | null;
  side: "LEFT" | "RIGHT";
  startLine: number | null;
  diffHunk: string;
  commitId: string;
  originalCommitId: string;
  inReplyTo: ReviewComment | undefined;
  createdAt: Date;
  updatedAt: Date;
  reactions: Reaction[];
};

export type Pull = {
  id: number;
  nodeId: string;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  draft: boolean;
  mergedAt: Date | undefined;
  mergedBy: Account | undefined;
  mergeSha: string | undefined;
  reviews: Review[];
  comments: ReviewComment[];
  reviewers: Account[];
  /** Who pushed the present head. */
  pushedBy: Account;
  /** What the mergeability was computed for (`head base`), and the result. */
  mergeable: { key: string; value: boolean } | undefined;
};

export type PullIssue = Issue & { pull: Pull };

/** An App that reports checks: the App under test or GitHub Actions. */
export type CheckApp = Pick<
  App,
  "id" | "nodeId" | "clientId" | "slug" | "name" | "owner" | "permissions" | "events" | "createdAt"
>;

export type CheckStatus = "queued" | "in_progress" | "completed";

export type CheckSuite = {
  id: number;
  app: CheckApp;
  headSha: string;
  headBranch: string | null;
  before: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export type CheckRun = {
  id: number;
  suite: CheckSuite;
  name: string;
  headSha: string;
  status: CheckStatus;
  conclusion: Conclusion | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: Date;
  completedAt: Date | undefined;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Json[];
  actions: Json[];
};

export type Status = {
  id: number;
  sha: string;
  state: "error" | "failure" | "pending" | "success";
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: Account;
  createdAt: Date;
};

export type Workflow = { id: number; name: string; path: string; createdAt: Date };

export type WorkflowRun = {
  id: number;
  workflow: Workflow;
  suite: CheckSuite;
  number: number;
  attempt: number;
  event: string;
  headSha: string;
  headBranch: string;
  title: string;
  actor: Account;
  status: CheckStatus;
  conclusion: Conclusion | null;
  createdAt: Date;
  updatedAt: Date;
  jobs: Job[];
};

export type Job = {
  id: number;
  run: WorkflowRun;
  attempt: number;
  check: CheckRun;
  name: string;
  log: string;
};

export type Repository = {
  id: number;
  nodeId: string;
  owner: Account;
  name: string;
  fullName: string;
  git: BareGit;
  defaultBranch: string;
  private: boolean;
  archived: boolean;
  createdAt: Date;
  pushedAt: Date;
  collaborators: Map<string, Role>;
  labels: Label[];
  issues: Issue[];
  comments: Comment[];
  suites: CheckSuite[];
  checks: CheckRun[];
  statuses: Status[];
  workflows: Workflow[];
  runs: WorkflowRun[];
  /** Refs as last seen: what changed is found by comparing. */
  refs: Map<string, string>;
  /** Commits that GitHub signed for the App. */
  signed: Set<string>;
  settings: RepositorySettings;
  /** Identity of the classic protection rules, by branch. */
  protectionRules: Map<string, { id: number; createdAt: Date }>;
  queue: QueueEntry[];
};

export type Sent = {
  repository?: Repository;
  /** For events of an organization that are about no repository. */
  organization?: Account;
  sender: Account;
  installation?: InstallationState;
  payload: Json;
};

export type World = {
  url: string;
  now(): Date;
  nextId(): number;
  app: App;
  appKey: KeyObject;
  privateKey: string;
  webhookSecret: string;
  actions: CheckApp & { bot: Account };
  /** The committer of what GitHub itself writes. */
  webFlow: Account;
  accounts: Map<string, Account>;
  repositories: Map<string, Repository>;
  /** Where a repository was before it was renamed or transferred: GitHub redirects from there. */
  formerNames: Map<string, Repository>;
  teams: Team[];
  installations: InstallationState[];
  tokens: Map<string, InstallationToken>;
  violations: Violation[];
  ci: Ci | undefined;
  lazyMergeability: boolean;
  root: string;
  /** Hands a payload's own parts over to delivery; `name` is `event` or `event.action`. */
  emit(name: string, sent: Sent): void;
  /** Runs in the background; `idle()` waits for it, and its failure becomes a violation. */
  later(work: () => Promise<void>): void;
  /** Changes happen one at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  log: Delivery[];
  redeliver(id: number): Promise<Delivery> | undefined;
};

/** Somebody doing something in a repository. */
export type Act = { world: World; repository: Repository; by: Account };

export function nodeId(prefix: string, id: number): string {
  return `${prefix}_kwDO${Buffer.from(String(id)).toString("base64url")}`;
}

export function findAccount(world: World, login: string): Account | undefined {
  return world.accounts.get(login.toLowerCase());
}

export function findRepository(world: World, fullName: string): Repository | undefined {
  return world.repositories.get(fullName.toLowerCase());
}

export function installationOf(world: World, repository: Repository): InstallationState | undefined {
  return world.installations.find(({ repositories }) => repositories.has(repository));
}
