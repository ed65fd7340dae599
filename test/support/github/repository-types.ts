import type { Json, Role } from "./types.ts";

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
  /** Sends `member.added`, `edited` or `removed`. */
  setRole(login: string, role: Role | undefined): void;
  archive(by?: string): void;
  /** The old name redirects, in REST and in git. In all of these `by` is who does it; default: the owner. */
  rename(name: string, by?: string): void;
  /** The branch, pull requests into it and its classic protection get the new name, without a push. */
  renameDefaultBranch(name: string, by?: string): Promise<void>;
  /** Takes it out of the old owner's installation, which hears of both; the new owner has to install the App. */
  transfer(owner: string, by?: string): void;
  delete(by?: string): void;
  /** Sets a branch's classic protection, as the API shall answer it; sends `branch_protection_rule.*`. */
  protect(branch: string, protection: Json | undefined, by?: string): void;
  /** Switches all classic protection on or off; sends `branch_protection_configuration.enabled` / `disabled`. */
  switchProtection(enabled: boolean, by?: string): void;
  /**
   * Creates or changes the ruleset of this name (only the given fields), or deletes it; sends `repository_ruleset.*`
   * unless it is an organization's (`source_type: "Organization"`). The fields are those of the API. Its id.
   */
  setRuleset(name: string, fields: Partial<Ruleset> | undefined, by?: string): number;
  /** Rulesets, rules, classic protection by branch, secrets, …, as the API shall answer them. */
  settings: RepositorySettings;
};

/** As the API shows it. `source_type: "Organization"` is one that the repository inherits and cannot change. */
export type Ruleset = {
  id: number;
  name: string;
  target: "branch" | "tag" | "push";
  source_type: "Repository" | "Organization";
  source: string;
  enforcement: "active" | "disabled" | "evaluate";
  bypass_actors: Json[];
  /** `{ ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } }`; without it, no branch is meant. */
  conditions: Json;
  rules: Json[];
  created_at: string;
  updated_at: string;
};

type Secret = { name: string; updatedAt: Date };

/** What the repository's administrators have set up; empty at first. */
export type RepositorySettings = {
  /** Rules of a branch besides those of `rulesets`: they are answered, and enforced, for every branch. */
  rules: Json[];
  /** Changed silently here; `setRuleset` and the API tell everybody. */
  rulesets: Ruleset[];
  /** Evaluations, oldest first; merges under rules add theirs. With `rule_evaluations`, as for one of them. */
  ruleSuites: Json[];
  /** Changed silently here; `protect` tells everybody. */
  protection: Record<string, Json>;
  protectionEnabled: boolean;
  secrets: Secret[];
  organizationSecrets: Secret[];
  actions: {
    enabled: boolean;
    defaultWorkflowPermissions: "read" | "write";
    canApprovePullRequestReviews: boolean;
  };
  /** By file name: `active` unless said otherwise. */
  workflowStates: Record<string, "active" | "deleted" | "disabled_fork" | "disabled_inactivity" | "disabled_manually">;
  /** Custom properties. */
  properties: Record<string, string | string[] | null>;
};
