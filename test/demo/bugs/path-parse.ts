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
const path = require('node:path');
const parse = require('..');

const unix = [
  '/home/user/dir/file.txt',
  '/home/user/a dir/another File.zip',
  'user/dir/another File.zip',
  './file',
  'file',
  'C:\\foo',
  '.gitignore',
];
for (const name of unix) {
  test('posix agrees with node:path on ' + name, () => {
    assert.deepEqual({ ...parse.posix(name) }, { ...path.posix.parse(name) });
  });
}

const windows = ['C:\\path\\dir\\index.html', 'another_path\\DIR with spaces\\1\\2\\33\\index', '.\\file', 'file'];
for (const name of windows) {
  test('win32 agrees with node:path on ' + name, () => {
    assert.deepEqual({ ...parse.win32(name) }, { ...path.win32.parse(name) });
  });
}

test('a network share is the root', () => {
  assert.equal(parse.win32('\\\\server\\share\\file_path').root, '\\\\server\\share\\');
});

test('what is not a string is refused', () => {
  for (const value of [null, {}, true, 1, undefined]) {
    assert.throws(() => parse.posix(value), { name: 'TypeError', message: /must be a string, not/ });
    assert.throws(() => parse.win32(value), { name: 'TypeError', message: /must be a string, not/ });
  }
});
`;

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const parse = require('..');
${timeLimit("path-parse")}

test('many slashes cost no time', () => {
  const name = '/'.repeat(200_000) + 'file.txt';
  assert.equal(within(() => parse.posix(name).base), 'file.txt');
  assert.equal(within(() => parse.win32(name).base), 'file.txt');
});
`;

/** Old and new lines of `index.js`, in the order of the file. */
const changes: readonly (readonly [old: string, fresh: string])[] = [
  [
    String.raw`// Regex to split a windows path into three parts: [*, device, slash,
// tail] windows-only
var splitDeviceRe =
    /^([a-zA-Z]:|[\\\/]{2}[^\\\/]+[\\\/]+[^\\\/]+)?([\\\/])?([\s\S]*?)$/;

// Regex to split the tail part of the above into [*, dir, basename, ext]
var splitTailRe =
    /^([\s\S]*?)((?:\.{1,2}|[^\\\/]+?|)(\.[^.\/\\]*|))(?:[\\\/]*)$/;
`,
    String.raw`// Regex to split a windows path into [dir, root, basename, name, ext]
var splitWindowsRe =
    /^(((?:[a-zA-Z]:|[\\\/]{2}[^\\\/]+[\\\/]+[^\\\/]+)?[\\\/]?)(?:[^\\\/]*[\\\/])*)((\.{1,2}|[^\\\/]+?|)(\.[^.\/\\]*|))[\\\/]*$/;
`,
  ],
  [
    `// Function to split a filename into [root, dir, basename, ext]
function win32SplitPath(filename) {
  // Separate device+slash from tail
  var result = splitDeviceRe.exec(filename),
      device = (result[1] || '') + (result[2] || ''),
      tail = result[3] || '';
  // Split the tail into dir, basename and extension
  var result2 = splitTailRe.exec(tail),
      dir = result2[1],
      basename = result2[2],
      ext = result2[3];
  return [device, dir, basename, ext];
}
`,
    `function win32SplitPath(filename) {
  return splitWindowsRe.exec(filename).slice(1);
}
`,
  ],
  [
    `  var allParts = win32SplitPath(pathString);
  if (!allParts || allParts.length !== 4) {
    throw new TypeError("Invalid path '" + pathString + "'");
  }
  return {
    root: allParts[0],
    dir: allParts[0] + allParts[1].slice(0, -1),
    base: allParts[2],
    ext: allParts[3],
    name: allParts[2].slice(0, allParts[2].length - allParts[3].length)
  };
`,
    `  var allParts = win32SplitPath(pathString);
  return {
    root: allParts[1],
    dir: allParts[0] === allParts[1] ? allParts[0] : allParts[0].slice(0, -1),
    base: allParts[2],
    ext: allParts[4],
    name: allParts[3]
  };
`,
  ],
  [
    String.raw`// 'root' is just a slash, or nothing.
var splitPathRe =
    /^(\/?|)([\s\S]*?)((?:\.{1,2}|[^\/]+?|)(\.[^.\/]*|))(?:[\/]*)$/;
`,
    String.raw`// into [dir, root, basename, name, ext]; 'root' is just a slash, or nothing.
var splitPathRe =
    /^((\/?)(?:[^\/]*\/)*)((\.{1,2}|[^\/]+?|)(\.[^.\/]*|))[\/]*$/;
`,
  ],
  [
    `  var allParts = posixSplitPath(pathString);
  if (!allParts || allParts.length !== 4) {
    throw new TypeError("Invalid path '" + pathString + "'");
  }
  allParts[1] = allParts[1] || '';
  allParts[2] = allParts[2] || '';
  allParts[3] = allParts[3] || '';

  return {
    root: allParts[0],
    dir: allParts[0] + allParts[1].slice(0, -1),
    base: allParts[2],
    ext: allParts[3],
    name: allParts[2].slice(0, allParts[2].length - allParts[3].length)
  };
`,
    `  var allParts = posixSplitPath(pathString);
  return {
    root: allParts[1],
    dir: allParts[0] === allParts[1] ? allParts[0] : allParts[0].slice(0, -1),
    base: allParts[2],
    ext: allParts[4],
    name: allParts[3]
  };
`,
  ],
];

