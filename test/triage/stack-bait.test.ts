import { expect, test } from "vitest";
import { parseTrace } from "../../src/triage/parse-stack.ts";

/** What patterns could try to match in many ways, after what makes them try. */
const heads = [
  "",
  "at ",
  "  at a.b(",
  "#0 ",
  "#1      ",
  "\tfrom ",
  "0 ",
  "** (",
  "  (a 1) a.ex:1: ",
  " 1: ",
  'File "',
  "a.rb:1:in `a': ",
  "* thread #1",
  "frame #0: 0x1 ",
  "0   A   0x0000000100b0aed8 ",
  "1 0x1 a",
  "a@",
  "https://",
  "package:a 1",
  "goroutine 1 [",
  "Fatal error: ",
  "PHP Fatal error: ",
  "thread 'a' panicked at ",
  "panic: ",
  "Error: ",
  "Uncaught ",
  "[object] (A(code: 0): ",
  "2026-01-01 10:11:12 ",
  "[",
  "\\n at ",
  '{"a":',
];
const parts = [
  "a.",
  "(",
  ")",
  ":1",
  " ",
  "a ",
  " in ",
  "/",
  "a",
  ", ",
  "`",
  "'",
  "<",
  ") in ",
  ", a:1:1 ",
  "Error",
  "\\",
  "[",
];

test.each(heads)("lines that start with %j take no longer than others, whatever follows", (head) => {
  for (const part of parts) {
    const line = (head + part.repeat(2_000)).slice(0, 2_000);
    const start = performance.now();
    parseTrace(`${line}\n`.repeat(500));
    // A quadratic pattern takes minutes on this.
    expect(performance.now() - start).toBeLessThan(3_000);
  }
});

/** Lines that each look like the start or the middle of a trace. */
const lines = [
  "at f (a.js:1:1)",
  "  at a.b(A.java:1)",
  "at a.b() in /a.cs:line 1",
  '  File "a", line 1',
  "Traceback (most recent call last):",
];
const more = [
  "goroutine 1 [running]:",
  "panic: x",
  "\tpanic: x",
  "x.rb:1:in `a': b (C)",
  "\tfrom x.rb:1:in `a'",
  "\t1: from x.rb:1:in `a'",
];
const rest = [
  "thread 'a' panicked at a:1:1:",
  "thread 'a' panicked at 'x",
  "stack backtrace:",
  " 1: a",
  "** (A) b",
  "#0 /a(1): b()",
  "Stack trace:",
];
const pairs = [
  "Stack trace:\nNext A: b",
  "Traceback (most recent call last):\n  +-+---------------- 1 ----------------",
  "panic: x\nmain.f()",
  "    at f (a.js:1:1) {\nat a.b() in /a.cs:line 1",
  "#0 /a(1): b()\n#1      a (dart:a:1)",
  "stack backtrace:\n 1: a",
  "{\n ",
];
const ends = [
  "Next A: b",
  "Caused by: a",
  "---> a",
  "[cause]: Error: x",
  "* thread #1",
  "a  b",
  "package:a/b.dart 1  c",
  "{",
  "",
  "  ",
  "Error: x",
];

test.each([...lines, ...more, ...rest, ...ends, ...pairs])(
  "a megabyte of lines %j takes no longer than other text",
  (line) => {
    const start = performance.now();
    parseTrace(`${line}\n`.repeat(1_000_000 / (line.length + 1)));
    expect(performance.now() - start).toBeLessThan(3_000);
  },
);

test.each(["at ", ".", "[[", '"', "\\n", "\r", "|", "\u001B["])(
  "a megabyte of %j takes no longer than other text",
  (part) => {
    const start = performance.now();
    parseTrace(part.repeat(1_000_000 / part.length));
    expect(performance.now() - start).toBeLessThan(3_000);
  },
);
