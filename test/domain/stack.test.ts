import { describe, expect, test } from "vitest";
import { Frame } from "../../src/domain/signal.ts";
import { parseErrorLine, parseStack } from "../../src/domain/stack.ts";

const node = `
/srv/app/src/cart.js:12
    throw new RangeError("no\\ntotal");
    ^

RangeError [ERR_TOTAL]: no
total at all
    at Cart.total (/srv/app/src/cart.js:12:11)
    at async Promise.all (index 0)
    at async checkout (file:///srv/app/src/checkout.mjs:7:3)
    at Object.<anonymous> (/srv/my (app)/index.js:1:1)
    at new Order (/srv/app/src/order.js:3)
    at eval (eval at run (/srv/app/x.js:1:2), <anonymous>:1:1)
    at node:internal/process/task_queues:95:5
    at <anonymous>
    at native
  [cause]: TypeError: inner
      at inner (/srv/app/src/inner.js:1:1)
`;

const python = `
Traceback (most recent call last):
  File "/srv/app/db.py", line 3, in connect
    raise OSError("down")
OSError: down

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 20, in <module>
    main()
  File "/srv/app/main.py", line 12, in main
    total(None)
app.errors.CartEmpty: nothing: at all
`;

describe("parseStack", () => {
  test("reads a JavaScript stack, crash site first, without what has no file and without causes", () => {
    expect(parseStack(node)).toEqual({
      errorType: "RangeError",
      message: "no\ntotal at all",
      frames: [
        { file: "/srv/app/src/cart.js", line: 12, column: 11, function: "Cart.total" },
        { file: "file:///srv/app/src/checkout.mjs", line: 7, column: 3, function: "checkout" },
        { file: "/srv/my (app)/index.js", line: 1, column: 1, function: "Object.<anonymous>" },
        { file: "/srv/app/src/order.js", line: 3, function: "new Order" },
        { file: "node:internal/process/task_queues", line: 95, column: 5 },
      ],
    });
  });

  test("reads the Python traceback that was not caught, crash site first", () => {
    expect(parseStack(python)).toEqual({
      errorType: "app.errors.CartEmpty",
      message: "nothing: at all",
      frames: [
        { file: "/srv/app/main.py", line: 12, function: "main" },
        { file: "/srv/app/main.py", line: 20 },
      ],
    });
  });

  test.each([
    ["an error of any name directly above its frames", "CartEmpty: x\n    at f (a.js:1:2)", "CartEmpty", "x", 1],
    ["a stack without an error's line", "    at f (a.js:1:2)", undefined, undefined, 1],
    ["an error without a message", "Error\n    at f (a.js:1:2)", "Error", "", 1],
    ["a Python error without a message", '  File "a.py", line 1, in f\nKeyboardInterrupt', "KeyboardInterrupt", "", 1],
    ["a traceback that is cut off", '  File "a.py", line 1, in f\n    x()', undefined, undefined, 1],
    ["an error's line alone", "It says\nTypeError: x is undefined\nwhen I click", "TypeError", "x is undefined", 0],
    ["Windows line ends", "Error: x\r\n    at f (C:\\a\\b.js:1:2)\r\n", "Error", "x", 1],
    [
      "Java's frames",
      "java.lang.IllegalStateException: no\n\tat com.a.B.c(B.java:12)",
      "java.lang.IllegalStateException",
      "no",
      1,
    ],
    ["prose", "at the office it does not work: at all\nNote: at 10:30", undefined, undefined, 0],
    ["nothing", "", undefined, undefined, 0],
  ])("%s", (...[, text, errorType, message, frames]) => {
    const stack = parseStack(text);
    expect([stack.errorType, stack.message, stack.frames.length]).toEqual([errorType, message, frames]);
  });

  test("gives at most 500 frames, nearest to the crash, all fit to be kept", () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `    at f${at} (a.js:${at + 1}:1)`);
    const { frames } = parseStack(`Error: deep\n${lines.join("\n")}`);
    expect(frames).toHaveLength(500);
    expect(frames[0]?.function).toBe("f0");
    const calls = Array.from({ length: 3_000 }, (_, at) => `  File "a.py", line ${at + 1}, in f${at}`);
    const deep = parseStack(`${calls.join("\n")}\nRecursionError: deep`);
    expect(deep.frames).toHaveLength(500);
    expect(deep.frames[0]?.function).toBe("f2999");
    for (const frame of [...frames, ...deep.frames]) Frame.parse(frame);
  });

  test.each([
    "    at f (a:1:1)\n",
    "at ",
    "(",
    'File "',
    '  File "a", line 1\n',
    ":1",
    "a.",
    "Error: ",
    " ",
    "at (((((",
    "\n",
  ])("takes no longer for a megabyte of %j than for any other text", (part) => {
    const start = performance.now();
    parseStack(part.repeat(Math.ceil(1_000_000 / part.length)));
    // A quadratic pattern takes minutes on this.
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

test.each([
  ["TypeError: x is not a function", { errorType: "TypeError", message: "x is not a function" }],
  ["Uncaught ReferenceError: y", { errorType: "ReferenceError", message: "y" }],
  ["AssertionError [ERR_ASSERTION]: 1 !== 2", { errorType: "AssertionError", message: "1 !== 2" }],
  ["django.db.utils.IntegrityError: dup", { errorType: "django.db.utils.IntegrityError", message: "dup" }],
  ["Error", { errorType: "Error", message: "" }],
  ["note: read this", undefined],
  ["it broke", undefined],
  ["", undefined],
])("the error's line %j is %j", (line, expected) => expect(parseErrorLine(line)).toEqual(expected));
