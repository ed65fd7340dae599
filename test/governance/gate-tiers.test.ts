import { expect, test } from "vitest";
import { unknown } from "../../src/domain/fact.ts";
import { file, fixOrigin, person, sha, snapshot } from "../support/snapshot.ts";
import { decide, nodesOf, testCondition } from "./gate-table.ts";

const people = snapshot().people;

const large = { name: "large", linesAbove: 7, approvals: 2 };
testCondition("tier", [
  [
    "applies above its number of lines",
    snapshot({ files: [file("a", { additions: 8 })] }),
    "pending",
    "Tier `large` applies",
    { tiers: [large] },
  ],
  [
    "does not apply at its number of lines",
    snapshot({ files: [file("a", { additions: 6 })] }),
    "pass",
    "None of the 1 tier",
    { tiers: [large] },
  ],
  [
    "applies above its number of files",
    snapshot(),
    "pending",
    "applies",
    { tiers: [{ name: "t", filesAbove: 1, approvals: 2 }] },
  ],
  [
    "applies to its paths, and to where a file came from",
    snapshot({ files: [file("a", { previousPath: "pay/a" })] }),
    "pending",
    "applies",
    { tiers: [{ name: "t", paths: ["pay"], approvals: 2 }] },
  ],
  [
    "applies to files that are new",
    snapshot(),
    "pending",
    "applies",
    { tiers: [{ name: "t", firstTimeFiles: true, approvals: 2 }] },
  ],
  [
    "applies only where all of its conditions hold",
    snapshot(),
    "pass",
    "None of",
    { tiers: [{ name: "t", firstTimeFiles: true, paths: ["pay"], approvals: 2 }] },
  ],
  [
    "applies to a verdict",
    snapshot({ origin: { ...fixOrigin, verdict: "verified" } }),
    "pending",
    "applies",
    { tiers: [{ name: "t", verdicts: ["verified"], approvals: 2 }] },
  ],
  [
    "takes a head that moved for unproven",
    snapshot({ origin: { ...fixOrigin, provenHead: sha("b") } }),
    "pending",
    "applies",
    { tiers: [{ name: "t", verdicts: ["unproven"], approvals: 2 }] },
  ],
  [
    "is unknown where the files are",
    snapshot({ files: unknown("too many") }),
    "unknown",
    "cannot be said",
    { tiers: [large] },
  ],
  [
    "is unknown where its pattern cannot be read",
    snapshot(),
    "unknown",
    "cannot be said",
    { tiers: [{ name: "t", paths: ["a{"], approvals: 1 }] },
  ],
  [
    "wants a member of its teams",
    snapshot(),
    "pending",
    "by a member of `security`",
    { tiers: [{ name: "t", approvals: 1, teams: ["security"] }] },
  ],
  [
    "has a member of its teams",
    snapshot({ people: { ...people, ann: person("write", ["security"]) } }),
    "pass",
    "Tier `t` applies",
    { tiers: [{ name: "t", approvals: 1, teams: ["security"] }] },
  ],
  [
    "does not know the teams",
    snapshot({ people: { ...people, ann: person("write", unknown("403")) } }),
    "unknown",
    "`security`",
    { tiers: [{ name: "t", approvals: 1, teams: ["security"] }] },
  ],
]);

test("of several tiers the highest number of approvals is needed", () => {
  const tiers = [large, { name: "all", approvals: 3 }, { name: "rest", approvals: 1 }];
  const [approvals] = nodesOf(
    decide(snapshot({ files: [file("a", { additions: 9 })] }), { tiers }).reasons,
    "approvals",
  );
  expect(approvals?.text).toContain("1 of 3 needed approvals (so many because of tier `all`)");
});
