import * as z from "zod";
import { fact } from "./fact.ts";

/** A rule or setting that says something about the default branch, for people to look at. */
export const Source = z.strictObject({ name: z.string(), url: z.string().optional() });
export type Source = z.infer<typeof Source>;

const app = z.int().positive().nullable();

/**
 * The active rules of one ruleset for the default branch; `bypass` can only be read with Administration: write. `app` of
 * a check is the App it is pinned to, `null` where any App may report it.
 */
export const RulesetFacts = z.strictObject({
  name: z.string(),
  source: Source,
  pullRequest: z.strictObject({ approvals: z.int(), dismissStale: z.boolean() }).nullable(),
  checks: z.array(z.strictObject({ name: z.string(), app })),
  noForcePush: z.boolean(),
  noDeletion: z.boolean(),
  /** Actors on its bypass list, as `Team 12 (always)`. */
  bypass: fact(z.array(z.string())),
});
export type RulesetFacts = z.infer<typeof RulesetFacts>;

/** Classic branch protection of the default branch. */
export const ClassicFacts = z.strictObject({
  source: Source,
  pullRequest: z
    .strictObject({ approvals: z.int(), dismissStale: z.boolean(), bypass: z.array(z.string()) })
    .nullable(),
  checks: z.array(z.strictObject({ name: z.string(), app })),
  enforceAdmins: z.boolean(),
  allowForcePushes: z.boolean(),
  allowDeletions: z.boolean(),
});
export type ClassicFacts = z.infer<typeof ClassicFacts>;

/** A push or merge that GitHub let through past its rules. `at` in UTC milliseconds. */
export const Bypass = z.strictObject({
  id: z.int().positive(),
  actor: z.string(),
  ref: z.string(),
  after: z.string(),
  at: z.int(),
});
export type Bypass = z.infer<typeof Bypass>;

/** Names and the time of the last change (UTC milliseconds). */
const secrets = z.array(z.strictObject({ name: z.string(), updatedAt: z.int() }));

/** What a repository's settings are, as far as they can be seen with the permissions that the App was given. */
export const ProtectionFacts = z.strictObject({
  /** `owner/name`. */
  fullName: z.string(),
  defaultBranch: z.string(),
  /** Where to change rules, Actions settings and secrets. */
  settingsUrl: z.string(),
  rulesets: fact(z.array(RulesetFacts)),
  /** `null`: there is none. */
  classic: fact(ClassicFacts.nullable()),
  actions: fact(z.strictObject({ workflowPermissions: z.enum(["read", "write"]), mayApprove: z.boolean() })),
  secrets: fact(secrets),
  /** Those of the organisation that the repository may use; its own of the same name go first. */
  organizationSecrets: fact(secrets),
  /** The expected workflow; `null`: no such file. */
  workflow: fact(z.strictObject({ path: z.string(), state: z.string() }).nullable()),
  /** Of the last day. */
  bypasses: fact(z.array(Bypass)),
  /**
   * Checks seen on the latest commits and the App that reported each; `null`: a commit status, which does not name it.
   * Only read while an expected check is not pinned.
   */
  reported: fact(z.array(z.strictObject({ name: z.string(), app }))),
});
export type ProtectionFacts = z.infer<typeof ProtectionFacts>;

/** One expectation beside what is. Stable ids, because the drift issue and metrics speak of them. */
export const ExpectationId = z.enum([
  "pull-request",
  "approvals",
  "dismiss-stale",
  "required-checks",
  "pinned-checks",
  "gate-check",
  "no-bypass",
  "no-force-push",
  "no-deletion",
  "workflow-permissions",
  "actions-may-approve",
  "workflow-file",
  "secrets",
  "secret-rotation",
]);
export type ExpectationId = z.infer<typeof ExpectationId>;

export const Expectation = z.strictObject({
  id: ExpectationId,
  title: z.string(),
  result: z.enum(["pass", "fail", "unknown"]),
  /** What is, in a sentence. */
  found: z.string(),
  /** The rules or settings it was read from. */
  sources: z.array(Source),
  /** What to do; absent where it passes. */
  fix: z.string().optional(),
  /** A warning that stands beside a pass: rotation that is due soon, a setting that weakens something. */
  note: z.string().optional(),
});
export type Expectation = z.infer<typeof Expectation>;

/** The repository's settings beside what they should be. `at` in UTC milliseconds. */
export const ProtectionReport = z.strictObject({
  at: z.int(),
  defaultBranch: z.string(),
  expectations: z.array(Expectation),
});
export type ProtectionReport = z.infer<typeof ProtectionReport>;

/**
 * How one expectation left what it was. `due`: still a pass, but a secret is to be rotated soon. `by`: who changed the
 * settings, where a webhook named them. `since` in UTC milliseconds.
 */
export const Drifted = z.strictObject({
  id: ExpectationId,
  now: z.enum(["due", "unknown", "fail"]),
  since: z.int(),
  by: z.string().optional(),
});
export type Drifted = z.infer<typeof Drifted>;
