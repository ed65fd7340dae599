import { expect, test } from "vitest";
import { RunRecord } from "../../src/domain/proof.ts";
import type { Finding, Verdict } from "../../src/domain/proof.ts";
import { decideVerdict } from "../../src/governance/verdict.ts";
import type { Evidence } from "../../src/governance/verdict.ts";

function run(command: string, exitCode: number | null, more: Partial<RunRecord> = {}): RunRecord {
  return RunRecord.parse({ command, tree: "a".repeat(40), exitCode, ms: 1, outputHash: "", tail: "", ...more });
}

const test1 = "node --test 'a.test.js'";
const suite = "npm test";
const lint = "npm run lint";

const proven: Evidence = {
  findings: [],
  before: run(test1, 1),
  after: run(test1, 0),
  verify: [run(suite, 0)],
  baseline: [],
  oldTests: [run(suite, 0)],
  sameFailure: "yes",
  hasTests: true,
};
const { before: _before, after: _after, ...unreproduced } = proven;
const hung = { killedBy: "timeout" } as const;

type Row = [title: string, verdict: Verdict, reason: string, evidence: Evidence];

const rows: Row[] = [
  ["everything holds", "proven", "its tests fail without the fix and pass with it", proven],
  ["nobody can tell whether it is the same failure", "proven", "its tests fail", { ...proven, sameFailure: "unknown" }],
  [
    "verify fails on the base too",
    "proven",
    "its tests",
    {
      ...proven,
      verify: [run(suite, 0), run(lint, 1)],
      baseline: [run(lint, 1)],
      oldTests: [run(suite, 0), run(lint, 1)],
    },
  ],

  ["another failure before", "verified", "not with the failure that was reported", { ...proven, sameFailure: "no" }],
  [
    "no tests of its own",
    "verified",
    "it brings no test of its own",
    { ...unreproduced, hasTests: false, oldTests: [] },
  ],
  ["no command for its tests", "verified", "could not be run on their own", unreproduced],
  ["its tests pass on the base", "verified", "pass without the fix too", { ...proven, before: run(test1, 0) }],
  [
    "before: the command is missing",
    "verified",
    "could not be run without the fix: `node --test 'a.test.js'` ended with 127",
    { ...proven, before: run(test1, 127), sameFailure: "unknown" },
  ],
  [
    "before: not executable",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 126), sameFailure: "unknown" },
  ],
  [
    "before: timed out",
    "verified",
    "was killed (timeout)",
    { ...proven, before: run(test1, null, hung), sameFailure: "unknown" },
  ],
  [
    "before: killed by a signal",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 137), sameFailure: "unknown" },
  ],
  [
    "before: many failures, counted by the exit code",
    "proven",
    "its tests fail",
    { ...proven, before: run(test1, 200), sameFailure: "unknown" },
  ],
  [
    "before: exit code 128, which is no signal",
    "proven",
    "its tests fail",
    { ...proven, before: run(test1, 128), sameFailure: "unknown" },
  ],
  [
    "before: the runner is not installed",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 1, { tail: "npm error npx canceled due to missing packages" }), sameFailure: "no" },
  ],
  [
    "before: pytest is not installed",
    "verified",
    "could not be run",
    {
      ...proven,
      before: run("python -m pytest -q a.py", 1, { tail: "/usr/bin/python3: No module named pytest" }),
      after: run("python -m pytest -q a.py", 0),
      sameFailure: "no",
    },
  ],
  [
    "before: pytest collected nothing",
    "verified",
    "could not be run",
    { ...proven, before: run("pytest a.py", 5), after: run("pytest a.py", 0), sameFailure: "unknown" },
  ],
  [
    "before: imports what the fix adds",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 1, { tail: "Error: Cannot find module '../src/new.js'" }), sameFailure: "unknown" },
  ],
  [
    "before: the missing module is the failure itself",
    "proven",
    "its tests fail",
    { ...proven, before: run(test1, 1, { tail: "Error: Cannot find module '../src/new.js'" }), sameFailure: "yes" },
  ],
  [
    "before: no tests found",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 1, { tail: "No test files found, exiting with code 1" }), sameFailure: "unknown" },
  ],
  [
    "before: setup failed, so something else was run",
    "verified",
    "not run in the same way",
    { ...proven, before: run(`npm ci # setup before: ${test1}`, 1) },
  ],
  [
    "its tests can be run nowhere",
    "verified",
    "could not be run",
    { ...proven, before: run(test1, 127), after: run(test1, 127), sameFailure: "unknown" },
  ],
  [
    "the suite is mended",
    "verified",
    "it brings no test of its own; `npm test` fails without the fix and passes with it",
    { ...unreproduced, hasTests: false, baseline: [run(suite, 1)], oldTests: [] },
  ],

  ["no verify commands", "unproven", "no verify commands are known", { ...proven, verify: [], oldTests: [] }],
  [
    "all verify commands fail on the base",
    "unproven",
    "every verify command fails on the base too",
    { ...proven, verify: [run(suite, 1)], baseline: [run(suite, 1)], oldTests: [run(suite, 1)] },
  ],
  ["the old tests were not run", "unproven", "the old tests were not run with `npm test`", { ...proven, oldTests: [] }],

  [
    "its tests fail with the fix",
    "rejected",
    "its own tests fail with the fix: `node --test 'a.test.js'` ended with 1",
    { ...proven, after: run(test1, 1) },
  ],
  ["its tests hang with the fix", "rejected", "was killed (timeout)", { ...proven, after: run(test1, null, hung) }],
  ["its tests cannot be run any more", "rejected", "ended with 127", { ...proven, after: run(test1, 127) }],
  [
    "its tests fail and no verify commands are known",
    "rejected",
    "its own tests fail",
    { ...proven, after: run(test1, 1), verify: [], oldTests: [] },
  ],
  [
    "verify fails, the base passes",
    "rejected",
    "it breaks what works without it: `npm test` ended with 1",
    { ...proven, verify: [run(suite, 1)], baseline: [run(suite, 0)] },
  ],
  ["verify fails, the base was not asked", "rejected", "it breaks what works", { ...proven, verify: [run(suite, 1)] }],
  [
    "verify fails, the base ran something else",
    "rejected",
    "it breaks what works",
    { ...proven, verify: [run(suite, 1)], baseline: [run(lint, 1)] },
  ],
  [
    "one of several fails",
    "rejected",
    "`npm run lint` ended with 2",
    { ...proven, verify: [run(suite, 0), run(lint, 2)], baseline: [run(suite, 0), run(lint, 0)] },
  ],
  [
    "verify hangs where the base only fails",
    "rejected",
    "was killed (timeout)",
    { ...proven, verify: [run(suite, null, hung)], baseline: [run(suite, 1)] },
  ],
  [
    "verify vanishes where the base only fails",
    "rejected",
    "ended with 127",
    { ...proven, verify: [run(suite, 127)], baseline: [run(suite, 1)] },
  ],
  [
    "old tests fail",
    "rejected",
    "it passes only with its changes to the tests; with the old ones, `npm test` ended with 1",
    { ...proven, oldTests: [run(suite, 1)], baseline: [run(suite, 0)] },
  ],
  [
    "a red suite is turned green by editing its tests",
    "rejected",
    "only with its changes to the tests",
    { ...proven, oldTests: [run(suite, 1)], baseline: [run(suite, 1)] },
  ],
  [
    "tests are deleted to make the suite pass",
    "rejected",
    "only with its changes to the tests",
    { ...unreproduced, hasTests: false, oldTests: [run(suite, 1)], baseline: [run(suite, 1)] },
  ],
];

