import { unknown } from "../../src/domain/fact.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { bot, commit, person, review, sha, snapshot, user } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

const people = snapshot().people;
const approved = [review("ann", "APPROVED")];

const objection = review("mona", "CHANGES_REQUESTED");
function dismissedBy(by: Snapshot["pull"]["author"]) {
  return review("mona", "DISMISSED", { dismissed: { was: "CHANGES_REQUESTED", by } });
}

testCondition("changes-requested", [
  ["by a maintainer", snapshot({ reviews: [...approved, objection] }), "fail", "`mona` asks for changes"],
  [
    "by somebody unknown",
    snapshot({ reviews: [...approved, review("x", "CHANGES_REQUESTED")] }),
    "fail",
    "`x` asks for changes",
  ],
  [
    "by a deleted account",
    snapshot({ reviews: [...approved, review(null, "CHANGES_REQUESTED")] }),
    "fail",
    "`a deleted account` asks",
  ],
  [
    "by somebody without a say",
    snapshot({
      reviews: [...approved, review("eve", "CHANGES_REQUESTED")],
      people: { ...people, eve: person("read") },
    }),
    "pass",
    "has no write access",
  ],
  [
    "for an older commit",
    snapshot({ reviews: [...approved, { ...objection, commit: sha("b") }] }),
    "fail",
    "asks for changes",
  ],
  [
    "ended by their own approval",
    snapshot({ reviews: [objection, review("mona", "APPROVED")] }),
    "pass",
    "Nobody with a say",
  ],
  [
    "taken back by themselves",
    snapshot({ reviews: [...approved, dismissedBy(user("Mona"))] }),
    "pass",
    "took that back",
  ],
  [
    "dismissed by somebody who may",
    snapshot({ reviews: [...approved, dismissedBy(user("max"))], people: { ...people, max: person("maintain") } }),
    "pass",
    "whose role is maintain",
  ],
  [
    "dismissed by somebody the policy finds too low",
    snapshot({ reviews: [...approved, dismissedBy(user("ben"))] }),
    "fail",
    "maintain is needed",
  ],
  [
    "dismissed by a bot",
    snapshot({ reviews: [...approved, dismissedBy(bot("x[bot]"))] }),
    "fail",
    "which is no person",
  ],
  [
    "dismissed by a contributor",
    snapshot({
      reviews: [...approved, dismissedBy(user("max"))],
      people: { ...people, max: person("admin") },
      commits: [commit({ author: user("max") })],
    }),
    "fail",
    "had a hand in the changes",
  ],
  [
    "dismissed by a deleted account",
    snapshot({ reviews: [...approved, dismissedBy(null)] }),
    "fail",
    "somebody unknown",
  ],
  [
    "dismissed by somebody whose role cannot be read",
    snapshot({ reviews: [...approved, dismissedBy(user("x"))] }),
    "fail",
    "could not be read",
  ],
  [
    "dismissed, and nobody knows what it was",
    snapshot({ reviews: [...approved, review("mona", "DISMISSED", { dismissed: unknown("no event") })] }),
    "unknown",
    "(`no event`)",
  ],
  [
    "dismissed, and nothing was read",
    snapshot({ reviews: [...approved, review("mona", "DISMISSED")] }),
    "unknown",
    "nothing was read",
  ],
]);
