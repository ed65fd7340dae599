import { unknown } from "../../src/domain/fact.ts";
import { commit, decidedAt, fixOrigin, person, review, snapshot, user } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

const people = snapshot().people;
const approved = [review("ann", "APPROVED")];

testCondition("approvals", [
  ["says whose counted", snapshot(), "pass", "The review by `ann` counts"],
  [
    "one person approving twice is one person",
    snapshot({ reviews: [...approved, review("ANN", "APPROVED")] }),
    "pending",
    "1 of 2 needed approvals",
    { approvals: 2 },
  ],
  [
    "one person approving twice, with another login, is one person",
    snapshot({
      reviews: [
        review("ann", "APPROVED", { user: user("ann", 7) }),
        review("ben", "APPROVED", { user: user("ben", 7) }),
      ],
    }),
    "pending",
    "1 of 2 needed approvals",
    { approvals: 2 },
  ],
  [
    "somebody who took over the requester's login is somebody else",
    snapshot({
      origin: { ...fixOrigin, requesters: [user("rita", 7)] },
      reviews: [review("rita", "APPROVED", { user: user("rita", 8) })],
    }),
    "pass",
    "The review by `rita` counts",
  ],
  [
    "somebody who took over a contributor's and the failing author's login is somebody else",
    snapshot({
      origin: { ...fixOrigin, pushers: [user("ann", 7)], failingAuthor: user("ann", 7) },
      commits: [commit({ author: user("ann", 7) })],
      reviews: [review("ann", "APPROVED", { user: user("ann", 8) })],
    }),
    "pass",
    "The review by `ann` counts",
    { failingAuthor: true },
  ],
  [
    "a pusher under a new login",
    snapshot({
      origin: { ...fixOrigin, pushers: [user("old-ann", 7)] },
      reviews: [review("ann", "APPROVED", { user: user("ann", 7) })],
    }),
    "pending",
    "the same person pushed to its branch",
  ],
  [
    "the author of the failing commit under a new login",
    snapshot({
      origin: { ...fixOrigin, failingAuthor: user("old-ann", 7) },
      reviews: [review("ann", "APPROVED", { user: user("ann", 7) })],
    }),
    "pending",
    "they wrote the commit that failed",
    { failingAuthor: true },
  ],
  [
    "a requester of whom only the login is known",
    snapshot({ reviews: [review("rita", "APPROVED", { user: user("rita", 8) })] }),
    "pending",
    "they asked for this fix",
  ],
  ["two people", snapshot({ reviews: [...approved, review("ben", "APPROVED")] }), "pass", "2 of 2", { approvals: 2 }],
  [
    "the latest review decides, whatever the order of the list",
    snapshot({
      reviews: [review("ann", "APPROVED", { submittedAt: 9 }), review("ann", "CHANGES_REQUESTED", { submittedAt: 8 })],
    }),
    "pass",
    "counts",
  ],
  [
    "a comment after an approval changes nothing",
    snapshot({ reviews: [...approved, review("ann", "COMMENTED")] }),
    "pass",
    "counts",
  ],
  [
    "a dismissed approval",
    snapshot({ reviews: [review("ann", "DISMISSED", { dismissed: { was: "APPROVED", by: user("ben") } })] }),
    "pending",
    "it was dismissed",
  ],
  ["a deleted account", snapshot({ reviews: [review(null, "APPROVED")] }), "pending", "an account that is deleted"],
  ["the opener", snapshot({ pull: { author: user("ann") } }), "pending", "they opened the pull request"],
  [
    "a role that the policy finds too low",
    snapshot(),
    "pending",
    "their role is write, and maintain is needed",
    { role: "maintain" },
  ],
  [
    "a member of a team, whatever the case",
    snapshot({ people: { ...people, ann: person("write", ["Security"]) } }),
    "pass",
    "counts",
    { teams: ["security"] },
  ],
  [
    "pushers may approve where the policy lets them",
    snapshot({ commits: [commit({ author: user("ann") })] }),
    "pass",
    "counts",
    { pushers: false },
  ],
  [
    "the author of the failing commit is unknown",
    snapshot({ origin: { ...fixOrigin, failingAuthor: unknown("404") } }),
    "unknown",
    "(`404`)",
    { failingAuthor: true },
  ],
  [
    "the author of the failing commit does not matter by default",
    snapshot({ origin: { ...fixOrigin, failingAuthor: user("ann") } }),
    "pass",
    "counts",
  ],
  ["somebody nothing is known about", snapshot({ people: {} }), "unknown", "nothing is known"],
  [
    "somebody named like a part of every object",
    snapshot({ reviews: [review("constructor", "APPROVED")] }),
    "unknown",
    "nothing is known",
  ],
  [
    "what is unknown does not matter where enough others approved",
    snapshot({ reviews: [...approved, review("x", "APPROVED")] }),
    "pass",
    "1 of 1",
  ],
  [
    "what is unknown does not matter where it could not suffice",
    snapshot({ reviews: [review("x", "APPROVED")] }),
    "pending",
    "0 of 2",
    { approvals: 2 },
  ],
  [
    "one that is dated after the decision",
    snapshot({ reviews: [review("ann", "APPROVED", { submittedAt: decidedAt + 600_000 })] }),
    "pending",
    "dated in the future",
  ],
  [
    "a clock that is a little ahead",
    snapshot({ reviews: [review("ann", "APPROVED", { submittedAt: decidedAt + 60_000 })] }),
    "pass",
    "counts",
  ],
]);
