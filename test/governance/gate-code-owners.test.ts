import { unknown } from "../../src/domain/fact.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { file, person, review, snapshot } from "../support/snapshot.ts";
import { testCondition } from "./gate-table.ts";

const people = snapshot().people;
const approved = [review("ann", "APPROVED")];

function owned(codeOwners: Snapshot["codeOwners"], more: Partial<Snapshot> = {}): Snapshot {
  return { ...snapshot({ codeOwners, ...more }) };
}

testCondition("code-owners", [
  ["none of the files has an owner", owned("/docs/ @x\n"), "pass", "has an owner"],
  ["an owner approved", owned("* @Ann"), "pass", "approved by `ann`"],
  ["another owner must approve", owned("* @ben"), "pending", "belongs to `@ben`: one of them must approve"],
  [
    "the requester owns it all and cannot approve",
    owned("* @rita", { reviews: [...approved, review("rita", "APPROVED")] }),
    "pending",
    "one of them must approve",
  ],
  ["the last line decides", owned("* @ann\n/src/ @ben"), "pending", "`/src/`"],
  [
    "a team of this organisation",
    owned("* @ACME/Core", { people: { ...people, ann: person("write", ["core"]) } }),
    "pass",
    "approved by `ann`",
  ],
  [
    "a team of another organisation",
    owned("* @other/core", { people: { ...people, ann: person("write", ["core"]) } }),
    "unknown",
    "cannot be known",
  ],
  ["an e-mail address might be the approver's", owned("* a@x.org"), "unknown", "cannot be known"],
  [
    "an e-mail address does not matter where another owner approved",
    owned("* a@x.org @ann"),
    "pass",
    "approved by `ann`",
  ],
  [
    "an e-mail address does not matter where nobody approved",
    owned("* a@x.org", { reviews: [] }),
    "pending",
    "must approve",
  ],
  [
    "an owner whose role is unknown",
    owned("* @x", { reviews: [...approved, review("x", "APPROVED")] }),
    "unknown",
    "cannot be known",
  ],
  [
    "where a file came from counts, too",
    owned("/old/ @ben", { files: [file("new/a", { previousPath: "old/a" })] }),
    "pending",
    "such as `old/a`",
  ],
  ["the file cannot be read", owned(unknown("502")), "unknown", "`502`"],
  ["the policy does not ask", owned("* @ben"), "pass", "does not ask", { codeOwners: false }],
  ["larger than GitHub reads", owned(`* @ben\n${"#".repeat(3 * 1024 * 1024)}`), "pass", "larger than 3 MB"],
  ["lines that GitHub skips are told", owned("* @ann\n[a] @ben"), "pass", "line 2"],
]);
