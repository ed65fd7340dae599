import { bot, commit, fixOrigin, sha, snapshot, user } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

testCondition("provenance", [
  ["no commits at all", snapshot({ commits: [] }), "unknown", "do not end with the head"],
  [
    "a co-author without an account is told",
    snapshot({ commits: [commit({ coAuthors: [{ text: "Eve <e@x.org>" }] })] }),
    "pass",
    "which no account could be found for",
  ],
  [
    "unsigned, and a person pushed",
    snapshot({
      commits: [commit({ author: user("ben"), committer: user("ben"), verified: false })],
      origin: { ...fixOrigin, pushers: [user("ben")] },
    }),
    "pass",
    "`ben` pushed to the branch",
  ],
  [
    "unsigned, and only a bot is known to have pushed",
    snapshot({
      commits: [commit({ author: user("ben"), committer: user("ben"), verified: false })],
      origin: { ...fixOrigin, pushers: [bot("github-actions[bot]")] },
    }),
    "fail",
    "who pushed it is not known",
  ],
]);

testCondition("proof", [
  ["the head is proven", snapshot(), "pass", "proved this head: proven"],
  [
    "the head moved after the proof",
    snapshot({ origin: { ...fixOrigin, provenHead: sha("b") } }),
    "pass",
    "counts as unproven",
  ],
]);
