import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Frame } from "../../src/domain/signal.ts";
import { parseStack, parseTrace } from "../../src/triage/parse-stack.ts";
import type { ParsedException, ParsedFrame, Trace } from "../../src/triage/stack-trace.ts";

const folder = new URL("../fixtures/stacks/", import.meta.url);

const Place = z.strictObject({
  file: z.string().optional(),
  line: z.int().optional(),
  function: z.string().optional(),
});
/** What a person reads in each sample: of the outer exception, but for the length of the chain. */
const Labels = z.strictObject({
  language: z.string(),
  type: z.string().optional(),
  frames: z.int(),
  top: Place,
  /** The first frame of the program's own. */
  inApp: Place,
  chain: z.int(),
});
type Labels = z.infer<typeof Labels>;

const expected = z.record(z.string(), Labels).parse(JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")));
const samples = Object.keys(expected).map(
  (name) => [name, readFileSync(new URL(`${name}.txt`, folder), "utf8")] as const,
);

/** By base name, as a person would say it; with the function where the label has one, or there is nothing else. */
function place(frame: ParsedFrame | undefined, like: z.infer<typeof Place> = {}): z.infer<typeof Place> {
  const { file, line, function: name } = frame ?? {};
  const named = like.function !== undefined || like.line === undefined;
  return {
    ...(file && { file: file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1) }),
    ...(line && { line }),
    ...(name && named && { function: name }),
  };
}

function summary([outer, ...others]: ParsedException[], like: Labels | undefined): Labels {
  if (!outer) throw new Error("nothing was read");
  const { language, type, frames } = outer;
  return {
    language,
    ...(type !== undefined && { type }),
    frames: frames.length,
    top: place(frames[0], like?.top),
    inApp: place(
      frames.find((frame) => frame.inApp),
      like?.inApp,
    ),
    chain: 1 + others.length,
  };
}

test("every sample has its labels", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  expect(files.map((file) => file.replace(/\.txt$/, "")).toSorted()).toEqual(Object.keys(expected).toSorted());
});

describe("parseTrace", () => {
  test.each(samples)("reads the sample %s as a person does", (name, text) => {
    const { exceptions } = parseTrace(text);
    expect(summary(exceptions, expected[name])).toEqual(expected[name]);
    expect(exceptions.map(({ relation }) => relation === "outer")).toEqual(exceptions.map((_, at) => at === 0));
  });

  const lines = (text: string, change: (line: string) => string): string => text.split("\n").map(change).join("\n");
  const wrappings: [string, (text: string) => string][] = [
    ["GitHub Actions' times", (text) => lines(text, (line) => `2026-03-04T10:11:12.3456789Z ${line}`)],
    ["the job and step", (text) => lines(text, (line) => `test\tRun tests\t2026-03-04T10:11:12.3456789Z ${line}`)],
    ["Docker Compose's names", (text) => lines(text, (line) => `web-1  | ${line}`)],
    ["Kubernetes' own form", (text) => lines(text, (line) => `2026-03-04T10:11:12.345678901Z stderr F ${line}`)],
    ["the system log", (text) => lines(text, (line) => `Mar  4 10:11:12 host-1 shop[4312]: ${line}`)],
    ["Heroku's log", (text) => lines(text, (line) => `2026-03-04T10:11:12.345678+00:00 app[web.1]: ${line}`)],
    ["colours", (text) => lines(text, (line) => `\u001B[31m${line}\u001B[39m`)],
    ["Windows line ends", (text) => text.replaceAll("\n", "\r\n")],
    ["a log line as JSON", (text) => JSON.stringify({ level: "error", time: 1, msg: "failed", stack: text })],
    ["a JSON document", (text) => JSON.stringify({ id: "x", error: { name: "y", stack: text } }, undefined, 2)],
    [
      "Docker's JSON lines",
      (text) =>
        lines(text, (line) => JSON.stringify({ log: `${line}\n`, stream: "stderr", time: "2026-03-04T10:11:12Z" })),
    ],
    ["words around it", (text) => `It broke today:\n\n\`\`\`\n${text}\n\`\`\`\n\nWhat shall I do? Thanks: Ann`],
    ["a fence of a quotation", (text) => lines(text, (line) => `> ${line}`)],
  ];
  // A sample that is a log already.
  const bare = samples.filter(
    ([name]) => !["dart-android", "kotlin-android", "php-laravel", "javascript-6", "ruby-rails"].includes(name),
  );

  test.each(wrappings)("is not changed by %s", (_, wrap) => {
    const shape = ({ exceptions }: Trace) => exceptions.map(({ type, frames }) => ({ type, frames }));
    const changed = bare
      .filter(([, text]) => JSON.stringify(shape(parseTrace(wrap(text)))) !== JSON.stringify(shape(parseTrace(text))))
      .map(([name]) => name);
    expect(changed).toEqual([]);
  });

  test("takes the last trace that runs through the program's own code", () => {
    const own = "Error: first\n    at f (/srv/a.js:1:2)";
    const later = "TypeError: second\n    at g (/srv/b.js:1:2)";
    const foreign = "RangeError: third\n    at h (/srv/node_modules/x/c.js:1:2)";
    expect(parseTrace(`${own}\n\n${later}\n\n${foreign}\n`).exceptions[0]?.message).toBe("second");
    expect(parseTrace(foreign).exceptions[0]?.message).toBe("third");
  });

  test("tells languages apart that print alike", () => {
    const language = (text: string) => parseTrace(text).exceptions[0]?.language;
    expect(language("x: y\n   at Acme.Run() in /src/a.cs:line 3")).toBe("csharp");
    expect(language("x: y\n   at com.acme.Run.go(Run.java:3)")).toBe("java");
    expect(language("x: y\n   at go (/srv/run.js:3:1)")).toBe("javascript");
    expect(language("#0 /srv/a.php(3): go()\n#1 {main}")).toBe("php");
    expect(language("#0      go (file:///srv/a.dart:3:1)")).toBe("dart");
    expect(language("Traceback (most recent call last):\n\t1: from a.rb:3:in `go'\na.rb:1:in `x': y (E)")).toBe("ruby");
    expect(language('Traceback (most recent call last):\n  File "a.py", line 3, in go\nE: y')).toBe("python");
  });

  test("without a trace takes the first line that reads as an error", () => {
    expect(parseTrace("It says\nTypeError: x is undefined\nwhen I click")).toEqual({
      exceptions: [
        { language: "unknown", type: "TypeError", message: "x is undefined", frames: [], relation: "outer" },
      ],
    });
    expect(parseTrace("at the office it does not work: at all\nNote: at 10:30")).toEqual({ exceptions: [] });
    expect(parseTrace("")).toEqual({ exceptions: [] });
  });

  test("reads both ends of a text that is too long", () => {
    const noise = "nothing to see here\n".repeat(60_000);
    expect(parseTrace(`${noise}Error: last\n    at f (/srv/a.js:1:2)\n`).exceptions[0]?.message).toBe("last");
    expect(parseTrace(`Error: first\n    at f (/srv/a.js:1:2)\n${noise}`).exceptions[0]?.message).toBe("first");
  });
});

