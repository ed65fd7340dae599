import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../src/domain/user-error.ts";
import { parseStackFile } from "../src/stack-command.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stack-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function run(text: string, options: { json?: boolean } = {}): { code: number; text: string } {
  const file = join(directory, "trace.txt");
  writeFileSync(file, text);
  let printed = "";
  const code = parseStackFile(file, options, { write: (more: string) => void (printed += more) });
  return { code, text: printed };
}

const trace = `TypeError: x is null
    at total (/srv/src/cart.js:12:3)
    at next (/srv/node_modules/express/index.js:1:1) {
  [cause]: Error: inner
      at <anonymous>
}`;

test("prints exceptions and frames as JSON", () => {
  const { code, text } = run(trace, { json: true });
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual({
    exceptions: [
      {
        language: "javascript",
        type: "TypeError",
        message: "x is null",
        relation: "outer",
        frames: [
          { file: "/srv/src/cart.js", line: 12, column: 3, function: "total", inApp: true },
          { file: "/srv/node_modules/express/index.js", line: 1, column: 1, function: "next", inApp: false },
        ],
      },
      {
        language: "javascript",
        type: "Error",
        message: "inner",
        relation: "cause",
        frames: [{ function: "<anonymous>", inApp: false, native: true }],
      },
    ],
  });
});

test("prints them for people, with a mark at the program's own code", () => {
  expect(run(trace)).toEqual({
    code: 0,
    text: [
      "TypeError: x is null  (javascript)",
      "  * total  /srv/src/cart.js:12:3",
      "    next  /srv/node_modules/express/index.js:1:1",
      "",
      "cause: Error: inner  (javascript)",
      "    <anonymous>  (native)",
      "",
    ].join("\n"),
  });
});

test("says what to do where there is nothing to read", () => {
  expect(run("all is well")).toEqual({ code: 1, text: expect.stringContaining("Give the text as it was printed") });
  expect(run("all is well", { json: true })).toEqual({ code: 1, text: '{"exceptions":[]}\n' });
  expect(() => parseStackFile(join(directory, "gone.txt"), {})).toThrow(UserError);
});
