import { expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { decidedAt, file, snapshot } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

testCondition("protected-paths", [
  ["the policy's own", snapshot({ files: [file("AGENTS.md")] }), "fail", "protected by `**/AGENTS.md`"],
  ["submodules", snapshot({ files: [file(".gitmodules")] }), "fail", "`.gitmodules`"],
]);

test("a protected path of the policy that cannot be read protects everything", () => {
  const policy = Policy.parse({ paths: { protected: ["src/{a"] } });
  expect(decideGate(snapshot(), policy, decidedAt).decision).toBe("fail");
});
