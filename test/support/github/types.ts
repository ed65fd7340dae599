import type { RepositoryView } from "./repository-types.ts";
import type { UserClient } from "./user-types.ts";

/** What the stand-in GitHub offers to tests, scenarios and the demo. */

export type Level = "read" | "write" | "admin";
/** As in an App's manifest: `{ contents: "write", issues: "read" }`. `metadata: "read"` is always there. */
export type Permissions = Record<string, Level>;
export type Role = "admin" | "maintain" | "write" | "triage" | "read";
export type Conclusion = "success" | "failure" | "cancelled" | "timed_out" | "neutral" | "skipped" | "action_required";
export type Json = Record<string, unknown>;

export type GitHubOptions = {
  /** The App under test. Default: id 4242, slug `self-heal`, the permissions and events of app.yml. */
  app?: { id?: number; clientId?: string; slug?: string; name?: string; permissions?: Permissions; events?: string[] };
  /** Where webhooks go. May be set later with `deliverTo`. Without one, they are only logged as not delivered. */
  webhook?: { url?: string; secret?: string };
  /** Time at the start; it then runs on, and `clock.advance` adds to it. Default: now. */
  now?: Date;
  ci?: Ci;
  /** `mergeable` is null on the first look at a new head or base, as on GitHub. Default: computed at once. */
  lazyMergeability?: boolean;
  /** The rate limit of each token, per hour. Default 5000. */
  rateLimit?: number;
  /** 0 (the default) picks a free port. */
  port?: number;
};

/**
 * Called like a workflow with `on: {push: {branches: [<default>]}, pull_request}`: for each push to the default branch
 * and for each head of an open pull request. `undefined`: no workflow is triggered.
 */
export type Ci = (push: {
  repository: string;
  sha: string;
  branch: string;
  files: () => Promise<Record<string, string>>;
}) => Promise<"success" | "failure" | CiResult | undefined>;
type CiResult = { conclusion: Conclusion; log?: string; name?: string };

export type User = { id: number; login: string; type: "User" | "Bot" | "Organization"; token: string };

export type RepositoryOptions = {
  owner: string;
  name: string;
  /** Text by path, or a directory to copy. A key may end in `*` to make the file executable. Default: a README. */
  files?: Record<string, string> | string;
  defaultBranch?: string;
  private?: boolean;
  archived?: boolean;
  /** No commit at all. */
  empty?: boolean;
  collaborators?: Record<string, Role>;
};

export type Installation = { id: number; account: string; repositories: string[]; permissions: Permissions };

export type { RepositorySettings, RepositoryView, Ruleset } from "./repository-types.ts";
export type { UserClient } from "./user-types.ts";

type TokenKind = "none" | "invalid" | "app" | "installation" | "user";

export type RequestRecord = {
  method: string;
  /** Decoded path without query and without `/api/v3`. */
  path: string;
  query: Record<string, string>;
  /** Parsed JSON, when there was some. */
  body: unknown;
  operationId: string | undefined;
  status: number;
  token: TokenKind;
  /** Of an installation token. */
  permissions: Permissions | undefined;
  repositories: string[] | undefined;
  responseBody: unknown;
};

export type Delivery = {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  redelivery: boolean;
  deliveredAt: Date;
  /** Milliseconds from sending to the answer. */
  milliseconds: number;
  /** 0: no answer. */
  statusCode: number;
  status: string;
  installationId: number | null;
  repositoryId: number | null;
  headers: Record<string, string>;
  payload: Json;
  responseBody: string;
};

/** A test's failure to notice later: something that real GitHub would not have accepted or sent. */
export type Violation = {
  kind: "unknown operation" | "request" | "response" | "webhook" | "graphql";
  what: string;
  errors: string[];
};

export type Fault = {
  method?: string;
  /** Against the decoded path, e.g. `/^\/repos\/acme\/shop\/pulls$/`. Also matches `/graphql` and git paths. */
  path: RegExp;
  /** Default 500. 429 and 403 with `rate: true` get GitHub's rate-limit headers. */
  status?: number;
  /** `primary`: x-ratelimit-remaining 0 and a reset; `secondary`: retry-after. */
  rateLimit?: "primary" | "secondary";
  headers?: Record<string, string>;
  body?: Json;
  /** Wait before answering; without `status`, `rateLimit` or `drop` the real answer follows. */
  delayMilliseconds?: number;
  /** Close the connection: before acting, or after acting but before the answer. */
  drop?: "before" | "after";
  /** Default 1. */
  times?: number;
};