const title = "path-parse takes minutes for a path with many slashes";
const message = blocked("path-parse");
const testFile = "test/time.test.js";

/** CVE-2021-23343, fixed in 1.0.7. */
export const pathParse: Bug = {
  name: "path-parse",
  package: {
    name: "path-parse",
    version: "1.0.6",
    integrity: "sha512-GSmOT2EbHrINBf9SR7CDELwlJ8AENk3Qn7OikK4nFYAu3Ote2+JYNVvkpAEQm3/TLNEJFD/xZJjzyxg3KBWOzw==",
  },
  expects: "pull",
  about: "many slashes in a path block the process (CVE-2021-23343)",
  files: { ".github/workflows/ci.yml": workflow, "test/parse.test.js": suite },
  report: {
    title,
    body: `We use path-parse 1.0.6 on names from uploaded archives. This blocks the process, on both \`posix\` and \`win32\`:

\`\`\`js
pathParse('/'.repeat(200000) + 'file.txt');
\`\`\`

Our watchdog ends the worker and prints where it was:

\`\`\`
Error: ${message}
    at RegExp.exec (<anonymous>)
    at posixSplitPath (index.js:59:22)
    at posix.parse [as posix] (index.js:69:18)
\`\`\`

\`path.parse\` of Node gives the answer at once.`,
  },
  error: { message, file: "index.js", line: 59 },
  scripts: [
    attempt(
      1,
      ["path-parse", title, message],
      [
        turn("The source and what is tested:", [read("index.js"), glob("test/**"), read("test/parse.test.js")]),
        turn(
          "`([\\s\\S]*?)` can end anywhere, and at each place the rest of the slashes is tried for the tail. I measure it.",
          [
            bash(
              `node -e "for(const n of [4000,8000,16000]){const s=Date.now();require('.').posix('/'.repeat(n)+'a');` +
                `console.log(n,Date.now()-s,'ms')}"`,
            ),
          ],
          /16000 \d+ ms/,
        ),
        turn("Quadratic. A test for both systems, with a limit far above what a linear match needs:", [
          write(testFile, reproduction),
        ]),
        turn("It fails?", [bash(`node --test ${testFile}`)], /busy for more than 2 seconds/),
        turn(
          "It does. The directory has to be matched segment by segment, so that there is only one way to divide the path. " +
            "Windows first: device, directory and name in one expression.",
          changes.slice(0, 3).map(([old, fresh]) => edit("index.js", old, fresh)),
        ),
        turn(
          "The same for posix.",
          changes.slice(3).map(([old, fresh]) => edit("index.js", old, fresh)),
        ),
        turn("The new test.", [bash(`node --test ${testFile}`)], nothingFails),
        turn("And the ones that compare with node:path.", [bash("node --test")], nothingFails),
      ],
      done({
        title: "Parse paths in linear time",
        rootCause:
          "Both expressions began with a lazy `[\\s\\S]*?` that could stop at every slash of a run, and each stop tried the " +
          "remaining slashes again: quadratic time.",
        changes:
          "One expression per system that takes the directory segment by segment. The results are read from its groups; the " +
          "checks for a wrong number of groups could never fail and are gone.",
        notChecked: "Windows itself; `win32` was tested on this machine only.",
      }),
    ),
  ],
};