test.each(rows)("%s: %s", (_, verdict, reason, evidence) => {
  const decision = decideVerdict(evidence);
  expect(decision.verdict).toBe(verdict);
  expect(decision.reason).toContain(reason);
  expect(decision.code).toBe(verdict === "rejected" ? "proof-rejected" : undefined);
});

test.each<[Finding["rule"][], string]>([
  [["empty"], "no-patch"],
  [["too-large"], "too-large"],
  [["protected-path"], "protected-path"],
  [["too-large", "protected-path"], "protected-path"],
  [["too-large", "protected-path", "symlink"], "unsafe-input"],
  [["binary"], "unsafe-input"],
  [["submodule"], "unsafe-input"],
  [["mode"], "unsafe-input"],
  [["refused-path"], "unsafe-input"],
])("findings %j reject with the code %s, whatever the runs say", (found, code) => {
  const findings = found.map((rule): Finding => ({ rule, message: `found ${rule}` }));
  const decision = decideVerdict({ ...proven, findings });
  expect(decision).toMatchObject({ verdict: "rejected", code });
  expect(decision.reason).toContain(`found ${found[0]}`);
});

test("one more failure never makes a verdict better", () => {
  const order: Verdict[] = ["rejected", "unproven", "verified", "proven"];
  const failing: readonly RunRecord[] = [run(suite, 1), run(suite, 127), run(suite, null, hung)];
  for (const [, verdict, , evidence] of rows) {
    const worse = failing.flatMap((bad): Evidence[] => [
      { ...evidence, verify: [...evidence.verify, { ...bad, command: "extra" }] },
      { ...evidence, oldTests: [...evidence.oldTests, bad] },
      { ...evidence, after: bad },
    ]);
    const best = Math.max(...worse.map((each) => order.indexOf(decideVerdict(each).verdict)));
    expect(best).toBeLessThanOrEqual(order.indexOf(verdict));
  }
});
