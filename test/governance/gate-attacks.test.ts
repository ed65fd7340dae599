import { expect, test } from "vitest";
import { gateCheckName } from "../../src/domain/decision.ts";
import { unknown } from "../../src/domain/fact.ts";
import { worstDecision } from "../../src/governance/gate.ts";
import { app, check, commit, file, fixOrigin, person, review, sha, snapshot, user } from "../support/snapshot.ts";
import { decide, testAttacks } from "./gate-table.ts";
import type { Attack } from "./gate-table.ts";

const people = snapshot().people;
const test15368 = { name: "test", app: 15368, source: "ruleset Main" };

/**
 * Known attacks on approval gates, numbered as in SECURITY.md, as far as the decision itself defeats them.
 * These are about checks, paths, branches and what cannot be known.
 */
const rows: Attack[] = [
  [
    "13 forged status of the gate's own name does not approve",
    snapshot({
      reviews: [],
      checks: [check("test"), check(gateCheckName("main"), "success", null)],
      requiredChecks: [test15368, { name: gateCheckName("main"), app: null, source: "ruleset Main" }],
    }),
    "pending",
    "approvals",
  ],
  ["14 check-name spoofing by another App", snapshot({ checks: [check("test", "success", 666)] }), "pending", "checks"],
  [
    "14 check-name spoofing by a commit status",
    snapshot({ checks: [check("test", "success", null)] }),
    "pending",
    "checks",
  ],
  ["15 skip trick: skipped is not success", snapshot({ checks: [check("test", "skipped")] }), "fail", "checks"],
  ["15 skip trick: neutral is not success", snapshot({ checks: [check("test", "neutral")] }), "fail", "checks"],
  ["15 skip trick: a path filter keeps the check from running", snapshot({ checks: [] }), "pending", "checks"],
  ["15 editing the workflow", snapshot({ files: [file(".github/workflows/ci.yml")] }), "fail", "protected-paths"],
  [
    "15 editing the workflow: moved away",
    snapshot({ files: [file("ci.yml", { status: "renamed", previousPath: ".github/workflows/ci.yml" })] }),
    "fail",
    "protected-paths",
  ],
  [
    "17 policy edited in the pull request",
    snapshot({ files: [file(".github/self-heal.yml")] }),
    "fail",
    "protected-paths",
  ],
  [
    "17 CODEOWNERS edited in the pull request",
    snapshot({ files: [file("docs/CODEOWNERS", { status: "removed" })] }),
    "fail",
    "protected-paths",
  ],
  [
    "18 settings file as escalation",
    snapshot({ files: [file(".github/settings.yml", { status: "added" })] }),
    "fail",
    "protected-paths",
  ],
  ["19 retargeted base after approval", snapshot({ pull: { base: "release" } }), "fail", "base"],
  ["20 base branch renamed", snapshot({ pull: { base: "trunk" } }), "fail", "base"],
  [
    "21 the head moved between the reads",
    snapshot({ pull: { head: sha("d") }, reviews: [review("ann", "APPROVED", { commit: sha("d") })] }),
    "unknown",
    "provenance",
  ],
  [
    "27 a webhook that never came: nothing is known, so nothing passes",
    snapshot({ requiredChecks: unknown("502") }),
    "unknown",
    "checks",
  ],
  [
    "29 merged past the gate: judged after the fact as it should have been",
    snapshot({ pull: { state: "closed", merged: true }, reviews: [] }),
    "pending",
    "approvals",
  ],
  [
    "30 label as authority: what the App does not remember is not known",
    snapshot({ origin: unknown("no record") }),
    "unknown",
    "origin",
  ],
  [
    "30 label as authority: a pull request of the App that it does not remember",
    snapshot({ origin: { kind: "bot" } }),
    "unknown",
    "origin",
  ],
  [
    "31 approval by comment, or a review edited into one",
    snapshot({ reviews: [review("ann", "COMMENTED"), review("ben", "PENDING")] }),
    "pending",
    "approvals",
  ],
  [
    "33 repository_dispatch: its sender asked for the fix",
    snapshot({ origin: { ...fixOrigin, requesters: [user("rita"), user("ann")] } }),
    "pending",
    "approvals",
  ],
  [
    "34 approval on behalf of somebody else is worth only its giver's",
    snapshot({ reviews: [review("rita", "APPROVED"), review("ann", "APPROVED", { user: app })] }),
    "pending",
    "approvals",
  ],
  [
    "35 truncation: more than 3,000 files",
    snapshot({ files: unknown("more than 3,000") }),
    "unknown",
    "protected-paths",
  ],
  ["35 truncation: more than 250 commits", snapshot({ commits: unknown("more than 250") }), "unknown", "provenance"],
  ["35 truncation: reviews", snapshot({ reviews: unknown("502") }), "unknown", "approvals"],
  [
    "36 signing gap: the App's commit without a signature",
    snapshot({ commits: [commit({ committer: app, verified: false })] }),
    "fail",
    "provenance",
  ],
  [
    "37 team edits: no active member any more",
    snapshot({ people: { ...people, ann: person("write", ["docs"]) } }),
    "pending",
    "approvals",
    { teams: ["security"] },
  ],
  [
    "37 team edits: membership cannot be read",
    snapshot({ people: { ...people, ann: person("write", unknown("members: read is missing")) } }),
    "unknown",
    "approvals",
    { teams: ["security"] },
  ],
  [
    "38 the runner posts a required check with the App's token",
    snapshot({ checks: [check("test", "success", 4711)] }),
    "pending",
    "checks",
  ],
];

testAttacks(rows);

test("the default that the attacks begin with passes", () => {
  expect(decide(snapshot())).toMatchObject({ decision: "pass", approvedBy: ["ann"] });
});

test("attack 22 same commit in two pull requests: the worst result is the commit's", () => {
  const good = decide(snapshot());
  const bad = decide(snapshot({ pull: { number: 13, base: "release" } }));
  const combined = worstDecision([good, bad]);
  expect(combined).toMatchObject({ decision: "fail", base: "release", approvedBy: ["ann"] });
  expect(combined.reasons.children).toEqual([good.reasons, bad.reasons]);
});

test("attack 28 merge queue blind success: one pull request that is not approved holds the group", () => {
  const group = [snapshot(), snapshot({ pull: { number: 13 }, reviews: [] }), snapshot({ pull: { number: 14 } })];
  expect(worstDecision(group.map((given) => decide(given)))).toMatchObject({ decision: "pending", approvedBy: [] });
  expect(() => worstDecision([])).toThrow("no decisions");
});
