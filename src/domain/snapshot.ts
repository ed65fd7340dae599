import * as z from "zod";
import { fact } from "./fact.ts";
import { Verdict } from "./proof.ts";
import { CommitSha } from "./repository.ts";
import { Role } from "./role.ts";
import { AccountId } from "./signal.ts";

/** UTC milliseconds. */
const time = z.int().min(0);
const login = z.string().min(1).max(100);

/**
 * An account as GitHub names it where something happened. `null` in its place: the account was deleted. Without an id, it
 * is recognised by its login (see `sameAccount`).
 */
export const Account = z.strictObject({
  id: AccountId.optional(),
  login,
  type: z.enum(["User", "Bot", "Organization", "Mannequin", "Unknown"]),
});
export type Account = z.infer<typeof Account>;

/** What an account may do here now, read for this decision. `teams` are slugs of which it is an active member. */
export const Person = z.strictObject({ type: Account.shape.type, role: fact(Role), teams: fact(z.array(z.string())) });
export type Person = z.infer<typeof Person>;

export const ChangedFile = z.strictObject({
  path: z.string().min(1),
  /** Of a renamed file. */
  previousPath: z.string().optional(),
  status: z.enum(["added", "modified", "removed", "renamed", "copied", "changed", "unchanged"]),
  additions: z.int().min(0),
  deletions: z.int().min(0),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** One commit of the pull request. An author GitHub cannot map to an account is `null`. */
export const PullCommit = z.strictObject({
  sha: CommitSha,
  parents: z.array(CommitSha),
  author: Account.nullable(),
  committer: Account.nullable(),
  /** `Co-authored-by` trailers: login and id where the address is GitHub's own, else the name and address as written. */
  coAuthors: z.array(z.strictObject({ id: AccountId.optional(), login: login.optional(), text: z.string().max(500) })),
  verified: z.boolean(),
});
export type PullCommit = z.infer<typeof PullCommit>;

export const Review = z.strictObject({
  id: z.int().positive(),
  user: Account.nullable(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  /** The commit that was looked at; `null` where GitHub has lost it. */
  commit: CommitSha.nullable(),
  submittedAt: time,
  /** Of a dismissed review: what it said before, and who took it back, where that is known. */
  dismissed: fact(
    z.strictObject({ was: z.enum(["APPROVED", "CHANGES_REQUESTED"]), by: Account.nullable() }),
  ).optional(),
});
export type Review = z.infer<typeof Review>;

/** One check run or commit status on the head commit; the latest of its name and App. `app` is `null` for a status. */
export const CheckResult = z.strictObject({
  name: z.string().min(1),
  app: z.int().positive().nullable(),
  status: z.enum(["queued", "in_progress", "completed"]),
  conclusion: z.string().nullable(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** A check that GitHub's own rules require, with the rule that says so. `app`: the App it is pinned to. */
export const RuledCheck = z.strictObject({
  name: z.string().min(1),
  app: z.int().positive().nullable(),
  source: z.string(),
});
export type RuledCheck = z.infer<typeof RuledCheck>;

/** Where a pull request comes from, as Self-Heal itself remembers it (never as the pull request claims). */
export const Origin = z.discriminatedUnion("kind", [
  /** A fix (or the revert of one). */
  z.strictObject({
    kind: z.literal("fix"),
    incident: z.string(),
    /** Who asked: put the label on, gave a command, sent the dispatch, pressed a button. */
    requesters: z.array(Account),
    /** Who pushed to the branch beside the App, as webhooks named them. */
    pushers: z.array(Account),
    /** The author of the commit that failed; `null` where there is none or nobody asks. */
    failingAuthor: fact(Account.nullable()),
    /** The branch it was proposed for. */
    base: z.string(),
    verdict: Verdict.nullable(),
    /** Why somebody or something lets it rest; `null` where nobody does. */
    onHold: z.string().max(2_000).nullable().default(null),
    /** The commit that the App made and proved last. */
    provenHead: CommitSha.nullable(),
  }),
  /** Another bot's. */
  z.strictObject({ kind: z.literal("bot") }),
  /** A person's: none of the gate's business. */
  z.strictObject({ kind: z.literal("person") }),
]);
export type Origin = z.infer<typeof Origin>;

/**
 * All facts about one pull request that its gate is decided from, read at one time. The decision is a function of this,
 * the policy and the time, so a snapshot can be kept, replayed and written by hand. `version` grows with the format.
 */
export const Snapshot = z.strictObject({
  version: z.literal(1),
  /** Our own App. */
  app: z.strictObject({ id: z.int().positive(), login }),
  repository: z.strictObject({ owner: z.string().min(1), name: z.string().min(1), defaultBranch: z.string().min(1) }),
  pull: z.strictObject({
    number: z.int().positive(),
    state: z.enum(["open", "closed"]),
    merged: z.boolean(),
    draft: z.boolean(),
    author: Account.nullable(),
    head: CommitSha,
    branch: z.string().min(1),
    base: z.string().min(1),
    /** Whether its branch is in another repository. */
    fork: z.boolean(),
  }),
  origin: fact(Origin),
  /** At most 3,000 files and 250 commits can be read; more are unknown. */
  files: fact(z.array(ChangedFile)),
  commits: fact(z.array(PullCommit)),
  /** In the order they were submitted. */
  reviews: fact(z.array(Review)),
  /** By login in lower case: everybody who reviewed, dismissed, or owns code here. */
  people: z.record(z.string(), Person),
  /** The text of CODEOWNERS on the base branch; `null` where there is none. */
  codeOwners: fact(z.string().nullable()),
  checks: fact(z.array(CheckResult)),
  requiredChecks: fact(z.array(RuledCheck)),
  /** Whether the policy in force could be read: a broken one on the default branch leaves the last good one in force. */
  policy: z.strictObject({ state: z.enum(["valid", "last-good", "unknown"]), note: z.string() }),
});
export type Snapshot = z.infer<typeof Snapshot>;
