import fc from "fast-check";
import { expect, test } from "vitest";
import { scrub, scrubText } from "../../src/webhooks/scrub.ts";
import { payloadOf, read } from "./payloads.ts";

// Put together here, so that no scanner takes this file for a leak.
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmN"].join(".");
const pem = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----\nMIIEabc\n-----END ${kind}PRIVATE KEY-----`;

test.each([
  ["mail ann.lee+x@mail.example.co.uk now", "mail [email] now"],
  ["card 4111 1111 1111 1111, 5555-5555-5555-4444", "card [card], [card]"],
  ["postgres://svc:hun/ter2@db.example/x", "postgres://svc:hun/ter2@db.example/x"],
  ["postgres://svc:hunter2@db.example:5432/x", "postgres://[secret]@db.example:5432/x"],
  ["https://ann:p%40ss@host.example/a", "https://[secret]@host.example/a"],
  ["GET /a?access_token=abc123&page=2", "GET /a?access_token=[secret]&page=2"],
  ["X-Amz-Signature=deadbeef&x=1", "X-Amz-Signature=[secret]&x=1"],
  ["Server=db;User Id=sa;Password=hunter2;Pooling=1", "Server=db;User Id=sa;Password=[secret];Pooling=1"],
  ["Authorization: Bearer abc.def-123\nok", "Authorization: [secret]\nok"],
  ["Cookie: a=b; c=d\r\nok", "Cookie: [secret]\r\nok"],
  ["curl -H 'Authorization: Basic QWxhZGRpbjpvcGVu' x", "curl -H 'Authorization: [secret]' x"],
  ["sent Bearer abcdef0123456789", "sent Bearer [secret]"],
  ['{"password":"hunter2","n":1}', '{"password":"[secret]","n":1}'],
  ['"{\\"apiKey\\": \\"abc\\"}"', '"{\\"apiKey\\": \\"[secret]\\"}"'],
  ["DB_PASSWORD=hunter2", "DB_PASSWORD=[secret]"],
  ["client_secret: s3cr3t", "client_secret: [secret]"],
  [`x ${pem("RSA ")} y`, "x [private key] y"],
  [`x ${pem("").slice(0, 40)}`, "x [private key]"],
  [`token ${jwt}`, "token [token]"],
  [`key AKIA${"ABCDEFGHIJ234567"}`, "key [secret]"],
  [`key ghp_${"a1B2".repeat(9)}`, "key [secret]"],
  [`key AIza${"a1B2-".repeat(7)}`, "key [secret]"],
  [`key sk-ant-api03-${"a1B2".repeat(9)}`, "key [secret]"],
  [`key xoxb-${"1234567890-".repeat(2)}abc`, "key [secret]"],
])("%j becomes %j", (given, expected) => {
  expect(scrubText(given)).toBe(expected);
  expect(scrubText(expected)).toBe(expected);
});

test.each([
  "3f786850e387550fdab836ed7e6dc881de23001b",
  "5b8efff7-9803-4103-a269-b633813fc60c",
  "v1:0123456789abcdef0123456789abcdef",
  "    at getToken (/app/src/token.ts:12:9)",
  "github.com/sourcegraph/conc@v0.3.0/waitgroup.go:32",
  "/app/node_modules/.pnpm/express@4.18.2/node_modules/express/index.js:1:2",
  "render@app.min.js:1:2",
  "load@https://cdn.example/app.js:1:2",
  "git@github.com:acme/api.git",
  'File "/app/auth/password.py", line 5, in check_password',
  "SyntaxError: Unexpected token: end of input",
  "Unexpected token < in JSON at position 0",
  "const token = readToken(request)",
  "password = self.password",
  "token=undefined",
  "password: must be longer",
  "Basic authentication failed",
  "Bearer authentication is required",
  "PublicKeyToken=adb9793829ddae60",
  "1772600767250000000",
  "https://sentry.example/projects/4505281256090153/",
  "order 4111111111111112 was refused",
])("%j says something about the failure, and stays", (text) => {
  expect(scrubText(text)).toBe(text);
});

test("values under secret names go whole, in fields, pairs and attributes", () => {
  const given = {
    password: "x",
    Authorization: "y",
    "set-cookie": ["a", "b"],
    cookies: { sid: "1" },
    "X-Api-Key": "k",
    accessToken: "t",
    token: 123_456,
    headers: [
      ["Cookie", "sid=1"],
      ["Accept", "*/*"],
    ],
    attributes: [{ key: "http.request.header.authorization", value: { stringValue: "z" } }],
    vars: { db_password: "p", retries: 3 },
  };
  expect(scrub(given)).toEqual({
    password: "[secret]",
    Authorization: "[secret]",
    "set-cookie": "[secret]",
    cookies: "[secret]",
    "X-Api-Key": "[secret]",
    accessToken: "[secret]",
    token: "[secret]",
    headers: [
      ["Cookie", "[secret]"],
      ["Accept", "*/*"],
    ],
    attributes: [{ key: "http.request.header.authorization", value: "[secret]" }],
    vars: { db_password: "[secret]", retries: 3 },
  });
});

test("counts, flags, versions and ids under such names stay", () => {
  const given = {
    max_tokens: 100,
    passwordAttempts: 3,
    is_secret: true,
    token: null,
    modules: { secretstorage: "3.3.3", cookiecutter: "2.4" },
    author: "Ann",
    issue_id: "4111111111111111",
    project: 4_111_111_111_111_111,
    projectID: "4111111111111111",
  };
  expect(scrub(given)).toEqual(given);
});

test("a card number that is a number goes, and so do e-mail addresses that are names", () => {
  const given = { number: 4_111_111_111_111_111, seen: { "ann@example.org": 1 }, big: 1_772_600_767_250 };
  expect(scrub(given)).toEqual({ number: "[card]", seen: { "[email]": 1 }, big: 1_772_600_767_250 });
});

test("a scrubbed payload still reads as the failure that it reports", () => {
  const clean = scrub(payloadOf("sentry-event-alert"));
  expect(JSON.stringify(clean)).not.toMatch(/ann@example|sid|abcd1234/);
  expect(read("sentry", clean)).toEqual(read("sentry", payloadOf("sentry-event-alert")));
  for (const name of ["logfire", "otlp", "self-heal", "alertmanager", "pagerduty", "datadog", "grafana"] as const) {
    expect(read(name, scrub(payloadOf(name)))).toEqual(read(name, payloadOf(name)));
  }
});

test("nesting without end is cut, not followed", () => {
  const levels = 100_000;
  const deep: unknown = JSON.parse(`${"[".repeat(levels)}"x"${"]".repeat(levels)}`);
  expect(JSON.stringify(scrub(deep))).toMatch(/^\[{60,70}"\[cut\]"\]{60,70}$/);
  const fields: unknown = JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
  expect(JSON.stringify(scrub(fields)).length).toBeLessThan(1_000);
});

test("a million values and a text of a megabyte are cut", () => {
  const many = scrub(Array.from({ length: 1_000_000 }, () => 0));
  expect(Array.isArray(many) && many.length).toBeLessThan(600_000);
  expect(scrubText("x".repeat(1_000_000)).length).toBeLessThan(300_000);
});

test("NULs and halves of characters go, and no name reaches the prototype", () => {
  const given: unknown = JSON.parse('{"a\\u0000":"b\\u0000\\ud800","__proto__":{"polluted":1},"constructor":{"c":1}}');
  const clean = scrub(given);
  expect(JSON.stringify(clean)).toBe('{"a":"b\ufffd","constructor":{"c":1}}');
  expect(clean).not.toHaveProperty("polluted");
  expect({}).not.toHaveProperty("polluted");
});

test("names that become equal without their NULs do not mix up the texts of others", () => {
  const given: unknown = JSON.parse('{"b":"one","a":"two","a\\u0000":"three","1\\u0000":"four","c":"ann@example.org"}');
  expect(scrub(given)).toEqual({ 1: "four", b: "one", a: "three", c: "[email]" });
});

const baits = [
  "a",
  "a@",
  "a@b.",
  "a.",
  "http://",
  "://a:",
  "-----BEGIN PRIVATE KEY-----",
  "eyJ",
  "eyJaaaaaaaaaa.",
  "4 ",
  "1",
  "1-",
  "password=",
  "token:",
  "token: ",
  '\\"token\\":\\"',
  "bearer ",
  "basic a",
  "cookie:",
  "authorization",
  "xoxb-",
  "sk-",
  "hvs.",
  " ",
  "\n",
  "secret ",
  "SG.aaaaaaaaaaaaaaaa",
];
test.each(baits)("a megabyte of %j takes a moment", (bait) => {
  const text = bait.repeat(Math.ceil(250_000 / bait.length));
  const start = performance.now();
  scrub([text, text, text, text, { "a b": text }]);
  expect(performance.now() - start).toBeLessThan(3_000);
});

test("whatever the JSON, its shape stays, twice is once, and a secret put anywhere is gone", () => {
  const secret = "ann.lee@mail.example.org";
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      const given = { value, list: [text, `${text} ${secret} ${text}`] };
      const clean = scrub(given);
      expect(scrub(clean)).toEqual(clean);
      expect(JSON.stringify(clean)).not.toContain(secret);
      expect(Object.keys(clean as object)).toEqual(["value", "list"]);
    }),
    { numRuns: 500 },
  );
});
