import type { RunRecord } from "../domain/proof.ts";

/** Shells: 126 not executable, 127 not found, from 129 on ended by a signal. pytest: 4 wrong usage, 5 no tests collected. */
const firstShellCode = 126;
const lastSignal = 128 + 31;
const pytestRanNothing: readonly unknown[] = [4, 5];

/** What runners and package managers print when there is nothing to run, or nothing to run it with. */
const nothingRan =
  /command not found|npx canceled due to missing packages|could not determine executable to run|[Mm]issing script:|No module named '?(?:pytest|unittest|nox|tox)\b|No test(?: suite)?s? (?:files )?found|no tests? (?:ran|to run|specified)|[Cc]annot find (?:module|package) |ERR_MODULE_NOT_FOUND|ModuleNotFoundError|Could not find gem|is not recognized as an internal/;

export function passed({ exitCode }: RunRecord): boolean {
  return exitCode === 0;
}

/**
 * Whether a run failed for lack of something to run (the runner, a module, a test), or was killed: a failure that says
 * nothing about the code. Told from the exit code and the end of the output, so it may miss a case, and may take a
 * failure for one that prints such a line on its way.
 */
export function couldNotRun({ exitCode, command, tail }: RunRecord): boolean {
  if (exitCode === 0) return false;
  if (exitCode === null || (exitCode >= firstShellCode && exitCode <= lastSignal && exitCode !== 128)) return true;
  if (/\bpytest\b/.test(command) && pytestRanNothing.includes(exitCode)) return true;
  return nothingRan.test(tail);
}

/** How a run ended, for people. */
export function ending({ command, exitCode, killedBy }: RunRecord): string {
  return `\`${command}\` ${exitCode === null ? `was killed (${killedBy ?? "signal"})` : `ended with ${exitCode}`}`;
}
