import { expect, test } from "vitest";
import { Signal } from "../../src/domain/signal.ts";
import { enrich } from "../../src/triage/enrich.ts";
import { signal } from "./signals.ts";

const stack = "RangeError: no\n    at total (/srv/app/src/cart.js:1:2)\n    at /srv/app/node_modules/x/i.js:3:4";
const bare = { frames: [], errorType: undefined, message: "it broke" };

test("frames and type come from the stack trace in the text", () => {
  const { frames, errorType, message, detail } = enrich(signal({ ...bare, detail: stack }));
  expect(frames.map(({ file, line, inApp }) => [file, line, inApp])).toEqual([
    ["/srv/app/src/cart.js", 1, true],
    ["/srv/app/node_modules/x/i.js", 3, false],
  ]);
  expect({ errorType, message, detail }).toEqual({ errorType: "RangeError", message: "it broke", detail: stack });
});

test("a message that is a stack trace is read, too", () => {
  expect(enrich(signal({ ...bare, message: stack })).frames).toHaveLength(2);
});

test("what the sender gave stays as it is", () => {
  const given = signal({ detail: stack });
  expect(enrich(given)).toBe(given);
  expect(enrich(signal({ ...bare, errorType: "MyError", detail: stack })).errorType).toBe("MyError");
});

test("a chain is kept, and its innermost own code is the place", () => {
  const text = `CartError: total failed\n    at checkout (/srv/app/src/checkout.js:9:1) {\n  [cause]: ${stack}\n}`;
  const { exceptions = [], frames, errorType } = enrich(signal({ ...bare, detail: text }));
  expect(exceptions.map(({ type }) => type)).toEqual(["CartError", "RangeError"]);
  expect(frames[0]?.file).toBe("/srv/app/src/cart.js");
  expect(errorType).toBe("CartError");
});

test("a text without an error changes nothing", () => {
  const given = signal({ ...bare, detail: "all is well" });
  expect(enrich(given)).toEqual(given);
});

test("the result is a valid signal, however long the text is", () => {
  const long = `${"x".repeat(500)}Error: ${"m".repeat(30_000)}\n${"    at f (/a/b.js:1:1)\n".repeat(900)}`.slice(
    0,
    60_000,
  );
  expect(Signal.safeParse(enrich(signal({ ...bare, detail: long }))).success).toBe(true);
});
