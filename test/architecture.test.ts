import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { lifecycleDiagram } from "../src/domain/diagram.ts";

const root = join(import.meta.dirname, "..");
const source = join(root, "src");
const probe = "forbidden-import-probe.ts";
const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");

const rooms = readdirSync(source).filter((name) => statSync(join(source, name)).isDirectory());

afterEach(() => {
  for (const room of rooms) rmSync(join(source, room, probe), { force: true });
});

/** What the linter says about a file with this content in a room. */
function lint(room: string, content: string): string {
  const path = join(source, room, probe);
  mkdirSync(join(source, room), { recursive: true });
  writeFileSync(path, content);
  try {
    execFileSync(join(root, "node_modules/.bin/oxlint"), [path], { cwd: root, encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

describe("the linter refuses what a room may not import", () => {
  test.each([
    ["domain", 'import { readFileSync } from "node:fs";\nexport const x = readFileSync;\n'],
    ["domain", 'import type { Store } from "../database/store.ts";\nexport type X = Store;\n'],
    ["domain", "export const x = () => Date.now();\n"],
    ["domain", "export const x = () => Math.random();\n"],
    ["webhooks", 'import { fingerprint } from "../triage/fingerprint.ts";\nexport const x = fingerprint;\n'],
    ["triage", 'import { get } from "node:http";\nexport const x = get;\n'],
    ["governance", 'import { readPull } from "../github/pulls.ts";\nexport const x = readPull;\n'],
    ["github", 'import type { Store } from "../database/store.ts";\nexport type X = Store;\n'],
    ["sandbox", 'import { runEffect } from "../effects/run-effect.ts";\nexport const x = runEffect;\n'],
    ["database", 'import { readPull } from "../github/pulls.ts";\nexport const x = readPull;\n'],
    ["agents", 'import type { Store } from "../database/store.ts";\nexport type X = Store;\n'],
    ["reconcile", 'import type { Store } from "../database/store.ts";\nexport type X = Store;\n'],
    ["reconcile", 'import { runEffect } from "../effects/run-effect.ts";\nexport const x = runEffect;\n'],
    ["queue", 'import { runTask } from "../reconcile/run-task.ts";\nexport const x = runTask;\n'],
    ["effects", 'import type { Store } from "../database/store.ts";\nexport type X = Store;\n'],
    ["effects", 'import { dispatch } from "../queue/dispatch.ts";\nexport const x = dispatch;\n'],
    ["queue", 'import { runEffect } from "../effects/run-effect.ts";\nexport const x = runEffect;\n'],
    ["server", 'import { readPull } from "../github/pulls.ts";\nexport const x = readPull;\n'],
    ["github", 'export const x = process.env["HOME"];\n'],
  ])("%s: %s", (room, content) => {
    expect(lint(room, content)).toMatch(/no-restricted-(imports|properties|globals)|no-nodejs-modules/);
  });

  test("and lets pass what it may", () => {
    expect(lint("domain", 'import * as z from "zod";\nexport const x = z.string();\n')).toBe("");
    expect(lint("effects", 'import { UserError } from "../domain/user-error.ts";\nexport const x = UserError;\n')).toBe(
      "",
    );
    expect(lint("triage", 'import { createHash } from "node:crypto";\nexport const x = createHash;\n')).toBe("");
  });
});

test("every room has its line in ARCHITECTURE.md, and its own linter rule", () => {
  const rules = readFileSync(join(root, ".oxlintrc.json"), "utf8");
  for (const room of rooms) {
    expect(architecture).toContain(`| \`${room}\` |`);
    expect(rules).toContain(`"src/${room}/**"`);
  }
});

test("ARCHITECTURE.md holds the diagram that the code prints", () => {
  expect(architecture).toContain(lifecycleDiagram());
  const printed = execFileSync(process.execPath, [join(source, "cli.ts"), "lifecycle", "--mermaid"], {
    encoding: "utf8",
  });
  expect(printed).toBe(`${lifecycleDiagram()}\n`);
});

test("only config.ts reads the environment (the escape probes look at the sandbox's own)", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && name !== "config.ts",
  );
  const readers = files.filter((name) => /process\.env\b/.test(readFileSync(join(source, name), "utf8")));
  expect(readers).toEqual(["sandbox/probes.ts"]);
});
