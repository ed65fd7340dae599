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

/** Reads the state directly, without a request. Values are what the REST API would answer. */
export type RepositoryView = {
  id: number;
  owner: string;
  name: string;
  fullName: string;
  defaultBranch: string;
  /** The bare repository on disk. */
  directory: string;
  cloneUrl: string;
  issues(): Json[];
  pulls(): Promise<Json[]>;
  /** Conversation comments of an issue or pull request, oldest first. */
  comments(number: number): Json[];
  reviews(number: number): Json[];
  checkRuns(sha?: string): Json[];
  statuses(sha: string): Json[];
  branches(): Promise<Record<string, string>>;
  /** Commit id of a branch; throws when there is none. */
  head(branch?: string): Promise<string>;
  files(ref?: string): Promise<Record<string, string>>;
  git(...args: string[]): Promise<string>;
  setRole(login: string, role: Role | undefined): void;
  archive(): void;
  /** Rules, classic protection by branch, and secrets, as the API shall answer them. */
  settings: RepositorySettings;
};

/** What the repository's administrators have set up; empty at first. */
export type RepositorySettings = {
  rules: Json[];
  protection: Record<string, Json>;
  secrets: { name: string; updatedAt: Date }[];
};

export type UserClient = {
  login: string;
  token: string;
  /** Any REST call: `request("GET /repos/acme/shop")`. Throws `RequestFailed` on a status of 400 or more. */
  request(route: string, body?: Json): Promise<Json>;
  openIssue(
    repository: string,
    issue: { title: string; body?: string; labels?: string[] },
  ): Promise<{ number: number }>;
  editIssue(repository: string, number: number, changes: Json): Promise<Json>;
  addLabel(repository: string, number: number, label: string): Promise<void>;
  removeLabel(repository: string, number: number, label: string): Promise<void>;
  comment(repository: string, number: number, body: string): Promise<{ id: number }>;
  openPull(
    repository: string,
    pull: { head: string; base: string; title: string; body?: string; draft?: boolean },
  ): Promise<{ number: number }>;
  /** Reviews the present head unless `commitId` names another commit. */
  review(
    repository: string,
    number: number,
    review: { event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT"; body?: string; commitId?: string },
  ): Promise<{ id: number }>;
  reviewComment(
    repository: string,
    number: number,
    comment: { body: string; path: string; line: number },
  ): Promise<{ id: number }>;
  /** One commit on a branch through real git over HTTP; `null` deletes a file. A new branch starts at the default one. */
  push(repository: string, files: Record<string, string | null>, branch?: string, message?: string): Promise<string>;
  merge(
    repository: string,
    number: number,
    options?: { sha?: string; method?: "merge" | "squash" | "rebase" },
  ): Promise<{ sha: string }>;
  closePull(repository: string, number: number): Promise<void>;
  closeIssue(repository: string, number: number): Promise<void>;
  /** Sends a repository_dispatch. */
  dispatch(repository: string, eventType: string, clientPayload?: Json): Promise<void>;
};

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
  suspend(installationId: number): void;
  unsuspend(installationId: number): void;
  uninstall(installationId: number): void;
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
