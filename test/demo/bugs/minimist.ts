import { attempt, bash, done, edit, glob, grep, nothingFails, read, turn, workflow, write } from "./bug.ts";
import type { Bug } from "./bug.ts";

const suite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const parse = require('..');

test('long options take their value after = or as the next word', () => {
  assert.deepEqual(parse(['--port=80', '--host', 'localhost']), { port: 80, host: 'localhost', _: [] });
});

test('a repeated option becomes a list', () => {
  assert.deepEqual(parse(['-v', 'a', '-v', 'b', '-v', 'c']), { v: ['a', 'b', 'c'], _: [] });
});

test('short options can be grouped', () => {
  assert.deepEqual(parse(['-cats']), { c: true, a: true, t: true, s: true, _: [] });
});

test('--no-name sets name to false', () => {
  assert.deepEqual(parse(['--no-moo']), { moo: false, _: [] });
});

test('words after -- are left alone', () => {
  assert.deepEqual(parse(['--name', 'meow', 'bare', '--', '--not-a-flag', '-']), {
    name: 'meow',
    _: ['bare', '--not-a-flag', '-'],
  });
});

test('aliases and defaults are filled in', () => {
  const argv = parse(['-z', '55'], { alias: { z: 'zoom' }, default: { level: 3 } });
  assert.deepEqual(argv, { z: 55, zoom: 55, level: 3, _: [] });
});

test('dotted names make nested objects', () => {
  const argv = parse(['--foo.bar', '3', '--foo.quux.o_O']);
  assert.deepEqual(argv.foo, { bar: 3, quux: { o_O: true } });
});

test('what looks like a number is one, unless it is declared a string', () => {
  assert.deepEqual(parse(['-x', '0x10', '-y', '1e3', '-z', '007'], { string: 'z' }), { x: 16, y: 1000, z: '007', _: [] });
});

test('__proto__ is not a key', () => {
  parse(['--__proto__.x', '1', '--a.__proto__.x', '2']);
  assert.equal({}.x, undefined);
});
`;

const message = "Function.prototype was changed by a command line argument";

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const parse = require('..');

/** What the arguments left behind on every function, which is cleaned up before the assertion can throw. */
function leftBehind(name, args) {
  parse(args);
  const value = Function.prototype[name];
  delete Function.prototype[name];
  return value;
}

test('arguments cannot reach Function.prototype', () => {
  const value = leftBehind('y', ['--_.concat.constructor.prototype.y', '123']);
  assert.equal(value, undefined, '${message}');
});

test('a chain of constructors is cut as well', () => {
  const value = leftBehind('foo', '--_.constructor.constructor.prototype.foo bar'.split(' '));
  assert.equal(value, undefined, '${message}');
});
`;

const title = "minimist: an argument can change Function.prototype";
const testFile = "test/prototype-pollution.test.js";

/** CVE-2021-44906, fixed in 1.2.6. */
export const minimist: Bug = {
  name: "minimist",
  package: {
    name: "minimist",
    version: "1.2.5",
    integrity: "sha512-FM9nNUYrRBAELZQT3xeZQ7fmMOBg6nWNmJKTcgsJeaLstP/UODVpGsr5OhXhhXg6f+qtJ8uiZ+PUxkDWcgIXLw==",
  },
  expects: "pull",
  about: "prototype pollution through constructor.prototype (CVE-2021-44906)",
  files: { ".github/workflows/ci.yml": workflow, "test/parse.test.js": suite },
  report: {
    title,
    body: `We pass user supplied arguments through minimist in a build service. With the keys below every function of the process
gets a new property, so one build can influence the next one.

\`\`\`js
const parse = require('minimist');
parse(['--_.constructor.constructor.prototype.foo', 'bar']);
console.log((function () {}).foo); // 'bar'
\`\`\`

\`--__proto__.x\` has been ignored since 1.2.3, so I expected \`constructor.prototype\` to be ignored too.
Our start-up check stops the service:

\`\`\`
Error: ${message}
    at checkPrototypes (/srv/build/startup.js:14:11)
    at main (/srv/build/startup.js:31:3)
\`\`\`

minimist 1.2.5, Node 20.`,
  },
  error: { message, file: "index.js", line: 73 },
  scripts: [
    attempt(
      1,
      ["minimist", title, message],
      [
        turn("I start with the layout and the parser itself.", [glob("test/**/*.js"), read("index.js", 1, 110)]),
        turn(
          "Keys with dots go through `setKey`. I want every place that already guards against `__proto__`.",
          [grep("__proto__|prototype", "index.js")],
          /__proto__/,
        ),
        turn(
          "`setKey` refuses `__proto__` only, but `constructor` of any object is a function, and its `prototype` is shared. " +
            "A quick check that the report is right:",
          [
            bash(
              `node -e "require('.')(['--_.constructor.constructor.prototype.foo','bar']);console.log((()=>0).foo)"`,
            ),
          ],
          /bar/,
        ),
        turn("It is. How do the existing tests look?", [read("test/parse.test.js")]),
        turn("Before I touch the parser: a test for both ways in, in a file of its own.", [
          write(testFile, reproduction),
        ]),
        turn(
          "It must fail now, for the reported reason.",
          [bash(`node --test ${testFile}`)],
          /was changed by a command/,
        ),
        turn(
          "It does. Guard against both, and only where `constructor` is a function: data that is called so does no harm.",
          [
            edit(
              "index.js",
              "            var key = keys[i];\n            if (key === '__proto__') return;",
              "            var key = keys[i];\n            if (isConstructorOrProto(o, key)) return;",
            ),
            edit(
              "index.js",
              "        var key = keys[keys.length - 1];\n        if (key === '__proto__') return;",
              "        var key = keys[keys.length - 1];\n        if (isConstructorOrProto(o, key)) return;",
            ),
            edit(
              "index.js",
              "function isNumber (x) {",
              "function isConstructorOrProto (obj, key) {\n" +
                "    return key === 'constructor' && typeof obj[key] === 'function' || key === '__proto__';\n" +
                "}\n\nfunction isNumber (x) {",
            ),
          ],
        ),
        turn("The new test again.", [bash(`node --test ${testFile}`)], nothingFails),
        turn("And the whole suite.", [bash("node --test")], nothingFails),
      ],
      done({
        title: "Keep arguments away from Function.prototype",
        rootCause:
          "`setKey` walks dotted keys and skipped only `__proto__`. `constructor` of any object is a function, so " +
          "`--_.constructor.constructor.prototype.foo` ended on the `Function.prototype` that all functions share.",
        changes:
          "`setKey` now also stops at `constructor` where it is a function, on the way and as the last key. A test covers " +
          "both ways in.",
        notChecked:
          "A nested option that is called constructor, as in `--site.constructor bob`, is ignored from now on. Nothing here " +
          "says that anyone uses one.",
      }),
    ),
  ],
};
