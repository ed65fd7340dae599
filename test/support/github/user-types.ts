import type { Json } from "./types.ts";

type GitPerson = { name: string; email: string };

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
  dismissReview(repository: string, number: number, reviewId: number, message: string): Promise<void>;
  /**
   * One commit on a branch through real git over HTTP; `null` deletes a file. A new branch starts at the default one.
   * An `author` or `committer` whose e-mail nobody has maps to no account.
   */
  push(
    repository: string,
    files: Record<string, string | null>,
    branch?: string,
    commit?: string | { message?: string; author?: GitPerson; committer?: GitPerson },
  ): Promise<string>;
  /** Points a branch at any commit of the repository. */
  forcePush(repository: string, branch: string, sha: string): Promise<void>;
  merge(
    repository: string,
    number: number,
    options?: { sha?: string; method?: "merge" | "squash" | "rebase" },
  ): Promise<{ sha: string }>;
  closePull(repository: string, number: number): Promise<void>;
  reopenPull(repository: string, number: number): Promise<void>;
  /** Gives the pull request another base branch. */
  retarget(repository: string, number: number, base: string): Promise<void>;
  convertToDraft(repository: string, number: number): Promise<void>;
  readyForReview(repository: string, number: number): Promise<void>;
  /**
   * Presses a button of a check run: `check_run.requested_action` for the App, if the run is its own. Throws when the
   * run has no such button, or the user may not write.
   */
  pressButton(repository: string, checkRunId: number, identifier: string): Promise<void>;
  /** The Re-run link of a check run: `check_run.rerequested` for its App. The run does not change by itself. */
  rerequest(repository: string, checkRunId: number): Promise<void>;
  closeIssue(repository: string, number: number): Promise<void>;
  /** Sends a repository_dispatch. */
  dispatch(repository: string, eventType: string, clientPayload?: Json): Promise<void>;
};
