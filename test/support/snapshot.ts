import type { CommitSha } from "../../src/domain/repository.ts";
import { CommitSha as Sha } from "../../src/domain/repository.ts";
import type { Account, ChangedFile, CheckResult, PullCommit, Review, Snapshot } from "../../src/domain/snapshot.ts";

/** When the snapshots of the tests are decided: 2026-05-01T12:00:00Z. */
export const decidedAt = Date.UTC(2026, 4, 1, 12);

/** A commit id of one repeated digit; `sha("a")` is the head. */
export function sha(digit: string): CommitSha {
  return Sha.parse(digit.repeat(40));
}

export function user(login: string, id?: number): Account {
  return { ...(id !== undefined && { id }), login, type: "User" };
}

export function bot(login: string): Account {
  return { login, type: "Bot" };
}

export const app: Account = bot("self-heal[bot]");
const github: Account = user("web-flow");

/** What somebody may do; without arguments, a writer in no team. */
export function person(
  role: Snapshot["people"][string]["role"] = "write",
  teams: Snapshot["people"][string]["teams"] = [],
): Snapshot["people"][string] {
  return { type: "User", role, teams };
}

let reviews = 0;

/** A review of the head, a second after the one made before it. */
export function review(login: string | null, state: Review["state"], more: Partial<Review> = {}): Review {
  reviews += 1;
  return {
    id: reviews,
    user: login === null ? null : user(login),
    state,
    commit: sha("a"),
    submittedAt: decidedAt - 86_400_000 + reviews * 1_000,
    ...more,
  };
}

/** A commit as the App makes them: its own, signed by GitHub. */
export function commit(more: Partial<PullCommit> = {}): PullCommit {
  return {
    sha: sha("a"),
    parents: [sha("b")],
    author: app,
    committer: github,
    coAuthors: [],
    verified: true,
    ...more,
  };
}

export function file(path: string, more: Partial<ChangedFile> = {}): ChangedFile {
  return { path, status: "modified", additions: 3, deletions: 1, ...more };
}

export function check(name: string, conclusion: string | null = "success", app: number | null = 15368): CheckResult {
  return { name, app, status: "completed", conclusion };
}

type Fix = Extract<Snapshot["origin"], { kind: "fix" }>;

export const fixOrigin: Fix = {
  kind: "fix",
  incident: "abcd1234",
  requesters: [user("rita")],
  pushers: [],
  failingAuthor: null,
  base: "main",
  verdict: "proven",
  onHold: null,
  provenHead: sha("a"),
};

/**
 * A fix that passes under the default policy: rita asked for it, ann (a writer) approved its head, and its checks
 * succeeded. Overrides replace whole parts.
 */
export function snapshot(
  overrides: Partial<Omit<Snapshot, "pull">> & { pull?: Partial<Snapshot["pull"]> } = {},
): Snapshot {
  const { pull, ...rest } = overrides;
  return {
    version: 1,
    app: { id: 4711, login: app.login },
    repository: { owner: "acme", name: "shop", defaultBranch: "main" },
    pull: {
      number: 12,
      state: "open",
      merged: false,
      draft: false,
      author: app,
      head: sha("a"),
      branch: "self-heal/abcd1234-cart-total",
      base: "main",
      fork: false,
      ...pull,
    },
    origin: fixOrigin,
    files: [file("src/cart.ts"), file("test/cart.test.ts", { status: "added" })],
    commits: [commit()],
    reviews: [review("ann", "APPROVED")],
    people: { ann: person(), ben: person(), rita: person("admin"), mona: person("maintain") },
    codeOwners: null,
    checks: [check("test"), check("lint")],
    requiredChecks: [{ name: "test", app: 15368, source: "ruleset Main" }],
    policy: { state: "valid", note: "" },
    ...rest,
  };
}
