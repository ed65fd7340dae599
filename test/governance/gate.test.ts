import { expect, test } from "vitest";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { bot, check, commit, snapshot, user } from "../support/snapshot.ts";
import { decide, testCondition } from "./gate-table.ts";

testCondition("origin", [
  [
    "a person's is none of its business",
    snapshot({ origin: { kind: "person" }, pull: { author: user("x") } }),
    "pass",
    "judges fixes only",
  ],
  [
    "another bot's is not judged by default",
    snapshot({ origin: { kind: "bot" }, pull: { author: bot("b[bot]") } }),
    "pass",
    "judges fixes only",
  ],
  [
    "a person's, where bots are judged, too",
    snapshot({ origin: { kind: "person" }, pull: { author: user("x") } }),
    "pass",
    "A person opened it",
    { scope: "bots" },
  ],
  [
    "a deleted account may have been a bot",
    snapshot({ origin: { kind: "person" }, pull: { author: null } }),
    "unknown",
    "may be a machine's",
    { scope: "bots" },
  ],
  [
    "a person with the App's name is not the App",
    snapshot({ origin: { kind: "person" }, pull: { author: user("self-heal[bot]") } }),
    "pass",
    "judges fixes only",
  ],
]);

test.each<[string, Snapshot["origin"]]>([
  ["as a bot's", { kind: "bot" }],
  ["as a person's, by its author's type", { kind: "person" }],
])("a bot's pull request is judged where the policy says so: remembered %s", (_, origin) => {
  const given = snapshot({
    origin,
    pull: { author: bot("renovate[bot]") },
    commits: [commit({ author: bot("renovate[bot]") })],
  });
  expect(decide(given, { scope: "bots" })).toMatchObject({ decision: "pass", approvedBy: ["ann"] });
  expect(decide({ ...given, reviews: [] }, { scope: "bots" }).decision).toBe("pending");
  const unsigned = [commit({ author: bot("renovate[bot]"), verified: false })];
  expect(decide({ ...given, commits: unsigned }, { scope: "bots" }).decision).toBe("fail");
  const imported = [commit({ author: { login: "old-name", type: "Mannequin" } })];
  expect(decide({ ...given, commits: imported }, { scope: "bots" }).decision).toBe("fail");
});

test("the summary names the first of what decides, and the reasons name the pull request", () => {
  const decided = decide(snapshot({ pull: { state: "closed" }, checks: [check("test", "failure")] }));
  expect(decided.summary).toBe(
    "It must not be merged: It is closed. Reopen it, or let Self-Heal try again. (and 1 more)",
  );
  expect(decided.reasons.text).toBe(`#12 into \`main\`. ${decided.summary}`);
  expect(decide(snapshot()).summary).toBe("It may be merged: approved by `ann`, and every condition holds.");
});
