import type { Finding, Proof, RunRecord, Verdict } from "../domain/proof.ts";
import type { Reason } from "../domain/reason.ts";
import { couldNotRun, ending, passed } from "./run-record.ts";

/** What was found and run, and whether the patch brings tests of its own. */
export type Evidence = Pick<
  Proof,
  "findings" | "before" | "after" | "verify" | "baseline" | "oldTests" | "sameFailure"
> & { hasTests: boolean };

/** `reason` is one sentence. `code` says why a rejected patch was rejected, and is undefined for the other verdicts. */
export type Decision = { verdict: Verdict; reason: string; code: Reason | undefined };

/**
 * The verdict on a patch. `proven`: the reproduction fails without the fix and passes with it, the verify commands pass,
 * the old tests pass. `verified`: all but the reproduction. `unproven`: no verify command that could tell. `rejected`:
 * something failed.
 *
 * Failures that the base has too don't count. Evidence that is missing is never taken for a pass.
 */
export function decideVerdict(evidence: Evidence): Decision {
  const { verify } = evidence;
  const objection = inspection(evidence) ?? rejection(evidence);
  if (objection) return objection;
  if (verify.length === 0) return decision("unproven", "no verify commands are known");
  if (!verify.some(passed)) return decision("unproven", "every verify command fails on the base too");
  const missing = evidence.hasTests ? verify.find((run) => !sameCommand(evidence.oldTests, run)) : undefined;
  if (missing) return decision("unproven", `the old tests were not run with \`${missing.command}\``);
  const doubt = doubtOfReproduction(evidence);
  if (doubt === undefined) return decision("proven", "its tests fail without the fix and pass with it");
  return decision("verified", [doubt, ...mended(evidence)].join("; "));
}

/** Which finding names the reason, when there are several. */
const codes: readonly (readonly [Finding["rule"], Reason])[] = [
  ["empty", "no-patch"],
  ["symlink", "unsafe-input"],
  ["submodule", "unsafe-input"],
  ["mode", "unsafe-input"],
  ["binary", "unsafe-input"],
  ["refused-path", "unsafe-input"],
  ["protected-path", "protected-path"],
  ["too-large", "too-large"],
];

function inspection({ findings }: Evidence): Decision | undefined {
  const [first, ...more] = findings;
  if (!first) return undefined;
  const [, code] = codes.find(([rule]) => findings.some((found) => found.rule === rule)) ?? [];
  const others = more.length > 0 ? `, and ${more.length} more` : "";
  return { verdict: "rejected", reason: `${first.message}${others}`, code: code ?? "unsafe-input" };
}

function rejection(evidence: Evidence): Decision | undefined {
  const { after, verify, baseline, oldTests } = evidence;
  if (after && !passed(after) && !neverRan(evidence))
    return rejected(`its own tests fail with the fix: ${ending(after)}`);
  const broken = verify.find((run) => !passed(run) && !excused(run, sameCommand(baseline, run)));
  if (broken) return rejected(`it breaks what works without it: ${ending(broken)}`);
  const bent = oldTests.find((run) => !passed(run) && !excusedOldTest(run, evidence));
  return bent && rejected(`it passes only with its changes to the tests; with the old ones, ${ending(bent)}`);
}

/** The base fails as well, and not in a milder way: a command that ran there must not hang or vanish here. */
function excused(run: RunRecord, base: RunRecord | undefined): boolean {
  if (!base || passed(base)) return false;
  return couldNotRun(base) || !couldNotRun(run);
}

/**
 * Where the base fails but the whole patch passes, the old tests must pass too: else the patch passes because it changed
 * them.
 */
function excusedOldTest(run: RunRecord, { verify, baseline }: Evidence): boolean {
  const whole = sameCommand(verify, run);
  return whole !== undefined && !passed(whole) && excused(run, sameCommand(baseline, run));
}

/** The tests cannot be run at all, with or without the fix: that says nothing about the fix. */
function neverRan({ before, after }: Evidence): boolean {
  return before !== undefined && after !== undefined && couldNotRun(before) && couldNotRun(after);
}

/** Why there is no reproduction; undefined where there is one. */
function doubtOfReproduction({ hasTests, before, after, sameFailure }: Evidence): string | undefined {
  if (!hasTests) return "it brings no test of its own";
  if (!before || !after) return "its tests could not be run on their own";
  if (before.command !== after.command) return "its tests were not run in the same way without the fix";
  if (passed(before)) return "its tests pass without the fix too";
  if (couldNotRun(before) && sameFailure !== "yes")
    return `its tests could not be run without the fix: ${ending(before)}`;
  if (!passed(after)) return `its tests could not be run: ${ending(after)}`;
  return sameFailure === "no"
    ? "its tests fail without the fix, but not with the failure that was reported"
    : undefined;
}

/** What fails on the base and passes with the fix is worth telling, though it is not the fix's own test. */
function mended({ verify, baseline }: Evidence): string[] {
  const fixed = verify.filter((run) => {
    const base = sameCommand(baseline, run);
    return passed(run) && base !== undefined && !passed(base);
  });
  return fixed.map(({ command }) => `\`${command}\` fails without the fix and passes with it`);
}

function sameCommand(runs: readonly RunRecord[], { command }: RunRecord): RunRecord | undefined {
  return runs.find((run) => run.command === command);
}

function decision(verdict: Verdict, reason: string): Decision {
  return { verdict, reason, code: undefined };
}

function rejected(reason: string): Decision {
  return { verdict: "rejected", reason, code: "proof-rejected" };
}
