import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainLog, explainLogStream } from "../../src/triage/log-explanation.ts";
import { baitOf, baits, costOf, maxMs } from "./bait.ts";
import { readSections } from "./sections.ts";

const time = "2026-01-31T10:20:30.1234567Z ";
const logOf = (...lines: string[]) => `\uFEFF${lines.map((line) => time + line).join("\r\n")}\r\n`;
const exit = "##[error]Process completed with exit code 1.";

describe("the cause in a log of each kind", () => {
  test.each(readSections("ci-logs.txt"))("$title", ({ values: [category, line = ""], text }) => {
    const explained = explainLog(logOf(...text.split("\n")));
    expect(explained.category).toBe(category);
    expect(explained.line ?? "").toMatch(line === "" ? /^$/ : new RegExp(line.replaceAll(/[()[\]]/g, "."), "i"));
  });
});

test("names the line by its number in the input, and what stands around it", () => {
  const before = Array.from({ length: 60 }, (_, at) => `quiet ${at}`);
  const explained = explainLog(logOf(...before, "\u001b[31mpanic: at the disco\u001b[0m", "goroutine 1", exit));
  expect(explained).toMatchObject({
    line: "panic: at the disco",
    lineNumber: 61,
    rule: "panic",
    category: "runtime-code",
  });
  expect(explained.excerpt).toMatchObject({ from: 21, to: 63 });
  expect(explained.excerpt?.text.split("\n")).toHaveLength(43);
  expect(explained.excerpt?.text).toMatch(/^quiet 20\n/);
});

test("lists the places that the excerpt names", () => {
  const { locations } = explainLog(logOf("src/a.ts(3,5): error TS2304: Cannot find name 'x'.", exit));
  expect(locations).toEqual([
    {
      file: "src/a.ts",
      line: 3,
      column: 5,
      severity: "error",
      code: "TS2304",
      message: "TS2304: Cannot find name 'x'.",
    },
  ]);
});

test("of one rule the last line counts, and the first where the first error causes the rest", () => {
  expect(explainLog(logOf("panic: one", "panic: two")).line).toBe("panic: two");
  expect(explainLog(logOf("a.ts(1,1): error TS2304: one", "b.ts(1,1): error TS2304: two")).line).toMatch(/^a\.ts/);
});

test("what steps print after the one that failed does not count", () => {
  expect(explainLog(logOf("ValueError: bad", exit, "src/a.c:3:5: error: expected ';'")).line).toBe("ValueError: bad");
});

test("without a better sign before the mark of a failed step, what comes after it counts", () => {
  expect(explainLog(logOf("it failed", exit, "src/a.c:3:5: error: expected ';'")).line).toMatch(/^src\/a\.c/);
});

test("the script that a step is about to run is not what it printed", () => {
  const log = logOf(
    "##[group]Run make",
    "\u001b[36;1mecho 'panic: no'\u001b[0m",
    "env:",
    "  SAYS: panic: no",
    "##[endgroup]",
    "it failed",
  );
  expect(explainLog(log).line).toBe("it failed");
});

test("a refused upload is worse than the exception, a refused upload that calls itself the error better", () => {
  const upload = "upload: (AccessDenied) when calling PutObject";
  expect(explainLog(logOf("ValueError: bad", upload)).line).toBe("ValueError: bad");
  expect(explainLog(logOf("ValueError: bad", `fatal error: ${upload}`)).category).toBe("auth-permission");
});

test("lines that call themselves harmless are no cause", () => {
  expect(explainLog(logOf("WARNING: connection reset, retrying", "##[warning]ValueError: x")).line).toBeUndefined();
});

test("cuts long lines, and keeps the excerpt within 20,000 characters with the cause in it", () => {
  const wide = Array.from({ length: 80 }, () => "x".repeat(5_000));
  const { excerpt, lineNumber = 0 } = explainLog(logOf(...wide, "panic: the one", ...wide));
  expect(lineNumber).toBe(81);
  expect(excerpt?.text.length).toBeLessThanOrEqual(20_000);
  expect(excerpt?.text.split("\n")[lineNumber - (excerpt?.from ?? 0)]).toBe("panic: the one");
});

test("a log in pieces, cut anywhere, is explained as the whole is", async () => {
  const log = logOf("a", "src/a.c:3:5: error: expected ';' ✖", "", "b", exit, "c");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(log.length), { maxLength: 8 }), async (cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), log.length];
      const pieces = ends.map((end, at) => log.slice(at === 0 ? 0 : ends[at - 1], end));
      expect(await explainLogStream(from(pieces))).toEqual(explainLog(log));
    }),
  );
});

test("whatever stands above it, the cause is found and counted right", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
      const { line, lineNumber } = explainLog(`${text}\n##[error]The operation was canceled.\n`);
      expect({ line, lineNumber }).toEqual({
        line: "##[error]The operation was canceled.",
        lineNumber: text.split("\n").length + 1,
      });
    }),
  );
});

test("an empty log has no line, no excerpt and no places", () => {
  expect(explainLog("")).toEqual({ category: "unknown", locations: [] });
});

test.each(baits)("explains a megabyte of %j in time", (piece) => {
  const { oneLine, lines } = baitOf(piece);
  expect(costOf(() => [explainLog(oneLine), explainLog(lines)])).toBeLessThan(maxMs);
});

async function* from(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}
