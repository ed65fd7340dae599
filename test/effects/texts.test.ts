import { describe, expect, test } from "vitest";
import type { Incident, State } from "../../src/domain/incident.ts";
import { reasonCodes, reasons } from "../../src/domain/reason.ts";
import { progressText, statusText } from "../../src/effects/progress-text.ts";
import { proofOutputs, proofText } from "../../src/effects/proof-text.ts";
import { branchName, commitMessage, pullBody, pullTitle } from "../../src/effects/pull-text.ts";
import { samplePatch, samplePolicy, sampleProof, samplePull } from "../support/events.ts";
import { sampleIncident } from "../support/incident.ts";

const patch = samplePatch(1);
const run = {
  command: "node --test 'test/x.test.js'",
  tree: patch.tree,
  exitCode: 1,
  ms: 1234,
  outputHash: "ab",
  tail: "not ok 1 - it breaks",
};
const proof = {
  ...sampleProof,
  before: run,
  after: { ...run, exitCode: 0 },
  verify: [{ ...run, command: "npm test", exitCode: 0 }],
};

const at = (state: State, more: Partial<Incident> = {}): Incident => ({ ...sampleIncident(), state, ...more });
const tries = { attempt: 2, automatic: 2, ci: 0 };

describe("the pull request's title and branch", () => {
  test("the title is a conventional fix and never doubles the prefix", () => {
    expect(pullTitle(patch)).toBe("fix: guard against it");
    expect(pullTitle({ report: { ...patch.report, title: "fix(parser): guard\n  against it" } })).toBe(
      "fix: guard against it",
    );
    expect(pullTitle({ report: { ...patch.report, title: " " } })).toBe("fix: repair the reported failure");
    expect(pullTitle({ report: { ...patch.report, title: "x".repeat(200) } })).toHaveLength(5 + 66);
  });

  test.each([
    ["It breaks: parse('__proto__')!", "self-heal/abcd1234-it-breaks-parse-proto"],
    ["日本語", "self-heal/abcd1234-fix"],
    ["../../etc; rm -rf /", "self-heal/abcd1234-etc-rm-rf"],
    ["Überraschung", "self-heal/abcd1234-u-berraschung"],
  ])("the branch of %j is %s", (title, branch) => {
    const incident = sampleIncident();
    expect(branchName({ ...incident, signal: { ...incident.signal, title } })).toBe(branch);
  });
});

