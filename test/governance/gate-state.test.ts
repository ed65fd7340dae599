import { fixOrigin, snapshot } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

testCondition("state", [
  ["closed", snapshot({ pull: { state: "closed" } }), "fail", "is closed"],
  ["draft", snapshot({ pull: { draft: true } }), "pending", "is a draft"],
  [
    "merged, whatever else it is",
    snapshot({ pull: { state: "closed", merged: true, draft: true } }),
    "pass",
    "merged already",
  ],
]);

testCondition("hold", [
  [
    "a person let it rest",
    snapshot({ origin: { ...fixOrigin, onHold: "ann: after the release" } }),
    "pending",
    "`ann: after the release`",
  ],
  ["without a reason", snapshot({ origin: { ...fixOrigin, onHold: "" } }), "pending", "It is on hold"],
]);

testCondition("base", [["a fork", snapshot({ pull: { fork: true } }), "fail", "in a fork"]]);

testCondition("policy", [
  [
    "the last good one is in force, and said to be",
    snapshot({ policy: { state: "last-good", note: "line 3" } }),
    "pass",
    "`line 3`",
  ],
  ["unknown", snapshot({ policy: { state: "unknown", note: "502" } }), "unknown", "could not be read"],
]);
