import { attempt, bash, done, edit, glob, grep, nothingFails, read, turn, workflow, write } from "./bug.ts";
import type { Bug } from "./bug.ts";

const suite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const JSON5 = require('..');

test('keys need no quotes and trailing commas are fine', () => {
  assert.deepEqual(JSON5.parse('{a: 1, b: [2, 3,],}'), { a: 1, b: [2, 3] });
});

test('comments are skipped', () => {
  assert.deepEqual(JSON5.parse('{// one\\n a: /* two */ 1}'), { a: 1 });
});

test('numbers may be hexadecimal, signed or without a leading digit', () => {
  assert.deepEqual(JSON5.parse('[0xC8, +1.23, .5, -Infinity]'), [200, 1.23, 0.5, -Infinity]);
});

test('strings may use single quotes and escaped line ends', () => {
  assert.equal(JSON5.parse("'one \\\\\\ntwo'"), 'one two');
});

test('the reviver sees every value, the inner ones first', () => {
  const seen = [];
  const value = JSON5.parse('{a: {b: 1}, c: [2]}', (key, value) => {
    seen.push(key);
    return typeof value === 'number' ? value * 10 : value;
  });
  assert.deepEqual(seen, ['b', 'a', '0', 'c', '']);
  assert.deepEqual(value, { a: { b: 10 }, c: [20] });
});

test('a reviver that gives undefined removes the key', () => {
  assert.deepEqual(JSON5.parse('{a: 1, b: 2}', (key, value) => (key === 'a' ? undefined : value)), { b: 2 });
});

test('a syntax error says where it is', () => {
  assert.throws(() => JSON5.parse('{a:\\n!}'), { name: 'SyntaxError', lineNumber: 2, columnNumber: 1 });
});

test('stringify leaves quotes away where it can', () => {
  assert.equal(JSON5.stringify({ a: 'b', 'c-d': [1] }), "{a:'b','c-d':[1]}");
});
`;

const message = "the parsed object inherits isAdmin from its own text";

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const JSON5 = require('..');

test('__proto__ is a key like any other', () => {
  const value = JSON5.parse('{"user": 1, "__proto__": {"isAdmin": true}}');
  assert.equal(value.isAdmin, undefined, '${message}');
  assert.deepEqual(Object.keys(value), ['user', '__proto__']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test('__proto__ stays a key when a reviver runs', () => {
  const value = JSON5.parse('{"__proto__": {"isAdmin": true}}', (key, value) => value);
  assert.equal(value.isAdmin, undefined, '${message}');
  assert.deepEqual(Object.keys(value), ['__proto__']);
});
`;

const define = (indent: string, object: string, value: string) =>
  [
    `Object.defineProperty(${object}, key, {`,
    `    ${value},`,
    "    writable: true,",
    "    enumerable: true,",
    "    configurable: true,",
    "})",
  ].join(`\n${indent}`);

const title = "JSON5.parse lets a __proto__ key replace the prototype";
const testFile = "test/proto-key.test.js";

/** CVE-2022-46175, fixed in 2.2.2. */
export const json5: Bug = {
  name: "json5",
  package: {
    name: "json5",
    version: "2.2.1",
    integrity: "sha512-1hqLFMSrGHRHxav9q9gNjJ5EXznIxGVO09xQRrwplcS8qs28pZ8s8hupZAmqDwZUmVZ2Qb2jnyPOWcDH8m8dlA==",
  },
  expects: "pull",
  about: "a __proto__ key in the text replaces the object's prototype (CVE-2022-46175)",
  files: { ".github/workflows/ci.yml": workflow, "test/parse.test.js": suite },
  report: {
    title,
    body: `We read tenant settings with json5 2.2.1 and check them before use:

\`\`\`js
const settings = JSON5.parse('{"user": 1, "__proto__": {"isAdmin": true}}');
Object.keys(settings);      // ['user'], so our check of unknown keys passes
settings.isAdmin;           // true
\`\`\`

\`JSON.parse\` keeps \`__proto__\` as an own key and \`isAdmin\` stays undefined. I expected the same here.
Our audit stops:

\`\`\`
Error: ${message}
    at audit (/srv/tenants/audit.js:22:11)
    at loadSettings (/srv/tenants/settings.js:9:3)
\`\`\``,
  },
  error: { message, file: "lib/parse.js", line: 976 },
  scripts: [
    attempt(
      1,
      ["json5", title, message],
      [
        turn("First the layout: which files are source, which are tests?", [
          glob("{lib,dist,test}/**/*"),
          read("package.json"),
        ]),
        turn(
          "`main` is lib/, and dist/ is the bundle made from it. Where does the parser put a value into an object?",
          [grep(String.raw`\[key\] = `, "lib")],
          /parse\.js:\d+:/,
        ),
        turn("Two places. I read both.", [read("lib/parse.js", 28, 62), read("lib/parse.js", 935, 1000)]),
        turn("The tests that are there:", [read("test/parse.test.js", 1, 40)]),
        turn("A failing test first, with and without a reviver, since that is the second place.", [
          write(testFile, reproduction),
        ]),
        turn(
          "It should fail with what the report says.",
          [bash(`node --test ${testFile}`)],
          /inherits isAdmin from its own text/,
        ),
        turn(
          "Reproduced. An assignment to `__proto__` calls the setter of Object.prototype; defining the property does not. " +
            "That is what JSON.parse does as well.",
          [
            edit(
              "lib/parse.js",
              "            parent[key] = value\n",
              `            ${define("            ", "parent", "value")}\n`,
            ),
            edit(
              "lib/parse.js",
              "                value[key] = replacement\n",
              `                ${define("                ", "value", "value: replacement")}\n`,
            ),
          ],
        ),
        turn("The new test:", [bash(`node --test ${testFile}`)], nothingFails),
        turn("All tests.", [bash("node --test")], nothingFails),
        turn("The change once more, as a whole.", [read("lib/parse.js", 42, 66)], /defineProperty/),
      ],
      done({
        title: "Parse __proto__ as a plain key",
        rootCause:
          "The parser stored values with `parent[key] = value`. For the key `__proto__` that is the setter of " +
          "`Object.prototype`, so the text chose the object's prototype. `internalize` did the same for revived values.",
        changes:
          "Both places in lib/parse.js define the property instead of assigning it, as JSON.parse does. The test covers " +
          "parsing with and without a reviver.",
        notChecked: "dist/ is generated at publishing and still holds the old code until the next build.",
      }),
    ),
  ],
};