describe("the pull request's body", () => {
  const body = pullBody(sampleIncident(), patch, proof);

  test("has every part a reviewer needs", () => {
    expect(body).toMatch(/^Fixes #7\n/);
    for (const title of [
      "What broke",
      "Root cause",
      "What changed and why",
      "Proof",
      "What the agent did not check",
      "Cost",
      "Next",
    ])
      expect(body).toContain(`## ${title}\n`);
    expect(body).toContain(
      "| before (base + the fix's tests) | `node --test 'test/x.test.js'` | exit 1 | must fail | 1.2 s |",
    );
    expect(body).toContain("/self-heal retry");
    expect(body).toContain("1 turns, 1 tokens in (0 from cache), 1 out, $0.0000, 0.0 minutes, model `m`.");
  });

  test("the agent's words cannot notify people, hide text or close other issues", () => {
    const words = "cc @octocat, fixes #1 and closes owner/repo#2 <!-- hidden --> <img src=x> me@example.com";
    const text = pullBody(sampleIncident(), { ...patch, report: { ...patch.report, rootCause: words } }, proof);
    expect(text).not.toMatch(/(^|\W)@octocat/);
    expect(text).not.toMatch(/fixes #1\b/);
    expect(text).not.toMatch(/closes owner\/repo#2/);
    expect(text).not.toContain("hidden");
    expect(text).not.toContain("<img");
    expect(text).toContain("me@example.com");
  });

  test("the reported text stays inside its block", () => {
    const incident = sampleIncident();
    const text = pullBody(
      { ...incident, signal: { ...incident.signal, message: "```\n# not a heading\n@octocat" } },
      patch,
      proof,
    );
    expect(text).toContain("````text\n```\n# not a heading");
  });

  test("is cut before GitHub refuses it", () => {
    const long = "y".repeat(8_000);
    const files = Array.from({ length: 900 }, (_, index) => ({
      ...(patch.files[0] ?? sampleFile),
      path: `src/${index}-${"z".repeat(80)}.js`,
    }));
    expect(
      pullBody(sampleIncident(), { ...patch, files, report: { ...patch.report, rootCause: long } }, proof).length,
    ).toBeLessThan(65_536);
  });
});

const sampleFile = {
  path: "x",
  change: "added",
  oldMode: "000000",
  mode: "100644",
  binary: false,
  added: 1,
  removed: 0,
  bytes: 1,
} as const;

test("the commit refers to the issue and does not close it by itself", () => {
  const message = commitMessage(sampleIncident(), patch, proof);
  expect(message).toMatch(/^fix: guard against it\n\nr\n/);
  expect(message).toContain("Refs #7");
  expect(message).not.toMatch(/(fixes|closes) #7/i);
});

describe("the progress comment", () => {
  test("says for every reason why, and what a human can do next", () => {
    for (const reason of reasonCodes.filter((code) => code !== "healed")) {
      const text = progressText(at({ phase: "closed", outcome: "gaveUp", reason, note: "some details" }));
      expect(text).toContain(`Reason: \`${reason}\`. ${reasons[reason].next}`);
      expect(text).toContain("some details");
    }
  });

  test("fits every phase", () => {
    const sha = samplePull.head;
    const states: State[] = [
      { phase: "triaging" },
      { phase: "held", reason: "ci-red", note: "", tries, pull: samplePull },
      { phase: "fixing", tries },
      { phase: "proving", tries, patch },
      { phase: "proposing", tries, patch, proof },
      { phase: "checking", tries, pull: samplePull },
      { phase: "awaitingApproval", tries, pull: samplePull },
      { phase: "merging", tries, pull: samplePull, approvedBy: "ada" },
      { phase: "watching", pull: samplePull, mergeSha: sha },
      { phase: "reverting", pull: samplePull, mergeSha: sha, revert: 9 },
      { phase: "reverting", pull: samplePull, mergeSha: sha, askedBy: "ada" },
      { phase: "closed", outcome: "healed", reason: "healed", note: "the failure stayed away", pull: samplePull },
    ];
    for (const state of states) {
      const text = progressText(at(state, { proof }));
      expect(text).toMatch(/^### Self-Heal: \S/);
      expect(text).not.toMatch(/undefined|\[object/);
      expect(statusText(at(state))).toContain(`\`${state.phase}\``);
    }
  });

  test.each([
    [{ phase: "held", reason: "observing", note: "n", tries }, ["stop", "hold [reason]", "go"]],
    [{ phase: "held", reason: "ci-red", note: "n", tries }, ["retry [guidance]", "stop", "hold [reason]", "go"]],
    [{ phase: "fixing", tries }, ["stop", "hold [reason]"]],
    [{ phase: "watching", pull: samplePull, mergeSha: samplePull.head }, ["stop", "explain", "revert [reason]"]],
  ] as const)("lists the commands that make sense in %j", (state, names) => {
    const footer = progressText(at(state)).split("\n").at(-1);
    const both = ["not-a-bug [reason]", "take-over", "help"];
    expect(
      footer
        ?.match(/`[^`]+`/g)
        ?.slice(2)
        .sort(),
    ).toEqual([...names, ...both].map((name) => `\`${name}\``).sort());
  });

  test.each([
    ["asked", "A revert is being prepared."],
    [9, "A revert is proposed in #9."],
    ["failed", "Comment `/self-heal revert` to try again, or revert #1 by hand."],
  ] as const)("says how the revert of a closed incident goes: %s", (revert, text) => {
    const closed = { phase: "closed", outcome: "healed", reason: "healed", note: "n" } as const;
    expect(progressText(at({ ...closed, pull: samplePull, mergeSha: samplePull.head, revert }))).toContain(text);
    expect(progressText(at({ ...closed, pull: samplePull }))).not.toContain("revert");
  });

  test("status says who must do what next", () => {
    const waiting = at({ phase: "awaitingApproval", tries, pull: samplePull });
    expect(statusText(waiting)).toContain("and somebody must merge it.");
    const auto = { ...waiting, policy: { ...samplePolicy, merge: "auto" } } as const;
    expect(statusText(auto)).toContain("then Self-Heal merges it.");
    const held = at({ phase: "held", reason: "on-hold", note: "put on hold by @ada", tries });
    expect(statusText(held)).toContain("Comment `/self-heal go`");
  });

  test("names the pull request and the verdict while it is reviewed", () => {
    const text = progressText(at({ phase: "awaitingApproval", tries, pull: samplePull }, { proof }));
    expect(text).toContain("#1 waits for a human's review");
    expect(text).toContain("**proven**");
  });
});

test("a proof that rejected shows its findings; outputs are indented so that nothing can end them", () => {
  const text = proofText({
    ...proof,
    verdict: "rejected",
    findings: [{ rule: "protected-path", path: ".github/x", message: ".github/x is protected" }],
  });
  expect(text).toContain("- `protected-path`: .github/x is protected");
  expect(proofOutputs({ ...proof, before: { ...run, tail: "```\n# x" } })).toContain("    ```\n    # x");
});
