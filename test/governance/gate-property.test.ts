import fc from "fast-check";
import { expect, test } from "vitest";
import { Decision, worst } from "../../src/domain/decision.ts";
import { Policy } from "../../src/domain/policy.ts";
import { Snapshot } from "../../src/domain/snapshot.ts";
import type { Account, PullCommit } from "../../src/domain/snapshot.ts";
import { decisionText } from "../../src/governance/decision-text.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { whyNot } from "../support/gate-oracle.ts";
import { app, commit, decidedAt, fixOrigin, review as reviewBy, sha, snapshot, user } from "../support/snapshot.ts";

/** Names that trip up code which keeps people in plain objects or compares them carelessly. */
const logins = ["ann", "Ann", "ben", "mona", "rita", "eve", "x[bot]", "web-flow", "__proto__", "constructor", "ghost"];
const login = fc.oneof(fc.constantFrom("ann", "mona", "rita"), fc.constantFrom(...logins));
const unknown = fc.constant({ unknown: "it could not be read" });
const type = fc.constantFrom("User", "User", "User", "User", "Bot", "Organization", "Mannequin", "Unknown" as const);
/** So few that accounts are renamed (one id, two logins) and logins are taken over (one login, two ids). */
const id = fc.constantFrom(1, 2);
const named = fc.record({ id, login, type }, { requiredKeys: ["login", "type"] });
const account: fc.Arbitrary<Account> = fc.oneof({ weight: 6, arbitrary: named }, fc.constant(app));
const digit = fc.constantFrom("a", "a", "a", "b", "c");
const role = fc.constantFrom("none", "read", "triage", "write", "write", "maintain", "admin" as const);
const team = fc.constantFrom("security", "Docs");

/** Mostly the value, sometimes the reason why it is not known. */
function fact<T>(value: fc.Arbitrary<T>) {
  return fc.oneof({ weight: 19, arbitrary: value }, { weight: 1, arbitrary: unknown });
}