export type CiOptions = {
  /** Name of the workflow, and of its job unless `job` is given. Default `test`. */
  name?: string;
  job?: string;
  /** Default `.github/workflows/<name>.yml`. */
  path?: string;
  branch?: string;
  event?: string;
  log?: string;
  /** Completes the present attempt of this run (one that was re-run) instead of starting a run. */
  runId?: number;
};

export type FakeGitHub = {
  /** Base of REST (`/` and `/api/v3`), `/graphql` and git (`/owner/name.git`), without a trailing slash. */
  url: string;
  app: {
    id: number;
    clientId: string;
    slug: string;
    name: string;
    botLogin: string;
    privateKey: string;
    webhookSecret: string;
  };
  clock: { now(): Date; advance(milliseconds: number): void };
  addUser(login: string, options?: { type?: "User" | "Bot" | "Organization"; name?: string }): User;
  /** An owner nobody added becomes an organization; a collaborator nobody added becomes a user. */
  addRepository(options: RepositoryOptions): Promise<RepositoryView>;
  repository(fullName: string): RepositoryView;
  /** Installs the App on repositories of one owner (adds to the installation that is there) and sends the webhook. */
  install(repositories: string | string[], permissions?: Permissions): Promise<Installation>;
  /** Takes repositories of one owner out of the installation there, with `installation_repositories.removed`. */
  withdraw(repositories: string | string[]): void;
  /** The owner accepts other permissions, with `installation.new_permissions_accepted`. Tokens keep what they have. */
  grant(installationId: number, permissions: Permissions): void;
  suspend(installationId: number): void;
  unsuspend(installationId: number): void;
  uninstall(installationId: number): void;
  /**
   * The account is gone: lookups answer 404, its roles and memberships end. What it did stays, with `user: null` where
   * GitHub's schemas allow that and the user `ghost` elsewhere; its commits map to no account.
   */
  deleteUser(login: string): void;
  /** Repositories move along, old names redirect; sends `installation_target.renamed`, `organization.renamed`. */
  renameAccount(login: string, to: string): void;
  /**
   * Makes a team of an organization, or sets the members of the one that is there. Sends `team.created` and
   * `membership.added` / `removed` for active members; an invited one is `pending`.
   */
  addTeam(organization: string, slug: string, members: string[] | Record<string, "active" | "pending">): void;
  removeTeam(organization: string, slug: string): void;
  /**
   * Adds open pull requests with the same base to its merge queue as one group, behind what is queued: a merge commit
   * for each on top of the one before, the last on `gh-readonly-queue/<base>/pr-<last number>-<sha it starts from>`,
   * then `merge_group.checks_requested`. Resolves with the head of the group.
   */
  enqueue(repository: string, numbers: number[]): Promise<string>;
  /**
   * Ends the group with this head, with `merge_group.destroyed`. `merged` moves the base to the head and closes the
   * pull requests as merged, without asking any rules.
   */
  leaveQueue(repository: string, head: string, reason: "merged" | "invalidated" | "dequeued"): Promise<void>;
  asUser(login: string): UserClient;
  /** A workflow run by GitHub Actions on a commit, completed, with its check suite, check run, job and log, and their webhooks. */
  runCi(
    repository: string,
    sha: string,
    conclusion: Conclusion,
    options?: CiOptions,
  ): Promise<{ runId: number; jobId: number; checkRunId: number; checkSuiteId: number }>;
  /**
   * Sends a published example (`issues.labeled`, `push`, …) with the patch deep-merged, whether the App subscribes to
   * it or not. `repository: "acme/shop"` and `sender: "alice"` fill in the real ones. Resolves with the answer.
   */
  sendWebhook(name: string, patch?: Json): Promise<Delivery>;
  /** Sends the same delivery again, same GUID. */
  redeliver(deliveryId: number): Promise<Delivery>;
  deliverTo(url: string | undefined): void;
  /** Resolves when every delivery was answered, every CI run is over, and none is on its way. */
  idle(): Promise<void>;
  fail(fault: Fault): void;
  /** Drops the faults that were not used up. */
  heal(): void;
  requests: RequestRecord[];
  clearRequests(): void;
  deliveries: Delivery[];
  violations: Violation[];
  /** Throws an AggregateError when there are violations. Call it in afterEach. */
  assertValid(): void;
  close(): Promise<void>;
};
