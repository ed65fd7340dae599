import { attempt, bash, glob, grep, nothingFails, read, turn, workflow, write } from "./bug.ts";
import type { Bug } from "./bug.ts";

const suite = String.raw`'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const ini = require('..');

test('pairs before the first section belong to the root', () => {
  assert.deepEqual({ ...ini.parse('scope = global\n; comment\n# comment') }, { scope: 'global' });
});

test('sections nest at dots', () => {
  assert.equal(ini.parse('[paths.default]\ndatadir = /var/lib').paths.default.datadir, '/var/lib');
});

test('keys with brackets become lists', () => {
  assert.deepEqual(ini.parse('a[] = 1\na[] = 2').a, ['1', '2']);
});

test('true, false and null are values, a lone key is true', () => {
  assert.deepEqual({ ...ini.parse('a=true\nb=false\nc=null\nd') }, { a: true, b: false, c: null, d: true });
});

test('quotes keep blanks and semicolons', () => {
  assert.equal(ini.parse('a = " x ; y "').a, ' x ; y ');
});

test('what is written can be read again', () => {
  const value = { a: '1', section: { b: '; tricky', c: ['x', 'y'] } };
  assert.deepEqual(JSON.parse(JSON.stringify(ini.parse(ini.stringify(value)))), value);
});
`;

const probe = String.raw`'use strict';

const ini = require('..');

const ends = { 'line feed': '\n', 'carriage return': '\r', both: '\r\n' };
const lost = [];
for (const [name, end] of Object.entries(ends)) {
  for (const last of ['', end, end + end]) {
    for (const section of ['', '[a]' + end]) {
      for (let keys = 1; keys <= 50; keys++) {
        const lines = Array.from({ length: keys }, (_, i) => 'key' + i + ' = ' + i);
        const parsed = ini.parse(section + lines.join(end) + last);
        const values = section ? parsed.a : parsed;
        if (values['key' + (keys - 1)] !== String(keys - 1)) lost.push([name, last.length, section !== '', keys]);
      }
    }
  }
}
console.log('lost in', lost.length, 'of', 3 * 3 * 2 * 50, 'files');
`;

const title = "ini sometimes loses the last setting of a file";

/** Nothing is wrong with this version, as far as the report goes: the honest end is to say so. */
export const noFix: Bug = {
  name: "no-fix",
  package: {
    name: "ini",
    version: "1.3.8",
    integrity: "sha512-JV/yugV2uzW5iMRSiZAyDtQd+nxtUnjeLt0acNdw98kKLrvuRVyB80tsREOE7yvGVgalhZ6RNXCmEHkUKBKxew==",
  },
  expects: { reason: "no-repro" },
  about: "a report that cannot be reproduced: the agent says so and changes nothing",
  files: { ".github/workflows/ci.yml": workflow, "test/ini.test.js": suite },
  report: {
    title,
    body: `On some customers' Windows machines the last line of the ini file is missing after \`ini.parse\`. It does not happen here.
I think it has to do with files that do not end with a new line, or with line ends in general. ini 1.3.8.

I have no such file, sorry. The application then stops with \`the setting timeout is missing\`.`,
  },
  error: { message: "the setting timeout is missing", file: "ini.js" },
  scripts: [
    attempt(
      1,
      [title, "the setting timeout is missing"],
      [
        turn("The parser first, then what is tested about line ends.", [read("ini.js", 65, 190), glob("test/**")]),
        turn(
          "`split(/[\\r\\n]+/g)` takes all three line ends. Do the tests pass as they are?",
          [bash("node --test")],
          nothingFails,
        ),
        turn("What does the README promise about line ends?", [grep("line|eol|CRLF", "README.md")]),
        turn("Nothing. The report's guess, directly: CRLF, and no line end after the last setting.", [
          bash(String.raw`node -e "console.log(require('.').parse('host=a\r\ntimeout=5'))"`),
        ]),
        turn("Nothing is lost. Every combination of line end, last line, section and length, to be sure:", [
          write("test/probe.js", probe),
          bash("node test/probe.js"),
        ]),
        turn(
          "Not one. What else could hide a last line: a byte order mark, a zero byte, a form feed?",
          [
            bash(
              String.raw`node -e "for(const t of ['\uFEFFa=1\r\ntimeout=5','a=1\0\r\ntimeout=5','a=1\ftimeout=5\r\ntimeout=5\r\n'])` +
                `console.log(require('.').parse(t).timeout)"`,
            ),
          ],
          /5\s+5\s+5/,
        ),
        turn("None of these either. I take the probe away again: it shows no fault.", [bash("rm test/probe.js")]),
      ],
      "NO FIX: no-repro: ini.parse kept the last setting in all 900 files tried (three line ends, with and without one at " +
        "the end of the file, in and outside a section, 1 to 50 settings), and with a byte order mark, a zero byte and a form " +
        "feed. The file may be cut off before it is parsed. A file that shows the failure, in hexadecimal, would settle it.",
    ),
  ],
};
