import { expect, test } from "vitest";
import type { Signal } from "../../src/domain/signal.ts";
import { sameFailure } from "../../src/triage/same-failure.ts";
import { signal } from "./signals.ts";

const issue: Partial<Signal> = {
  origin: { kind: "issue", number: 1 },
  title: "Cart is broken",
  message: "Cart is broken",
};
const stack = "TypeError: Cannot read properties of undefined (reading 'price')\n    at total (src/cart.js:1:2)";
const generic = { errorType: "ValidationError", message: "ValidationError: failed" };
const bare: Partial<Signal> = { message: "it broke badly at checkout" };

test.each<["yes" | "no" | "unknown", string, Signal, string]>([
  ["yes", "the message word for word", signal(), "x\nTypeError: total of 3 items is not a number\n  at y"],
  ["yes", "the message with other values", signal(), "TypeError: total of 12 items is not a number"],
  ["yes", "the message within a longer line", signal(), 'error: "total of 9 items is not a number" (cart)'],
  [
    "yes",
    "the message in colours",
    signal(),
    "\u001b[31mTypeError\u001b[39m: total of \u001b[1m3\u001b[22m items is not a number",
  ],
  ["yes", "the message wrapped over two lines", signal(), "E  total of 3 items\nis not a number"],
  [
    "yes",
    "an issue's stack",
    signal({ ...issue, detail: stack }),
    "TypeError: Cannot read properties of undefined (reading 'vat')",
  ],
  ["yes", "a short message with its type", signal(generic), "ValidationError: failed"],
  ["no", "another error", signal(), "AssertionError: expected 3 to be 4"],
  ["no", "a passing run's output", signal({ ...issue, detail: stack }), "12 passed"],
  ["no", "a short message without its type", signal(generic), "1 test failed"],
  ["no", "the parts of the message far apart", signal(bare), `it broke${" x".repeat(600)} at checkout`],
  ["unknown", "the type alone", signal(), "TypeError: something else"],
  ["unknown", "prose", signal({ ...issue, errorType: undefined, detail: "it does not add up" }), "AssertionError: 1"],
  ["unknown", "an issue without a text", signal({ ...issue, errorType: undefined }), "AssertionError: 1"],
  [
    "unknown",
    "a red workflow",
    signal({ origin: { kind: "workflow", run: 1, name: "CI" }, errorType: undefined }),
    "1 failed",
  ],
  ["unknown", "no output", signal(), " \n"],
  ["unknown", "a message of two letters", signal({ errorType: undefined, message: "no" }), "no"],
])("%s: %s", (expected, _, given, output) => expect(sameFailure(given, output)).toBe(expected));

test("a type is a word of its own", () => {
  expect(sameFailure(signal({ errorType: "Error", message: "Error: no" }), "TypeErrors: no")).toBe("no");
});

test("a megabyte of near misses is read in time", () => {
  const start = performance.now();
  expect(sameFailure(signal(), "total of ".repeat(200_000))).toBe("no");
  expect(performance.now() - start).toBeLessThan(3_000);
});
