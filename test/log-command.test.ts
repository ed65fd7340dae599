import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test, vi } from "vitest";
import { explainLogFile } from "../src/log-command.ts";

const folder = mkdtempSync(join(tmpdir(), "self-heal-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

const log = "2026-01-31T10:20:30.1234567Z src/a.c:3:5: error: expected ';'\n2026-01-31T10:20:31.1Z bye\n";

async function printed(bytes: string | Buffer, options: { json: boolean; toolOutput: boolean }): Promise<string> {
  const file = join(folder, "log");
  writeFileSync(file, bytes);
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await explainLogFile(file, options);
    return write.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    write.mockRestore();
  }
}

test("prints the explanation as JSON with all keys", async () => {
  expect(JSON.parse(await printed(log, { json: true, toolOutput: false }))).toEqual({
    line: "src/a.c:3:5: error: expected ';'",
    lineNumber: 1,
    category: "compile",
    excerpt: { from: 1, to: 2, text: "src/a.c:3:5: error: expected ';'\nbye" },
    locations: [{ file: "src/a.c", line: 3, column: 5, message: "expected ';'", severity: "error" }],
  });
});

test("a log without a cause has no line and its end as the excerpt", async () => {
  expect(JSON.parse(await printed("all good\n", { json: true, toolOutput: false }))).toEqual({
    line: null,
    lineNumber: null,
    category: "unknown",
    excerpt: { from: 1, to: 1, text: "all good" },
    locations: [],
  });
});

test("prints the places of a tool's output only", async () => {
  const output = "a.rb:3: bad\n";
  expect(JSON.parse(await printed(output, { json: true, toolOutput: true }))).toEqual({
    locations: [{ file: "a.rb", line: 3, column: null, message: "bad", severity: null }],
  });
  expect(await printed(output, { json: false, toolOutput: true })).toBe("a.rb:3  bad\n");
});

test("prints for people what broke and where", async () => {
  expect(await printed(log, { json: false, toolOutput: false })).toMatchInlineSnapshot(`
    "Line 1: src/a.c:3:5: error: expected ';'
    Category: compile (the code does not compile), by rule "gcc"

    >      1 | src/a.c:3:5: error: expected ';'
           2 | bye

    Places named there:
    src/a.c:3:5  error expected ';'
    "
  `);
});

test("reads what gzip has compressed, and one byte at a time", async () => {
  expect(await printed(gzipSync(log), { json: false, toolOutput: false })).toContain("Line 1: src/a.c");
  for (const bytes of ["", "x", "\n"])
    expect(await printed(bytes, { json: true, toolOutput: false })).toContain('"unknown"');
});

test("a file that is missing or broken is a mistake of the user's", async () => {
  await expect(explainLogFile(join(folder, "none"), { json: true, toolOutput: false })).rejects.toThrow(
    /cannot be read/,
  );
  await expect(printed(gzipSync(log).subarray(0, 20), { json: true, toolOutput: false })).rejects.toThrow(
    /cannot be read/,
  );
});

test("reads the standard input", () => {
  const module = new URL("../src/log-command.ts", import.meta.url).href;
  const script = `(await import(${JSON.stringify(module)})).explainLogFile("-", { json: false, toolOutput: false })`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    input: log,
    encoding: "utf8",
  });
  expect(stdout).toContain("Line 1: src/a.c");
});
