import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { UserError } from "../src/domain/user-error.ts";
import { triageCommand } from "../src/triage-command.ts";
import type { TriageOptions } from "../src/triage-command.ts";
import { temporaryDirectory } from "./support/temporary.ts";

async function triage(input: string, options: TriageOptions = {}): Promise<Record<string, unknown>[]> {
  let text = "";
  const output = { write: (more: string) => (text += more) };
  await triageCommand(options, { input: Readable.from([input]), output });
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const stack = "TypeError: x is undefined\n    at getUser (/srv/app/src/user.js:12:9)";
const report = { error_message: "TypeError: x is undefined", stack };

test("a line in the documented form gives exactly the documented keys", async () => {
  const [line = {}] = await triage(JSON.stringify(report));
  expect(Object.keys(line)).toEqual(
    "fingerprint reason type message frames top category confidence terms actionable reasonCode".split(" "),
  );
  expect(line).toMatchObject({
    reason: "stack",
    type: "TypeError",
    top: { file: "/srv/app/src/user.js", line: 12, function: "getUser" },
    category: "runtime-code",
    actionable: false,
    reasonCode: "low-confidence",
  });
});

test("with a checkout the place is looked for in it", async () => {
  const tree = temporaryDirectory("triage");
  await mkdir(join(tree, "src"));
  await writeFile(join(tree, "src/user.js"), "");
  const [inside, elsewhere] = await triage(
    [report, { ...report, stack: stack.replace("user.js", "gone.js") }].map((one) => JSON.stringify(one)).join("\n"),
    { tree },
  );
  await rm(tree, { recursive: true });
  expect(inside).toMatchObject({ confidence: 0.65, actionable: true, reasonCode: null });
  expect(elsewhere).toMatchObject({ actionable: false, reasonCode: "needs-info" });
});

test("a bad line is told with its number and does not stop the rest", async () => {
  const lines = [JSON.stringify(report), "nope", '{"x":1}', JSON.stringify(report)];
  const [first, second, third, fourth] = await triage(lines.join("\n"));
  expect(first).toEqual(fourth);
  expect(second).toEqual({ line: 2, error: expect.stringContaining("not JSON") });
  expect(third).toEqual({ line: 3, error: expect.stringContaining("error_message") });
});

test("frames and exceptions of the sender's count for more than the text", async () => {
  const frames = [{ file: "src/cart.py", line: 3, function: "total", in_app: true }];
  const [given, chained] = await triage(
    [
      { ...report, frames },
      { error_message: "bad", exceptions: [{ type: "CartError" }, { type: "KeyError", frames }], level: "fatal" },
    ]
      .map((one) => JSON.stringify(one))
      .join("\n"),
  );
  expect(given).toMatchObject({ top: { file: "src/cart.py", inApp: true } });
  expect(chained).toMatchObject({ type: "CartError", top: { file: "src/cart.py" } });
});

test("a bare Sentry event is read as its sender sends it", async () => {
  const event = {
    event_id: "a".repeat(32),
    exception: {
      values: [
        { type: "KeyError", value: "7", stacktrace: { frames: [{ filename: "a.py", function: "f", in_app: true }] } },
      ],
    },
  };
  const [line] = await triage(JSON.stringify(event, undefined, 2), { source: "sentry" });
  expect(line).toMatchObject({ type: "KeyError", reason: "stack", top: { file: "a.py" } });
  const [nothing] = await triage("{}", { source: "sentry" });
  expect(nothing).toMatchObject({ line: 1, error: expect.any(String) });
});

test.each<[string, TriageOptions]>([
  ["a sender that nobody knows", { source: "carrier-pigeon" }],
  ["a checkout that is not there", { tree: "/nonexistent/tree" }],
])("%s is the user's mistake", async (_, options) => {
  await expect(triage("{}", options)).rejects.toThrow(UserError);
});
