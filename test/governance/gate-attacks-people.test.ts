import { unknown } from "../../src/domain/fact.ts";
import { bot, commit, fixOrigin, person, review, sha, snapshot, user } from "../support/snapshot.ts";
import { testAttacks } from "./gate-table.ts";
import type { Attack } from "./gate-table.ts";

const people = snapshot().people;

/**
 * Known attacks on approval gates, numbered as in SECURITY.md, as far as the decision itself defeats them.
 * These are about people: who approves, who made the changes.
 */
const rows: Attack[] = [
  [
    "1 second bot or machine account approves: a bot",
    snapshot({ reviews: [review("ann", "APPROVED", { user: bot("renovate[bot]") })] }),
    "pending",
    "approvals",
  ],
  [
    "1 second bot or machine account approves: a user by type, listed as a machine",
    snapshot({ reviews: [review("Ann", "APPROVED")] }),
    "pending",
    "approvals",
    { ignore: ["aNN"] },
  ],
  [
    "2 Actions token approves",
    snapshot({ reviews: [review("x", "APPROVED", { user: bot("github-actions[bot]") })] }),
    "pending",
    "approvals",
  ],
  [
    "2 Actions token approves: with a type that lies",
    snapshot({
      reviews: [review("github-actions[bot]", "APPROVED")],
      people: { ...people, "github-actions[bot]": person("admin") },
    }),
    "pending",
    "approvals",
  ],
  ["3 requester approves own request", snapshot({ reviews: [review("RITA", "APPROVED")] }), "pending", "approvals"],
  [
    "3 requester approves own request: under a new login",
    snapshot({
      origin: { ...fixOrigin, requesters: [user("rita", 7)] },
      reviews: [review("ann", "APPROVED", { user: user("ann", 7) })],
    }),
    "pending",
    "approvals",
  ],
  [
    "3 requester approves own request: under a new login, while somebody else has the old one",
    snapshot({
      origin: { ...fixOrigin, requesters: [user("rita", 7)] },
      reviews: [
        review("rita", "APPROVED", { user: user("rita", 8) }),
        review("ann", "APPROVED", { user: user("ann", 7) }),
      ],
    }),
    "pending",
    "approvals",
    { approvals: 2 },
  ],
  [
    "3 requester approves own request: the author of the commit that failed",
    snapshot({ origin: { ...fixOrigin, failingAuthor: user("ann") } }),
    "pending",
    "approvals",
    { failingAuthor: true },
  ],
  [
    "4 approve, then push",
    snapshot({ reviews: [review("ann", "APPROVED", { commit: sha("b") })] }),
    "pending",
    "approvals",
  ],
  [
    "4 approve, then push: the reviewed commit is lost by a force push",
    snapshot({ reviews: [review("ann", "APPROVED", { commit: null })] }),
    "pending",
    "approvals",
  ],
  [
    "5 bot exempt-list abuse: a forged commit by the App",
    snapshot({ commits: [commit({ verified: false })], origin: { ...fixOrigin, pushers: [user("eve")] } }),
    "fail",
    "provenance",
  ],
  [
    "5 bot exempt-list abuse: a commit by another bot",
    snapshot({ commits: [commit({ author: bot("dependabot[bot]") })] }),
    "fail",
    "provenance",
  ],
  [
    "6 update-branch smuggling: who resolved the conflict cannot approve it",
    snapshot({
      commits: [commit({ sha: sha("b") }), commit({ author: user("ann"), parents: [sha("b"), sha("c")] })],
      origin: { ...fixOrigin, provenHead: sha("b") },
    }),
    "pending",
    "approvals",
  ],
  [
    "6 update-branch smuggling: the approval is for the head before the merge",
    snapshot({
      pull: { head: sha("d") },
      commits: [commit(), commit({ sha: sha("d"), author: user("ben"), parents: [sha("a"), sha("c")] })],
    }),
    "pending",
    "approvals",
  ],
  [
    "7 commits via the second parent of a merge count",
    snapshot({
      commits: [
        commit({ sha: sha("b") }),
        commit({ sha: sha("c"), author: user("ann"), committer: user("ann"), parents: [sha("e")] }),
        commit({ author: user("ben"), parents: [sha("b"), sha("c")] }),
      ],
    }),
    "pending",
    "approvals",
  ],
  [
    "8 Co-authored-by hides a contributor",
    snapshot({ commits: [commit({ coAuthors: [{ login: "Ann", text: "Ann <1+ann@users.noreply.github.com>" }] })] }),
    "pending",
    "approvals",
  ],
  [
    "8 Co-authored-by names a login that was changed since",
    snapshot({
      commits: [commit({ coAuthors: [{ id: 7, login: "old-ann", text: "A <7+old-ann@users.noreply.github.com>" }] })],
      reviews: [review("ann", "APPROVED", { user: user("ann", 7) })],
    }),
    "pending",
    "approvals",
  ],
  [
    "8 Co-authored-by names a false id with the login",
    snapshot({
      commits: [commit({ coAuthors: [{ id: 8, login: "ann", text: "A <8+ann@users.noreply.github.com>" }] })],
      reviews: [review("ann", "APPROVED", { user: user("ann", 7) })],
    }),
    "pending",
    "approvals",
  ],
  ["9 unknown commit e-mail: the author", snapshot({ commits: [commit({ author: null })] }), "fail", "provenance"],
  [
    "9 unknown commit e-mail: the committer",
    snapshot({ commits: [commit({ committer: null })] }),
    "fail",
    "provenance",
  ],
  [
    "9 spoofed commit e-mail: unsigned, and nobody knows who pushed",
    snapshot({ commits: [commit({ author: user("ben"), committer: user("ben"), verified: false })] }),
    "fail",
    "provenance",
  ],
  [
    "9 spoofed commit e-mail: unsigned under another name, by whoever pushed it",
    snapshot({
      commits: [commit({ author: user("ben"), committer: user("ben"), verified: false })],
      origin: { ...fixOrigin, pushers: [user("Ann")] },
    }),
    "pending",
    "approvals",
  ],
  [
    "10 web-flow committer: an edit on GitHub's pages is its author's",
    snapshot({ commits: [commit({ author: user("ann") })] }),
    "pending",
    "approvals",
  ],
  [
    "10 web-flow committer: claimed without GitHub's signature",
    snapshot({ commits: [commit({ author: user("ben"), verified: false })] }),
    "fail",
    "provenance",
  ],
  [
    "11 review by a person without write",
    snapshot({ people: { ...people, ann: person("triage") } }),
    "pending",
    "approvals",
  ],
  [
    "11 review by a person without write: removed since",
    snapshot({ people: { ...people, ann: person("none") } }),
    "pending",
    "approvals",
  ],
  [
    "11 review by a person whose permission cannot be read",
    snapshot({ people: { ...people, ann: person(unknown("403")) } }),
    "unknown",
    "approvals",
  ],
  [
    "12 changes requested, dismissed by anybody with write",
    snapshot({
      reviews: [
        review("ann", "APPROVED"),
        review("mona", "DISMISSED", { dismissed: { was: "CHANGES_REQUESTED", by: user("ben") } }),
      ],
    }),
    "fail",
    "changes-requested",
  ],
  [
    "12 changes requested, dismissed by the requester, though an administrator",
    snapshot({
      reviews: [
        review("ann", "APPROVED"),
        review("mona", "DISMISSED", { dismissed: { was: "CHANGES_REQUESTED", by: user("rita") } }),
      ],
    }),
    "fail",
    "changes-requested",
  ],
  [
    "12 changes requested, dismissed by somebody who has the reviewer's old login now",
    snapshot({
      reviews: [
        review("ann", "APPROVED"),
        review("mona", "DISMISSED", {
          user: user("ben", 7),
          dismissed: { was: "CHANGES_REQUESTED", by: user("ben", 8) },
        }),
      ],
    }),
    "fail",
    "changes-requested",
  ],
  [
    "12 changes requested, dismissed by the requester, under a new login",
    snapshot({
      origin: { ...fixOrigin, requesters: [user("rita", 7)] },
      reviews: [
        review("ann", "APPROVED"),
        review("ben", "DISMISSED", { dismissed: { was: "CHANGES_REQUESTED", by: user("mona", 7) } }),
      ],
    }),
    "fail",
    "changes-requested",
  ],
  [
    "12 changes requested, dismissed: an older approval of the same person does not come back",
    snapshot({
      reviews: [
        review("ann", "APPROVED"),
        review("ann", "DISMISSED", { dismissed: { was: "CHANGES_REQUESTED", by: user("mona") } }),
      ],
    }),
    "pending",
    "approvals",
  ],
];

testAttacks(rows);
