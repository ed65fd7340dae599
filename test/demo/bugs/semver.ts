import {
  attempt,
  bash,
  blocked,
  done,
  edit,
  glob,
  grep,
  nothingFails,
  read,
  timeLimit,
  turn,
  workflow,
  write,
} from "./bug.ts";
import type { Bug } from "./bug.ts";

const versionSuite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const semver = require('..');

test('versions are cleaned, or refused', () => {
  assert.equal(semver.clean('  =v1.2.3 '), '1.2.3');
  assert.equal(semver.valid('a.b.c'), null);
});

test('a prerelease comes before its release', () => {
  assert.ok(semver.lt('1.2.3-alpha.7', '1.2.3'));
  assert.deepEqual(['1.0.0', '1.0.0-rc.1', '0.9.9'].sort(semver.compare), ['0.9.9', '1.0.0-rc.1', '1.0.0']);
});

test('inc raises one part and resets the lower ones', () => {
  assert.equal(semver.inc('1.2.3', 'minor'), '1.3.0');
  assert.equal(semver.inc('1.2.3', 'prerelease', 'beta'), '1.2.4-beta.0');
});

test('coerce finds a version in a text', () => {
  assert.equal(semver.coerce('v3.4 replaces v3.3.1').version, '3.4.0');
});
`;

const rangeSuite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const semver = require('..');

const ranges = [
  ['1.0.0 - 2.0.0', '>=1.0.0 <=2.0.0'],
  ['>= 1.0.0', '>=1.0.0'],
  ['~ 1.2.3', '>=1.2.3 <1.3.0'],
  ['^ 0.1', '>=0.1.0 <0.2.0'],
  ['1.x || >=2.5.0', '>=1.0.0 <2.0.0||>=2.5.0'],
  ['  >1.0.0   <2.0.0  ', '>1.0.0 <2.0.0'],
  ['blerg', null],
];

for (const [range, expected] of ranges) {
  test(JSON.stringify(range) + ' means ' + expected, () => {
    assert.equal(semver.validRange(range), expected);
  });
}

test('versions are matched against alternatives', () => {
  assert.ok(semver.satisfies('2.5.1', '1.x || >=2.5.0'));
  assert.ok(!semver.satisfies('2.4.9', '1.x || >=2.5.0'));
});

test('the highest version that matches wins', () => {
  assert.equal(semver.maxSatisfying(['1.2.3', '1.2.9', '1.3.0'], '~1.2.3'), '1.2.9');
});
`;

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const semver = require('..');
${timeLimit("semver")}

test('blanks inside a range or a comparator cost no time', () => {
  const blanks = ' '.repeat(50_000);
  assert.equal(within(() => semver.validRange('>' + blanks + '!')), null);
  assert.equal(within(() => semver.validRange('1.2.3' + blanks + '|| ' + blanks + '!')), null);
  assert.equal(within(() => semver.validRange('>=1.2.3' + blanks + '<2.0.0')), '>=1.2.3 <2.0.0');
  assert.equal(within(() => new semver.Comparator('>' + ' '.repeat(50_000) + '1.2.3').value), '>1.2.3');
});
`;

const title = "semver: validRange() blocks for minutes on a range with many spaces";
const message = blocked("semver");
const testFile = "test/range-time.test.js";

/** CVE-2022-25883, fixed in 7.5.2 and, for this line, which needs no other package, in 6.3.1. */
export const semver: Bug = {
  name: "semver",
  package: {
    name: "semver",
    version: "6.3.0",
    integrity: "sha512-b39TBaTSfV6yBrapU89p5fKekE2m/NwnDocOVruQFS1/veMgdzuPcnOM34M6CwxW8jH/lxEa5rBoDeUwu5HHTw==",
  },
  expects: "pull",
  about: "blanks in a range keep a regular expression busy for minutes (CVE-2022-25883)",
  files: {
    ".github/workflows/ci.yml": workflow,
    "test/version.test.js": versionSuite,
    "test/range.test.js": rangeSuite,
  },
  report: {
    title,
    body: `Our registry mirror validates the ranges in uploaded manifests with semver 6.3.0. This one takes a worker out:

\`\`\`js
semver.validRange('>' + ' '.repeat(50000) + '!');
\`\`\`

With 1,000 spaces it already runs for longer than our limit, and it gets worse much faster than linearly. Our
watchdog ends the worker and prints where it was:

\`\`\`
Error: ${message}
    at String.replace (<anonymous>)
    at Range.parseRange (semver.js:949:17)
    at semver.js:917:17
    at Array.map (<anonymous>)
    at new Range (semver.js:916:42)
    at validRange (semver.js:1446:12)
\`\`\``,
  },
  error: { message, file: "semver.js", line: 946 },
  scripts: [
    attempt(
      1,
      ["semver", title, message],
      [
        turn("One file of source. I look at how a range is taken apart.", [
          glob("test/**"),
          read("semver.js", 885, 985),
        ]),
        turn(
          "Which expressions see blanks of any length?",
          [grep(String.raw`\\\\s[*+]`, "semver.js")],
          /COMPARATORTRIM|TILDETRIM|HYPHENRANGE/,
        ),
        turn("And a single comparator, which can be made without a range:", [read("semver.js", 745, 805)]),
        turn("How much time against how many blanks?", [
          bash(
            `node -e "for(const n of [50,100,200]){const s=Date.now();require('.').validRange('>'+' '.repeat(n)+'!');` +
              `console.log(n,Date.now()-s,'ms')}"`,
          ),
        ]),
        turn("More than quadratic. Now the test, with a time limit that a slow machine still meets easily.", [
          write(testFile, reproduction),
        ]),
        turn("Fails for the right reason?", [bash(`node --test ${testFile}`)], /busy for more than 2 seconds/),
        turn(
          "Yes. Several expressions have neighbouring `\\s*`, so instead of mending each I collapse blanks before any of them " +
            "runs. Blanks carry no meaning in a range beyond separating its parts.",
          [
            edit(
              "semver.js",
              "  // First, split based on boolean or ||\n  this.raw = range\n" +
                "  this.set = range.split(/\\s*\\|\\|\\s*/).map(function (range) {",
              "  // First reduce all whitespace, so that no expression below meets more than one blank in a row.\n" +
                "  this.raw = range.trim().split(/\\s+/).join(' ')\n\n  // Then split based on boolean or ||\n" +
                "  this.set = this.raw.split('||').map(function (range) {",
            ),
            edit(
              "semver.js",
              "throw new TypeError('Invalid SemVer Range: ' + range)",
              "throw new TypeError('Invalid SemVer Range: ' + this.raw)",
            ),
            edit(
              "semver.js",
              "  debug('comparator', comp, options)\n  this.options",
              "  comp = comp.trim().split(/\\s+/).join(' ')\n  debug('comparator', comp, options)\n  this.options",
            ),
          ],
        ),
        turn("Again.", [bash(`node --test ${testFile}`)], nothingFails),
        turn("And everything else.", [bash("node --test")], nothingFails),
      ],
      done({
        title: "Collapse blanks before a range is parsed",
        rootCause:
          "Range and comparator expressions contain neighbouring `\\s*` groups. On a long run of blanks without a match they " +
          "try every way to divide it, which grows faster than quadratically.",
        changes:
          "`Range` and `Comparator` reduce every run of whitespace to one blank before any expression runs. The message of " +
          "an invalid range shows the reduced text.",
        notChecked:
          "The expressions exported as `semver.re` are unchanged: whoever uses them directly must reduce blanks too.",
      }),
    ),
  ],
};