describe("parseStack", () => {
  test("gives the innermost cause with code of the program's own", () => {
    const text = readFileSync(new URL("java-chain.txt", folder), "utf8");
    expect(parseStack(text)).toEqual({
      errorType: "java.lang.NumberFormatException",
      message: 'For input string: "seven"',
      frames: expect.arrayContaining([{ file: "Chain.java", line: 3, function: "Chain.parse" }]),
    });
  });

  test("gives the later of two errors of which one happened on the way", () => {
    expect(parseStack(readFileSync(new URL("python-3.txt", folder), "utf8")).errorType).toBe("NameError");
  });

  test.each(samples)("gives frames of the sample %s that a signal can keep", (_, text) => {
    const { frames } = parseStack(text);
    for (const frame of frames) expect(Frame.parse(frame)).toEqual(frame);
  });
});

/** Parts of traces in every order: more likely to reach odd states than any text. */
const pieces = samples.flatMap(([, text]) => text.split("\n").filter((line) => line !== ""));
const anyTrace = fc
  .array(
    fc.oneof(fc.constantFrom(...pieces), fc.string(), fc.constantFrom("", "  ", "{", "}", "Caused by: ", "---> ")),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join("\n"));

function expectBounded({ frames, type = "", message = "" }: ParsedException): void {
  expect(frames.length).toBeLessThanOrEqual(500);
  expect(type.length).toBeLessThanOrEqual(200);
  expect(message.length).toBeLessThanOrEqual(10_000);
  for (const { line = 1, column = 1, file = "x" } of frames) {
    expect([line, column].every((number) => Number.isSafeInteger(number) && number > 0)).toBe(true);
    expect(file).not.toBe("");
  }
}

test("any text gives a result whose numbers and sizes are in bounds", () => {
  fc.assert(
    fc.property(fc.oneof(anyTrace, fc.string({ unit: "binary", maxLength: 2_000 })), (text) => {
      const { exceptions } = parseTrace(text);
      expect(exceptions.length).toBeLessThanOrEqual(50);
      for (const exception of exceptions) expectBounded(exception);
    }),
    { numRuns: 300 },
  );
});

test.each(samples)("gives at most 500 frames however often the lines of %s are repeated", (_, text) => {
  for (const line of text.split("\n")) {
    for (const { frames } of parseTrace(`${text}\n${`${line}\n`.repeat(600)}`).exceptions) {
      expect(frames.length).toBeLessThanOrEqual(500);
    }
  }
});
