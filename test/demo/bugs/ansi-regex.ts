import {
  attempt,
  bash,
  blocked,
  done,
  edit,
  glob,
  nothingFails,
  read,
  timeLimit,
  turn,
  workflow,
  write,
} from "./bug.ts";
import type { Bug } from "./bug.ts";

const suite = String.raw`'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const ansiRegex = require('..');

const strip = (text) => text.replace(ansiRegex(), '');

test('colours are matched', () => {
  assert.ok(ansiRegex().test('foo\u001B[4mcake\u001B[0m'));
  assert.equal(strip('\u001B[0;33;49;3;9;4mbar\u001B[0m'), 'bar');
});

test('text without codes is left alone', () => {
  assert.ok(!ansiRegex().test('cake [0m is not a code'));
});

test('cursor movement and clearing are matched', () => {
  assert.equal(strip('a\u001B[2Jb\u001B[1;1Hc\u001B[Kd'), 'abcd');
});

test('links are matched, whatever their address holds', () => {
  const link = '\u001B]8;k=v;https://example-a.com/?a_b=1&c=2#tit%20le\u0007click\u001B]8;;\u0007';
  assert.equal(strip(link), 'click');
});

test('a window title ends at the bell', () => {
  assert.equal(strip('\u001B]0;title\u0007text'), 'text');
});

test('onlyFirst matches one code', () => {
  assert.deepEqual('\u001B[4mcake\u001B[0m'.match(ansiRegex({ onlyFirst: true })).slice(), ['\u001B[4m']);
  assert.ok(!ansiRegex({ onlyFirst: true }).global);
});
`;

const reproduction = String.raw`'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const ansiRegex = require('..');
${timeLimit("ansi-regex")}

test('a code that never ends costs no time', () => {
  const open = '\u001B[' + ';'.repeat(100_000);
  assert.equal(within(() => ansiRegex().test(open)), false);
  const inText = 'a' + open + '!\u001B[0mb';
  assert.equal(within(() => inText.replace(ansiRegex(), '').length), inText.length - 4);
});
`;

const title = "ansi-regex: a line with many semicolons blocks the process";
const message = blocked("ansi-regex");
const testFile = "test/time.test.js";

/** CVE-2021-3807, fixed in 5.0.1. */
export const ansiRegex: Bug = {
  name: "ansi-regex",
  package: {
    name: "ansi-regex",
    version: "5.0.0",
    integrity: "sha512-bY6fj56OUQ0hU1KjFNDQuJFezqKdrAyFdIevADiqrWHwSlbmBNMHp5ak2f40Pm8JTFyM2mqxkG6ngkHO11f/lg==",
  },
  expects: "pull",
  about: "semicolons after an escape character block the process (CVE-2021-3807)",
  files: { ".github/workflows/ci.yml": workflow, "test/ansi-regex.test.js": suite },
  report: {
    title,
    body: `Our log viewer strips colours with ansi-regex 5.0.0. One line of a broken progress bar stopped it:

\`\`\`js
ansiRegex().test('\\u001B[' + ';'.repeat(100000)); // still running after a minute
\`\`\`

Ten times as many semicolons take a hundred times as long. Our watchdog ends the worker:

\`\`\`
Error: ${message}
    at RegExp.test (<anonymous>)
    at strip (/srv/viewer/strip.js:12:24)
\`\`\``,
  },
  error: { message, file: "index.js", line: 5 },
  scripts: [
    attempt(
      1,
      ["ansi-regex", title, message],
      [
        turn("A small package. The source and its tests:", [
          read("index.js"),
          glob("test/**"),
          read("test/ansi-regex.test.js"),
        ]),
        turn(
          "`;` is in the first class *and* starts each parameter, and a parameter may be empty: a run of semicolons can be " +
            "divided in as many ways as it is long. Does the time bear that out?",
          [
            bash(
              `node -e "for(const n of [2000,4000,8000]){const s=Date.now();require('.')().test('\\u001B['+';'.repeat(n));` +
                `console.log(n,Date.now()-s,'ms')}"`,
            ),
          ],
          /8000 \d+ ms/,
        ),
        turn("Doubling the length takes four times as long. I put that into a test with a generous limit.", [
          write(testFile, reproduction),
        ]),
        turn("It must time out now.", [bash(`node --test ${testFile}`)], /busy for more than 2 seconds/),
        turn(
          "It does. Without a leading word a parameter must hold at least one character; with one, empty parameters stay " +
            "allowed, as in the link test.",
          [
            edit(
              "index.js",
              String.raw`(?:(?:(?:[a-zA-Z\\d]*(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?\\u0007)`,
              String.raw`(?:(?:(?:(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?\\u0007)`,
            ),
          ],
        ),
        turn("The new test.", [bash(`node --test ${testFile}`)], nothingFails),
        turn("All of them.", [bash("node --test")], nothingFails),
        turn(
          "Last, the time again: it should grow with the length now, not with its square.",
          [
            bash(
              `node -e "for(const n of [1e5,2e5,4e5]){const s=Date.now();require('.')().test('\\u001B['+';'.repeat(n));` +
                `console.log(n,Date.now()-s,'ms')}"`,
            ),
          ],
          /400000 \d{1,3} ms/,
        ),
      ],
      done({
        title: "Match long runs of semicolons in linear time",
        rootCause:
          "In the pattern of operating system commands both the leading class and an empty parameter could take a `;`, so a " +
          "run of them was tried in every division before the match failed: quadratic time.",
        changes:
          "A parameter at the start must hold a character; after a word, empty ones are still allowed. The test sets a " +
          "limit of two seconds for inputs that now take milliseconds.",
        notChecked:
          "index.d.ts needs no change and was not type-checked. Sequences that end in ST instead of a bell, as before.",
      }),
    ),
  ],
};
