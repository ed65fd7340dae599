import { expect, test } from "vitest";
import { constantParts, parameterise } from "../../src/triage/parameterise.ts";

test.each([
  ["user 7 not found", "user <number> not found"],
  ["took 1.5e3 ms, 1,024 bytes", "took <number> ms, <number> bytes"],
  ["sha256 of utf8 in v2", "sha256 of utf8 in v2"],
  ["worker-12 died", "worker-<number> died"],
  ["at 0xDEADbeef", "at <hex>"],
  ["commit 3f2a91bc0d", "commit <hex>"],
  ["facade is a word, 1234567 a number", "facade is a word, <number> a number"],
  ["id 550e8400-e29b-41d4-a716-446655440000 gone", "id <uuid> gone"],
  ["on 2026-01-31T10:20:30.123Z and 2026-01-31", "on <date> and <date>"],
  ["at 10:20:30", "at <time>"],
  ["10.0.0.1:8080 refused", "<ip> refused"],
  ["mail to jo.doe+x@mail.example.com failed", "mail to <email> failed"],
  ["GET https://example.com/a?b=1 failed", "GET <url> failed"],
  ["cannot open /var/lib/app/x.db", "cannot open <path>"],
  ["cannot open C:\\Users\\jo\\x.db", "cannot open <path>"],
  ["cannot open src/a/b.js now", "cannot open <path> now"],
  ["read/write error", "read/write error"],
  ["Cannot read properties of undefined (reading 'name')", "Cannot read properties of undefined (reading <text>)"],
  ["can't find \"x\" or `y` or “z”, don't ask", "can't find <text> or <text> or <text>, don't ask"],
  ["two\n  lines\t here ", "two lines here"],
  ["", ""],
])("%j is %j", (message, expected) => expect(parameterise(message)).toBe(expected));

test("what is already parameterised stays", () => {
  const once = parameterise("user 7 at /a/b/c said 'no' on 2026-01-31");
  expect(parameterise(once)).toBe(once);
});

test("the constant parts are what is left between, if it holds letters", () => {
  expect(constantParts("user 7 said 'no' (8)")).toEqual(["user", "said"]);
});

const hostile = [
  "a",
  "1",
  "/a",
  "a/",
  "'",
  '"',
  "“",
  "`",
  "a@",
  "@",
  "-",
  ".",
  "1.",
  "a.",
  "f",
  "0x",
  "://",
  "a:",
  "\\a",
  "1-",
  " ",
  "<",
  "a'",
];

test.each(hostile)("takes no longer for a long run of %j than for any other text", (part) => {
  const start = performance.now();
  for (let round = 0; round < 5; round++) parameterise(part.repeat(20_000));
  // A pattern that backtracks takes minutes on this.
  expect(performance.now() - start).toBeLessThan(3_000);
});
