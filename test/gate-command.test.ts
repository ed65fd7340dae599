import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Decision } from "../src/domain/decision.ts";
import { UserError } from "../src/domain/user-error.ts";
import { simulateGate } from "../src/gate-command.ts";
import type { SimulateOptions } from "../src/gate-command.ts";
import { decidedAt, review, snapshot } from "./support/snapshot.ts";
import { temporaryDirectory } from "./support/temporary.ts";

const directory = temporaryDirectory("gate");
afterAll(() => rmSync(directory, { recursive: true }));

const now = new Date(decidedAt).toISOString();

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

const passing = write("passing.json", JSON.stringify(snapshot()));
const waiting = write("waiting.json", JSON.stringify(snapshot({ reviews: [review("ben", "COMMENTED")] })));
const policy = write("policy.yml", "gate:\n  approvals: 1\n");

/** In a process of its own, because it prints and sets the exit code. */
function run(file: string, options: SimulateOptions): { output: string; exitCode: unknown } {
  const program = [
    `import { simulateGate } from ${JSON.stringify(new URL("../src/gate-command.ts", import.meta.url).href)};`,
    `simulateGate(${JSON.stringify(file)}, ${JSON.stringify(options)});`,
    "process.stdout.write(`\\n${process.exitCode ?? 0}`); process.exitCode = 0;",
  ].join("\n");
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  const at = said.lastIndexOf("\n");
  return { output: said.slice(0, at), exitCode: Number(said.slice(at + 1)) };
}

test("prints the decision with its reasons, and exits with 0 only where it passes", () => {
  const good = run(passing, { policy, now, json: false });
  expect(good.exitCode).toBe(0);
  expect(good.output).toMatch(/^pass\n\n- ✅ .*\n {2}- ✅ /);
  const bad = run(waiting, { policy, now, json: false });
  expect(bad.exitCode).toBe(1);
  expect(bad.output).toMatch(/^pending\n\n- ⏳ /);
});

test("prints one JSON object that is a decision", () => {
  const { output, exitCode } = run(passing, { policy, now, json: true });
  expect(exitCode).toBe(0);
  expect(Decision.parse(JSON.parse(output))).toMatchObject({ decision: "pass", approvedBy: ["ann"] });
});

test("decides as of the time that it is given", () => {
  const early = new Date(decidedAt - 7 * 86_400_000).toISOString();
  expect(run(passing, { policy, now: early, json: false }).output).toContain("is dated in the future");
});

test.each<[title: string, file: string, options: Partial<SimulateOptions>, message: string]>([
  ["no such snapshot", join(directory, "none.json"), {}, "none.json cannot be read: ENOENT"],
  ["a snapshot that is not JSON", write("text.json", "{"), {}, "text.json is not JSON"],
  ["a snapshot without its parts", write("empty.json", "{}"), {}, "→ at pull"],
  ["no such policy", passing, { policy: join(directory, "none.yml") }, "none.yml cannot be read"],
  ["a policy with a typo", passing, { policy: write("typo.yml", "gate:\n  aprovals: 2\n") }, "line 2: "],
  ["a time that is none", passing, { now: "yesterday" }, '"yesterday" is not a time. Write --now like'],
])("bad input is told to its writer: %s", (...[, file, options, message]) => {
  const simulate = () => simulateGate(file, { policy, now, json: true, ...options });
  expect(simulate).toThrow(UserError);
  expect(simulate).toThrow(message);
});
