import type { Reason } from "../../../src/domain/reason.ts";
import type { Call, Script, Step } from "../../support/script.ts";

/** A published version of an npm package. `integrity` is the registry's: `sha512-` and base64. */
export type Package = { name: string; version: string; integrity: string };

/** A real bug of a published package, and the conversation in which a scripted model mends it. */
export type Bug = {
  /** Names the bug on the command line. */
  name: string;
  package: Package;
  /** How Self-Heal must end: with a pull request, or without a fix and with this reason. */
  expects: "pull" | { reason: Reason };
  /** One line for the list of bugs. */
  about: string;
  /** Laid over the unpacked package: tests as a maintainer would keep them, and the workflow that runs them. */
  files: Readonly<Record<string, string>>;
  /** The report as a user would write it in an issue. */
  report: { title: string; body: string };
  /** The same failure as a machine or the command line would send it. */
  error: { message: string; file: string; line?: number };
  /** One per attempt. */
  scripts: readonly Script[];
};

/** One turn of the model. `shows` must match what its calls give. */
export type Turn = { say: string; calls: readonly Call[]; shows?: RegExp };

export function turn(say: string, calls: readonly Call[], shows?: RegExp): Turn {
  return { say, calls, ...(shows && { shows }) };
}

/** A summary line of Node's test runner, the same in its `tap` (Node 20) and `spec` (Node 24) form. */
export const nothingFails = /^\S+ fail 0$/m;

export const bash = (command: string): Call => ({ tool: "bash", input: { command } });
export const read = (file_path: string, ...view_range: [] | [first: number, last: number]): Call => ({
  tool: "read",
  input: { file_path, ...(view_range.length > 0 && { view_range }) },
});
export const write = (file_path: string, content: string): Call => ({ tool: "write", input: { file_path, content } });
export const edit = (file_path: string, old_string: string, new_string: string): Call => ({
  tool: "edit",
  input: { file_path, old_string, new_string },
});
export const glob = (pattern: string): Call => ({ tool: "glob", input: { pattern } });
export const grep = (pattern: string, path: string): Call => ({ tool: "grep", input: { pattern, path } });

/** The report that ends an attempt, in the form the engine asks for. */
export function done(report: { title: string; rootCause: string; changes: string; notChecked: string }): string {
  return [
    `TITLE: ${report.title}`,
    `ROOT CAUSE: ${report.rootCause}`,
    `CHANGES: ${report.changes}`,
    `NOT CHECKED: ${report.notChecked}`,
  ].join("\n");
}

/**
 * The conversation of attempt `number` (from 1). It answers prompts of that attempt that hold one of `marks`; a prompt of
 * a later attempt may tell about earlier ones.
 */
export function attempt(number: number, marks: readonly string[], turns: readonly Turn[], final: string): Script {
  const names = (n: number) => new RegExp(`\\battempt ${n}\\b`, "i");
  // A step's `expect` is about the results that come along with the request it answers: those of the turn before it.
  const after = (index: number) => {
    const shows = turns[index - 1]?.shows;
    return shows && { expect: shows };
  };
  const steps: Step[] = turns.map(({ say, calls }, index) => ({ say, calls, ...after(index) }));
  return {
    when: (prompt) =>
      names(number).test(prompt) && !names(number + 1).test(prompt) && marks.some((mark) => prompt.includes(mark)),
    steps: [...steps, { final, ...after(turns.length) }],
  };
}

/** Two seconds for what takes milliseconds: a slow machine meets that, an expression that backtracks does not. */
export const blocked = (name: string): string => `${name} kept the process busy for more than 2 seconds`;

/** JavaScript for the head of a test: `within(run)` gives what `run` returns, or fails once it has taken too long. */
export const timeLimit = (name: string): string => `const vm = require('node:vm');

/** A regular expression under way can only be stopped from outside: by vm's time limit. */
function within(run) {
  try {
    return vm.runInNewContext('run()', { run }, { timeout: 2000 });
  } catch (error) {
    if (error.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error('${blocked(name)}', { cause: error });
  }
}`;

/** The workflow that the repositories of the demo come with. */
export const workflow = `name: ci
on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [20, 24]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: \${{ matrix.node }}
      - run: npm test
`;
