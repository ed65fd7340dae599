import type { LogRule } from "./log-rule.ts";
import { checkRules } from "./log-rules-checks.ts";
import { buildToolRules, compileRules } from "./log-rules-compile.ts";
import { outsideRules } from "./log-rules-outside.ts";
import { packageRules } from "./log-rules-packages.ts";
import { crashRules, exitRules, programRules, weakRules } from "./log-rules-program.ts";
import { runnerRules } from "./log-rules-runner.ts";
import { testRules, timeoutRules } from "./log-rules-test.ts";

/**
 * A refused upload or a lost connection is often reported by something that does not stop the job. Where the line says
 * that it is the error, it is a better sign than an exception without a known cause; elsewhere a worse one.
 */
const labelledRules = outsideRules.map((rule): LogRule => ({ ...rule, labelled: true }));

/**
 * All rules, best first: what the runner says, then a named place in the code, then a named cause, then any error. The
 * best rule that matches anywhere in a log gives its line.
 */
export const logRules: readonly LogRule[] = [
  ...runnerRules,
  ...compileRules,
  ...checkRules,
  ...testRules,
  ...crashRules,
  ...packageRules,
  ...timeoutRules,
  ...labelledRules,
  ...programRules,
  ...outsideRules,
  ...buildToolRules,
  ...exitRules,
  ...weakRules,
];

/** From this rule on a match says little, and what the runner marks as the error of a step is better. */
export const firstWeakRule = logRules.length - weakRules.length;
