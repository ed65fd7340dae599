import type { Call, Script, Step } from "./script.ts";

/** A repository small enough to read: `average([])` is NaN where its documentation says 0. */
export const shopFiles: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "shop", version: "1.0.0", scripts: { test: "node --test" } }, undefined, 2)}\n`,
  "README.md": "# shop\n\n`average(prices)` is the mean of the prices, and 0 when there are none.\n",
  "src/average.js": `/** The mean of the prices; 0 when there are none. */
exports.average = function average(prices) {
  const total = prices.reduce((sum, price) => sum + price, 0);
  return total / prices.length;
};
`,
  "test/average.test.js": `const assert = require("node:assert");
const test = require("node:test");
const { average } = require("../src/average.js");

test("averages two prices", () => assert.strictEqual(average([1, 3]), 2));
test("averages one price", () => assert.strictEqual(average([5]), 5));
`,
  ".github/workflows/ci.yml":
    "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n",
};

export const shopReport = {
  title: "average of nothing is NaN",
  body: "`average([])` gives `NaN`. The README says it is 0.\n\nIt happens in src/average.js.",
};

const failingTest = `const assert = require("node:assert");
const test = require("node:test");
const { average } = require("../src/average.js");

test("the average of nothing is 0", () => assert.strictEqual(average([]), 0));
`;

const write = (file_path: string, content: string): Call => ({ tool: "write", input: { file_path, content } });
const edit = (file_path: string, old_string: string, new_string: string): Call => ({
  tool: "edit",
  input: { file_path, old_string, new_string },
});
const bash = (command: string): Call => ({ tool: "bash", input: { command } });

export const final = `TITLE: give 0 for the average of no prices
ROOT CAUSE: average divides by the number of prices, which is 0 for an empty list.
CHANGES: average returns 0 for an empty list; a new test covers it.
NOT CHECKED: Prices that are not numbers.`;

/** The reproduction as a new test file. */
export const addTest = write("test/empty.test.js", failingTest);
/** The right fix. */
export const rightEdit = edit(
  "src/average.js",
  "return total / prices.length;",
  "return prices.length === 0 ? 0 : total / prices.length;",
);
/** Makes the new test pass and breaks an old one. */
export const wrongEdit = edit(
  "src/average.js",
  "return total / prices.length;",
  "return prices.length < 2 ? 0 : total / prices.length;",
);

/** A conversation that reads, writes the failing test, sees it fail, edits, and says what it did. */
export function fixSteps(changes: readonly Call[] = [rightEdit], said: string = final): Step[] {
  return [
    { say: "I look at the code first.", calls: [{ tool: "read", input: { file_path: "src/average.js" } }] },
    { say: "A test that shows it.", calls: [addTest], expect: /total \/ prices\.length/ },
    { calls: [bash("node --test test/empty.test.js; true")] },
    { say: "Now the fix.", calls: changes, expect: /NaN/ },
    { calls: [bash("node --test")] },
    { final: said },
  ];
}

/** Scripts by attempt number: the first serves attempt 1, and so on; the last one serves all that follow. */
export function attempts(...steps: readonly (readonly Step[])[]): Script[] {
  return steps.map((one, index) => ({
    when: (prompt) => {
      const attempt = Number(/^Incident: \w+, attempt (\d+)/m.exec(prompt)?.[1] ?? 1);
      return attempt === index + 1 || (attempt > steps.length && index === steps.length - 1);
    },
    steps: one,
  }));
}