/** Mostly what passes, so that whole snapshots pass often enough to be worth comparing. */
function mostly<T>(usual: T, other: fc.Arbitrary<T>, weight = 6) {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

const dismissal = fc.record({
  was: mostly("CHANGES_REQUESTED", fc.constant("APPROVED"), 2),
  by: fc.option(account, { freq: 8 }),
});
const review = fc.record({
  id: fc.integer({ min: 1, max: 50 }),
  user: fc.oneof(fc.constantFrom(user("ann"), user("ann", 1)), fc.option(account, { freq: 8 })),
  state: mostly("APPROVED", fc.constantFrom("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"), 3),
  commit: mostly(sha("a"), fc.option(digit.map(sha))),
  submittedAt: fc.integer({ min: decidedAt - 20, max: decidedAt + 1 }).map((at) => at + (at > decidedAt ? 600_000 : 0)),
  dismissed: fc.option(fact(dismissal), { freq: 8, nil: undefined }),
});

const path = fc.constantFrom("src/a.ts", "src/pay/b.ts", "docs/c.md", "lib/d.ts");
const anyPath = mostly("src/a.ts", fc.oneof(path, fc.constantFrom(".github/x.yml", "a/CODEOWNERS", "infra/e.tf")), 4);
const file = fc.record({
  path: anyPath,
  previousPath: fc.option(anyPath, { nil: undefined }),
  status: fc.constantFrom("added", "modified", "renamed"),
  additions: fc.nat(500),
  deletions: fc.nat(500),
});

const otherCommit: fc.Arbitrary<PullCommit> = fc.record({
  sha: digit.map(sha),
  parents: fc.array(digit.map(sha), { maxLength: 1 }),
  author: fc.option(account, { freq: 8 }),
  committer: fc.option(account, { freq: 8 }),
  coAuthors: fc.array(fc.record({ id, login, text: fc.string({ maxLength: 20 }) }, { requiredKeys: ["text"] }), {
    maxLength: 1,
  }),
  verified: mostly(true, fc.constant(false), 2),
});
const commits = fc
  .array(mostly(commit(), otherCommit, 2), { maxLength: 3 })
  .chain((before) => mostly(commit(), otherCommit).map((last) => [...before, last]));

const name = fc.constantFrom("test", "lint", "self-heal/approval (main)");
const from = fc.constantFrom(15368, 15368, 15368, 4711, null);
const check = fc.record({
  name,
  app: from,
  status: mostly("completed", fc.constantFrom("queued", "in_progress")),
  conclusion: mostly("success", fc.constantFrom("failure", "neutral", "skipped", "odd", null), 3),
});

const fix = fc.record({
  kind: fc.constant("fix"),
  incident: fc.constant("abcd1234"),
  requesters: fc.array(named, { maxLength: 2 }),
  pushers: fc.array(account, { maxLength: 2 }),
  failingAuthor: fact(fc.option(account)),
  base: mostly("main", fc.constant("next")),
  onHold: mostly<string | null>(null, fc.constantFrom("", "it is night")),
  verdict: fc.option(fc.constantFrom("proven", "verified", "unproven", "rejected")),
  provenHead: fc.option(digit.map(sha)),
});

const codeOwner = fc.constantFrom("@ann", "@Ben", "@mona", "@ACME/security", "@other/security", "@acme/docs");
const ownerLine = fc
  .tuple(fc.constantFrom("/src/", "/src/pay/", "/docs/"), fc.array(codeOwner, { maxLength: 2 }))
  .map(([pattern, owners]) => [pattern, ...owners].join(" "));

const plain = snapshot({ reviews: [reviewBy("ann", "APPROVED", { user: user("ann", 1) })] });
const person = fc.record({
  type: mostly("User", fc.constantFrom("Bot")),
  role: fact(role),
  teams: fact(fc.array(team)),
});
const parts = {
  pull: fc.record({
    number: fc.constant(12),
    state: mostly("open", fc.constant("closed")),
    merged: mostly(false, fc.constant(true)),
    draft: mostly(false, fc.constant(true)),
    author: mostly(app, fc.option(account)),
    head: mostly(sha("a"), digit.map(sha)),
    branch: fc.constant("self-heal/x"),
    base: mostly("main", fc.constant("next")),
    fork: mostly(false, fc.constant(true)),
  }),
  origin: fact(
    fc.oneof(
      { weight: 12, arbitrary: fc.oneof(fc.constant(fixOrigin), fix) },
      fc.constant({ kind: "bot" }),
      fc.constant({ kind: "person" }),
    ),
  ),
  files: fact(fc.array(file, { maxLength: 3 })),
  commits: fact(commits),
  reviews: fact(fc.array(review, { maxLength: 4 })),
  people: fc.dictionary(fc.constantFrom(...logins.map((each) => each.toLowerCase())), person, { minKeys: 4 }),
  codeOwners: fact(
    fc.option(
      fc.array(ownerLine, { maxLength: 3 }).map((lines) => lines.join("\n")),
      { freq: 1 },
    ),
  ),
  checks: fact(fc.array(check, { maxLength: 3 })),
  requiredChecks: fact(fc.array(fc.record({ name, app: from, source: fc.constant("x") }), { maxLength: 1 })),
  policy: fc.record({
    state: mostly("valid", fc.constantFrom("last-good", "unknown")),
    note: fc.string({ maxLength: 10 }),
  }),
};

/** Most of them differ from a snapshot that passes in a few parts only, so that a single condition often decides. */
const anySnapshot = fc
  .oneof({ weight: 3, arbitrary: fewOf(parts) }, { weight: 1, arbitrary: fc.record(parts) })
  .map((given) => Snapshot.parse({ ...plain, ...given }));

function fewOf(all: Record<string, fc.Arbitrary<unknown>>) {
  return fc.subarray(Object.entries(all), { maxLength: 3 }).chain((few) => fc.record(Object.fromEntries(few)));
}

const anyPolicy = fc
  .record({
    paths: fc.record({ protected: fc.subarray(["infra", "lib/d.ts"]) }),
    gate: fewOf({
      scope: fc.constantFrom("fixes", "bots"),
      approvals: mostly(1, fc.constantFrom(2, 3), 3),
      role: mostly("write", fc.constantFrom("maintain", "admin")),
      teams: mostly<string[]>([], fc.subarray(["security", "docs"])),
      ignore: fc.subarray(["BEN", "eve"]),
      pushers: fc.boolean(),
      failingAuthor: fc.boolean(),
      codeOwners: fc.boolean(),
      dismissers: fc.constantFrom("write", "maintain", "admin"),
      checks: fc.array(
        fc.record({
          name,
          app: fc.option(
            from.map((app) => app ?? 1),
            { nil: undefined },
          ),
        }),
        {
          maxLength: 1,
        },
      ),
      tiers: fc.array(
        fc.record({
          name: fc.constant("risky"),
          paths: fc.constantFrom(["src/pay"], ["docs", "lib"]),
          approvals: fc.constantFrom(1, 2),
          teams: fc.subarray(["security"]),
        }),
        { maxLength: 1 },
      ),
    }),
  })
  .map((parts) => Policy.parse(JSON.parse(JSON.stringify(parts))));

test("the gate passes exactly what a plain reading of the rules lets pass, and never throws", () => {
  const seen = { pass: 0, pending: 0, unknown: 0, fail: 0 };
  const ids = { "let it pass": 0, "let it not pass": 0 };
  fc.assert(
    fc.property(anySnapshot, anyPolicy, (given, policy) => {
      const before = JSON.stringify(given);
      const decided = decideGate(given, policy, decidedAt);
      seen[decided.decision] += 1;
      // Beside each other, so that a failure shows who says what.
      const problems = whyNot(given, policy, decidedAt);
      const passes = decided.decision === "pass";
      const byLogins = decideGate(withoutIds(given), policy, decidedAt).decision === "pass";
      if (passes !== byLogins) ids[passes ? "let it pass" : "let it not pass"] += 1;
      expect({ passes, problems, says: decided.summary }).toMatchObject({ passes: problems.length === 0 });
      expect(decided.decision).toBe(worst((decided.reasons.children ?? []).map(({ outcome }) => outcome)));
      expect(() => Decision.parse(decided)).not.toThrow();
      expect(decisionText(decided).length).toBeLessThan(60_000);
      expect(JSON.stringify(given)).toBe(before);
    }),
    { numRuns: 6_000 },
  );
  // A comparison is worth something only where both answers occur.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(40);
  expect(Math.min(...Object.values(ids))).toBeGreaterThan(3);
});

/** The same, where only the logins of accounts are known. */
function withoutIds(given: Snapshot): Snapshot {
  const named: unknown = JSON.parse(JSON.stringify(given), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("login" in value && "type" in value)) return value;
    return { login: value.login, type: value.type };
  });
  return Snapshot.parse(named);
}

test("one more thing that is unknown never makes a decision pass", () => {
  const facts = ["origin", "files", "commits", "reviews", "codeOwners", "checks", "requiredChecks"] as const;
  fc.assert(
    fc.property(anySnapshot, anyPolicy, fc.constantFrom(...facts), (given, policy, part) => {
      fc.pre(decideGate(given, policy, decidedAt).decision !== "pass");
      const blind = { ...given, [part]: { unknown: "it could not be read" } };
      expect(decideGate(blind, policy, decidedAt).decision).not.toBe("pass");
    }),
    { numRuns: 2_000 },
  );
});
