import { createCueFinder } from "./log-cues.ts";
import { isBoilerplate, isHarmless, isLabelled, readLogLine } from "./log-line.ts";
import type { LogRule } from "./log-rule.ts";
import { firstWeakRule, logRules } from "./log-rules.ts";

/** Lines kept on either side of the line that tells the cause. */
const around = 40;

/** The rules, and one for the runner's own mark, between those that name a cause and those that find words. */
const annotation = firstWeakRule - 0.5;
const mark = "##[error]";

/** A line of the group that announces a step, below its script. */
const setting = /^(?:shell: |env:$|with:$|\s)/;

/** BuildKit puts the step's number and the seconds before each line that a build prints, compose the service. */
const container = /^(?:#\d{1,5} (?:\d{1,7}\.\d{1,6} )?|[\w.-]{1,60}\s{0,30}\| |│ )/;

// Most lines of a log hold no cue, and are done with after one scan.
const findCues = createCueFinder(ranksOfCues());

/** A line that may be the cause, with those around it. `rank`: the place of its rule, smaller is better. */
export type Finding = { rank: number; line: string; number: number; before: string[]; after: string[] };

/** What was found; without a cause, the last line that is not empty. Line numbers count from 1. */
export type LogReading = { cause?: Finding & { rule?: LogRule }; last?: Finding };

/**
 * Reads a log line by line and keeps only the best finding so far, and the best up to the end of the last step that
 * failed: what later steps print, such as an upload that finds no file, is not what broke the job.
 */
export class LogReader {
  #number = 0;
  #script = false;
  #best: Finding | undefined;
  #settled: Finding | undefined;
  #last: Finding | undefined;
  readonly #recent: string[] = [];

  take(raw: string): void {
    this.#number += 1;
    const { text, script } = readLogLine(raw);
    if (this.#best && this.#best.after.length < around) this.#best.after.push(text);
    const settled = this.#settled === this.#best ? undefined : this.#settled;
    if (settled && settled.after.length < around) settled.after.push(text);
    if (text !== "" && !this.#isScript(text, script)) this.#look(text);
    this.#recent.push(text);
    if (this.#recent.length > 2 * around) this.#recent.splice(0, around);
  }

  read(): LogReading {
    const found = this.#winner();
    const rule = found && logRules[found.rank];
    return {
      ...(found && { cause: { ...found, ...(rule && { rule }) } }),
      ...(this.#last && { last: this.#last }),
    };
  }

  /** The runner prints what a step is about to run as a group: its script in colour, its shell and its environment. */
  #isScript(text: string, coloured: boolean): boolean {
    if (text.startsWith("##[")) this.#script = text.startsWith("##[group]Run ");
    else if (!coloured && !setting.test(text)) this.#script = false;
    return coloured || this.#script;
  }

  #look(text: string): void {
    const marked = text.startsWith(mark);
    if (!isBoilerplate(text)) {
      this.#last = this.#found(Infinity, text);
      const rank = this.#rankOf(marked ? text.slice(mark.length) : text, marked);
      if (rank !== undefined) this.#best = this.#found(rank, text);
    }
    if (marked && this.#best) this.#settled = this.#best;
  }

  #found(rank: number, line: string): Finding {
    return { rank, line, number: this.#number, before: this.#recent.slice(-around), after: [] };
  }

  /** The rank of a line that beats the best so far. Rules below that one need not be tried. */
  #rankOf(marked: string, isMarked: boolean): number | undefined {
    const limit = this.#best?.rank ?? Infinity;
    const text = marked.replace(container, "");
    const rank = rankOf(text, limit, isMarked || isLabelled(text));
    if (rank !== undefined && !(isMarked && rank > annotation) && !isHarmless(text)) return rank;
    return isMarked && annotation <= limit ? annotation : undefined;
  }

  #winner(): Finding | undefined {
    const [best, settled] = [this.#best, this.#settled];
    if (!best || !settled) return best;
    return settled.rank > firstWeakRule - 1 && best.rank < settled.rank ? best : settled;
  }
}

function rankOf(text: string, limit: number, labelled: boolean): number | undefined {
  const ranks = new Set<number>();
  findCues(text, (values) => {
    for (const rank of values) if (rank <= limit) ranks.add(rank);
  });
  if (ranks.size === 0) return undefined;
  for (const rank of [...ranks].toSorted((a, b) => a - b)) {
    const rule = logRules[rank];
    if (!rule || (rule.labelled && !labelled) || (rank === limit && rule.take === "first")) continue;
    if (rule.pattern.test(text)) return rank;
  }
  return undefined;
}

function ranksOfCues(): Map<string, number[]> {
  const ranks = new Map<string, number[]>();
  for (const [rank, rule] of logRules.entries()) {
    for (const cue of rule.cues) ranks.set(cue, [...(ranks.get(cue) ?? []), rank]);
  }
  return ranks;
}
