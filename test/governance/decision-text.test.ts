import { expect, test } from "vitest";
import type { Decision, Reason } from "../../src/domain/decision.ts";
import { unknown } from "../../src/domain/fact.ts";
import { decisionText } from "../../src/governance/decision-text.ts";
import { check, commit, review, sha, snapshot, user } from "../support/snapshot.ts";
import { decide } from "./gate-table.ts";

function decisionOf(reasons: Reason): Decision {
  return { decision: reasons.outcome, summary: "", reasons, approvedBy: [], head: sha("a"), base: "main" };
}

test("a decision is a list with a line for each reason", () => {
  const given = snapshot({
    codeOwners: "/src/ @ann\n/test/ @acme/qa",
    reviews: [review("ann", "APPROVED"), review("rita", "APPROVED")],
    checks: [check("test", "skipped")],
  });
  expect(decisionText(decide(given))).toMatchInlineSnapshot(`
    "- ❌ #12 into \`main\`. It must not be merged: 0 of 1 required check succeeded.
      - ✅ It is open and ready for review.
      - ✅ It aims at \`main\`, for which it was proposed.
      - ✅ The policy in force is valid.
      - ✅ Who made the 1 commit is known: by Self-Heal.
      - ✅ Self-Heal proved this head: proven.
      - ✅ None of the 2 changed paths is protected.
      - ✅ 1 of 1 needed approval.
        - ✅ The review by \`ann\` counts, for the head \`aaaaaaa\`.
        - ❌ The review by \`rita\` does not count: they asked for this fix.
      - ✅ Nobody with a say asks for changes.
      - ⏳ An owner of each changed file must approve.
        - ✅ \`/src/\` (1 file, such as \`src/cart.ts\`) belongs to \`@ann\`: approved by \`ann\`.
        - ⏳ \`/test/\` (1 file, such as \`test/cart.test.ts\`) belongs to \`@acme/qa\`: one of them must approve.
      - ❌ 0 of 1 required check succeeded.
        - ❌ \`test\` (of App 15368, required by \`ruleset Main\`) ended as skipped, which is not success."
  `);
});

test("nobody is notified, and nothing but code spans is formatted, whatever the names are", () => {
  const text = decisionText(
    decide(
      snapshot({
        commits: [commit({ coAuthors: [{ text: "Eve @octocat <img src=x>\n# `heading` [a](http://b)" }] })],
        requiredChecks: [{ name: "`@acme/all`\u202E", app: null, source: "@acme/all *bold*" }],
        files: unknown("@acme/all <b>"),
        reviews: [review("@acme", "APPROVED", { user: user("a`@acme/all") })],
      }),
    ),
  );
  // What stands outside of code spans.
  const bare = text.split("\n").map((line) => line.replaceAll(/`[^`]*`/g, ""));
  expect(bare.join("\n")).not.toMatch(/@\w|<|`|\u202E/);
  expect(text).not.toContain("\u202E");
  expect(text.split("\n").every((line) => /^ *- /.test(line))).toBe(true);
});

test("texts from elsewhere are quiet, too", () => {
  const text = "cc @octocat <b>x</b> *y* a`b\nnext";
  expect(decisionText(decisionOf({ rule: "gate", outcome: "fail", text }))).toBe(
    "- ❌ cc @\u200Boctocat &lt;b\\>x&lt;/b\\> \\*y\\* ab next",
  );
});

test("what is too long is cut, and said to be", () => {
  const children = Array.from({ length: 2_000 }, (_, at): Reason => ({
    rule: "x",
    outcome: "pass",
    text: `${at} ${"x".repeat(2_000)}`,
  }));
  const text = decisionText(decisionOf({ rule: "gate", outcome: "pass", text: "many", children }));
  expect(text.length).toBeLessThan(60_000);
  expect(text.split("\n").at(-1)).toMatch(/^… 19\d\d more lines do not fit here\.$/);
});
