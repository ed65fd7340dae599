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
const wrap = require('..');

const text = 'Hello, world! How are you today? I am fine.';

test('lines are broken between words', () => {
  assert.equal(wrap(text, { width: 20, indent: '' }), 'Hello, world! How \nare you today? I am \nfine.');
});

test('lines are indented by two blanks unless told otherwise', () => {
  assert.equal(wrap('one two', { width: 3 }), '  one \n  two');
  assert.equal(wrap('one two', { width: 3, indent: '> ' }), '> one \n> two');
});

test('trim takes blanks from the end of every line', () => {
  assert.equal(wrap('one two three', { width: 4, indent: '', trim: true }), 'one\ntwo\nthree');
});

test('trim leaves the indentation alone', () => {
  assert.equal(wrap('one two', { width: 3, indent: '    ', trim: true }), '    one\n    two');
});

test('words longer than the width are cut where asked', () => {
  assert.equal(wrap('abcdefgh', { width: 3, indent: '', cut: true }), 'abc\ndef\ngh');
});

test('each line goes through escape', () => {
  assert.equal(wrap('<a> <b>', { width: 3, indent: '', escape: (line) => line.replace(/</g, '&lt;') }), '&lt;a> \n&lt;b>');
});

test('nothing in, nothing out', () => {
  assert.equal(wrap(null), null);
});
`;

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const wrap = require('..');
${timeLimit("word-wrap")}

test('trim takes no time for blanks inside a line', () => {
  const text = 'a' + ' '.repeat(200_000) + 'b';
  const wrapped = within(() => wrap(text, { trim: true, indent: '', width: 1_000_000 }));
  assert.equal(wrapped, text);
});
`;

const trimmed = "    result = result.replace(/[ \\t]*$/gm, '');";
const title = "word-wrap: trim blocks the process on long runs of blanks";
const message = blocked("word-wrap");
const marks = ["word-wrap", title, message];
const testFile = "test/trim-time.test.js";
const rootCause =
  "`/[ \\t]*$/gm` is tried at every blank of a run, and each try goes to the end of the run before it fails: quadratic time.";

const reproduce = [
  turn(
    "How much longer does twice the text take?",
    [
      bash(
        `node -e "for(const n of [4000,8000,16000]){const s=Date.now();` +
          `require('.')('a'+' '.repeat(n)+'b',{trim:true,width:1e6});console.log(n,Date.now()-s,'ms')}"`,
      ),
    ],
    /16000 \d+ ms/,
  ),
  turn("Four times as long. `trim` is one expression:", [read("index.js"), glob("test/**")], /\[ \\t\]\*\$/),
  turn("The report as a test, with a limit that only a quadratic run exceeds.", [write(testFile, reproduction)]),
  turn("It has to fail.", [bash(`node --test ${testFile}`)], /busy for more than 2 seconds/),
];

/** CVE-2023-26115, fixed in 1.2.4. The first attempt mends it in a way that an existing test forbids. */
export const breaksTests: Bug = {
  name: "breaks-tests",
  package: {
    name: "word-wrap",
    version: "1.2.3",
    integrity: "sha512-Hz/mrNwitNRh/HUAtM/VT/5VH+ygD6DV7mYKZAtHOrbs8U7lvPS6xf7EJKMF0uW1KJCl0H701g3ZGus+muE5vQ==",
  },
  expects: "pull",
  about: "the first patch breaks an existing test, the proof rejects it, the second holds (word-wrap, CVE-2023-26115)",
  files: { ".github/workflows/ci.yml": workflow, "test/wrap.test.js": suite },
  report: {
    title,
    body: `We wrap commit messages with word-wrap 1.2.3. A message with a lot of blanks inside one line stops the process:

\`\`\`js
wrap('a' + ' '.repeat(200000) + 'b', { trim: true, width: 1e6 });
\`\`\`

Without \`trim\` it takes a few milliseconds. Our watchdog ends the worker and
prints where it was:

\`\`\`
Error: ${message}
    at String.replace (<anonymous>)
    at module.exports (index.js:39:21)
\`\`\``,
  },
  error: { message, file: "index.js", line: 39 },
  scripts: [
    attempt(
      1,
      marks,
      [
        ...reproduce,
        turn("`String.prototype.trim` is linear, so I use it line by line.", [
          edit(
            "index.js",
            trimmed,
            "    result = result.split('\\n').map(function(line) { return line.trim(); }).join('\\n');",
          ),
        ]),
        turn("And now?", [bash(`node --test ${testFile}`)], nothingFails),
        turn("Fast. The edit once more:", [read("index.js", 30, 45)], /line\.trim\(\)/),
      ],
      done({
        title: "Trim wrapped lines in linear time",
        rootCause,
        changes: "`trim` cuts each line with `String.prototype.trim`. The test sets a limit of two seconds.",
        notChecked: "Only the new test was run.",
      }),
    ),
    attempt(
      2,
      marks,
      [
        turn(
          "The last patch failed a test that was there before: `trim` took the indentation away as well. I look at what the " +
            "tests ask for.",
          [read("test/wrap.test.js")],
          /trim leaves the indentation alone/,
        ),
        ...reproduce,
        turn("Only the end of each line may go, and only blanks and tabs, as the old expression had it.", [
          edit("index.js", trimmed, "    result = result.split('\\n').map(trimEnd).join('\\n');"),
          edit(
            "index.js",
            "function identity(str) {",
            "function trimEnd(line) {\n  var end = line.length;\n" +
              "  while (line[end - 1] === ' ' || line[end - 1] === '\\t') end--;\n  return line.slice(0, end);\n}\n\n" +
              "function identity(str) {",
          ),
        ]),
        turn("The new test,", [bash(`node --test ${testFile}`)], nothingFails),
        turn("and this time all of them.", [bash("node --test")], nothingFails),
      ],
      done({
        title: "Trim the ends of wrapped lines in linear time",
        rootCause,
        changes:
          "`trim` walks back from the end of each line over blanks and tabs. Indentation stays, which the last attempt missed. " +
          "The test sets a limit of two seconds.",
        notChecked: "Lines that end in a carriage return keep their blanks, as before.",
      }),
    ),
  ],
};
