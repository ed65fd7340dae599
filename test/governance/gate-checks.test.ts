import { unknown } from "../../src/domain/fact.ts";
import { check, snapshot } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

const test15368 = { name: "test", app: 15368, source: "ruleset Main" };

testCondition("checks", [
  ["none is required", snapshot({ requiredChecks: [] }), "pass", "No checks are required"],
  ["missing", snapshot({ checks: [] }), "pending", "is missing"],
  ["running", snapshot({ checks: [{ ...check("test", null), status: "in_progress" }] }), "pending", "is running"],
  ["failed", snapshot({ checks: [check("test", "timed_out")] }), "fail", "ended as `timed_out`"],
  ["action required", snapshot({ checks: [check("test", "action_required")] }), "pending", "action_required"],
  ["completed without a conclusion", snapshot({ checks: [check("test", null)] }), "unknown", "without a result"],
  [
    "the policy's own",
    snapshot({ checks: [check("test")] }),
    "pending",
    "`lint` (not pinned to an App, required by `the policy`) is missing",
    { checks: [{ name: "lint" }] },
  ],
  [
    "the policy's own, pinned",
    snapshot({ checks: [check("test"), check("lint", "success", 9)] }),
    "pending",
    "does not count",
    { checks: [{ name: "lint", app: 8 }] },
  ],
  [
    "any source where it is not pinned, and all of them",
    snapshot({
      checks: [check("test", "success", 1), check("test", "failure", 2)],
      requiredChecks: [{ ...test15368, app: null }],
    }),
    "fail",
    "not pinned",
  ],
  [
    "a failed status spoils a pinned check of its name",
    snapshot({ checks: [check("test"), check("test", "failure", null)] }),
    "fail",
    "ended as `failure`",
  ],
  [
    "the gate does not wait for itself",
    snapshot({ requiredChecks: [{ name: "self-heal/approval (main)", app: 4711, source: "r" }] }),
    "pass",
    "No checks are required",
  ],
  [
    "the gate's name pinned to another App is another check",
    snapshot({ requiredChecks: [{ name: "self-heal/approval (main)", app: 5, source: "r" }] }),
    "pending",
    "of App 5",
  ],
  [
    "several rules name the same check",
    snapshot({ requiredChecks: [test15368, { ...test15368, source: "branch protection" }] }),
    "pass",
    "1 of 1 required check",
  ],
  [
    "what is required is unknown, and what the policy wants failed",
    snapshot({ requiredChecks: unknown("403"), checks: [check("lint", "failure")] }),
    "fail",
    "`403`",
    { checks: [{ name: "lint" }] },
  ],
  ["the results are unknown", snapshot({ checks: unknown("502") }), "unknown", "`502`"],
]);
