import { attempt, bash, done, edit, glob, grep, nothingFails, read, turn, workflow, write } from "./bug.ts";
import type { Bug } from "./bug.ts";

const parseSuite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const qs = require('..');

test('pairs become keys', () => {
  assert.deepEqual(qs.parse('a=b&c=d'), { a: 'b', c: 'd' });
});

test('brackets nest, five deep at most', () => {
  assert.deepEqual(qs.parse('a[b][c]=d'), { a: { b: { c: 'd' } } });
  assert.deepEqual(qs.parse('a[b][c][d][e][f][g]=h'), { a: { b: { c: { d: { e: { f: { '[g]': 'h' } } } } } } });
});

test('empty and numbered brackets make arrays', () => {
  assert.deepEqual(qs.parse('a[]=b&a[]=c'), { a: ['b', 'c'] });
  assert.deepEqual(qs.parse('a[1]=c&a[0]=b'), { a: ['b', 'c'] });
});

test('a large index makes an object', () => {
  assert.deepEqual(qs.parse('a[21]=b'), { a: { 21: 'b' } });
});

test('names of Object.prototype are dropped unless they are allowed', () => {
  assert.deepEqual(qs.parse('a[hasOwnProperty]=b'), {});
  assert.deepEqual(qs.parse('a[hasOwnProperty]=b', { allowPrototypes: true }), { a: { hasOwnProperty: 'b' } });
});

test('a key without a value is empty, or null where asked', () => {
  assert.deepEqual(qs.parse('a'), { a: '' });
  assert.deepEqual(qs.parse('a', { strictNullHandling: true }), { a: null });
});
`;

const stringifySuite = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const qs = require('..');

test('nested objects use brackets', () => {
  assert.equal(qs.stringify({ a: { b: 'c' } }, { encode: false }), 'a[b]=c');
});

test('arrays are numbered, or repeated where asked', () => {
  assert.equal(qs.stringify({ a: ['b', 'c'] }, { encode: false }), 'a[0]=b&a[1]=c');
  assert.equal(qs.stringify({ a: ['b', 'c'] }, { encode: false, arrayFormat: 'repeat' }), 'a=b&a=c');
});
`;

const message = "the query object has an array for its prototype";

const reproduction = `'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const qs = require('..');

// What Express passes for its extended query parser.
const express = { allowPrototypes: true };

test('a query cannot choose the prototype of what it is parsed into', () => {
  const { a } = qs.parse('a[__proto__]=b&a[__proto__]&a[length]=100000000', express);
  assert.ok(!(a instanceof Array), '${message}');
  assert.deepEqual(a, { length: '100000000' });
});

test('nothing is inherited from the query', () => {
  const { user } = qs.parse('user[__proto__][isAdmin]=true&user[name]=eve', express);
  assert.equal(user.isAdmin, undefined);
  assert.deepEqual(user, { name: 'eve' });
});

test('plain objects get no __proto__ either', () => {
  const { a } = qs.parse('a[__proto__]=b&a[c]=d', { allowPrototypes: true, plainObjects: true });
  assert.deepEqual(Object.keys(a), ['c']);
});
`;

const title = "qs: a[__proto__] in a query string replaces the prototype, Express hangs";
const testFile = "test/proto-key.test.js";

/** CVE-2022-24999, fixed in 6.5.3. */
export const qs: Bug = {
  name: "qs",
  package: {
    name: "qs",
    version: "6.5.2",
    integrity: "sha512-N5ZAX4/LxJmF+7wN74pUD6qAh9/wnvdQcjq9TZjevvXzSUo7bfmw91saqMjzGS2xq91/odN2dW/WOl7qQHNDGA==",
  },
  expects: "pull",
  about: "a query string chooses the prototype of the parsed object (CVE-2022-24999)",
  files: {
    ".github/workflows/ci.yml": workflow,
    "test/parse.test.js": parseSuite,
    "test/stringify.test.js": stringifySuite,
  },
  report: {
    title,
    body: `A single request stops our Express 4 service, which uses qs 6.5.2 with \`allowPrototypes: true\`:

\`\`\`
GET /?a[__proto__]=b&a[__proto__]&a[length]=100000000
\`\`\`

\`req.query.a\` then has \`Array.prototype\` methods and a length of a hundred million. Whatever turns it into a string keeps the
process busy for minutes. It should be a plain object.

Our guard stops the request:

\`\`\`
Error: ${message}
    at guard (/srv/shop/guard.js:17:11)
    at Layer.handle [as handle_request] (/srv/shop/node_modules/express/lib/router/layer.js:95:5)
\`\`\``,
  },
  error: { message, file: "lib/parse.js", line: 73 },
  scripts: [
    attempt(
      1,
      [title, message],
      [
        turn("The layout, then the parser.", [glob("{lib,test}/**/*.js"), read("lib/parse.js")]),
        turn(
          "Is `__proto__` treated anywhere, here or in merge?",
          [grep("__proto__|Prototype", "lib")],
          /allowPrototypes/,
        ),
        turn(
          "Only the general check of names on Object.prototype, and `allowPrototypes` turns that off. What comes out for the " +
            "query of the report?",
          [
            bash(
              `node -e "const {a}=require('.').parse('a[__proto__]=b&a[__proto__]&a[length]=100000000',{allowPrototypes:true});` +
                `console.log(a instanceof Array, typeof a.join, a.length)"`,
            ),
          ],
          /true function/,
        ),
        turn("As reported. How are the options tested so far?", [read("test/parse.test.js", 25, 40)]),
        turn("I write it down as a test: the report's query, an inherited flag, and plain objects.", [
          write(testFile, reproduction),
        ]),
        turn("It has to fail.", [bash(`node --test ${testFile}`)], /an array for its prototype/),
        turn(
          "`allowPrototypes` is about shadowing names such as `hasOwnProperty`; replacing the prototype is never wanted. So " +
            "`parseObject` must not set that one key, whatever the options say.",
          [
            edit(
              "lib/parse.js",
              "            } else {\n                obj[cleanRoot] = leaf;",
              "            } else if (cleanRoot !== '__proto__') {\n                obj[cleanRoot] = leaf;",
            ),
          ],
        ),
        turn("The new test.", [bash(`node --test ${testFile}`)], nothingFails),
        turn("The whole suite.", [bash("node --test")], nothingFails),
      ],
      done({
        title: "Never set __proto__ from a query string",
        rootCause:
          "`parseObject` assigned `obj[cleanRoot] = leaf` for every key. With `allowPrototypes` (which Express sets) the key " +
          "`__proto__` got there, and two values for it made an array the prototype of the parsed object.",
        changes:
          "`parseObject` in lib/parse.js leaves the key `__proto__` out. Tests for Express' options and for `plainObjects`.",
        notChecked: "dist/qs.js is a bundle made at release and was not rebuilt. No Express was run.",
      }),
    ),
  ],
};
