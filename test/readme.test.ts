import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../src/domain/command.ts";
import { reasonCodes, reasons } from "../src/domain/reason.ts";
import { policyTable } from "./support/policy-table.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

test("the policy reference is the schema's", () => {
  expect(readme).toContain(policyTable());
});

test("every command is explained with its own help text", () => {
  for (const [name, { argument, help }] of Object.entries(commands)) {
    expect(readme).toContain(`| \`/self-heal ${[name, argument].filter(Boolean).join(" ")}\` | ${help} |`);
  }
});

test("every reason code is listed with the next step", () => {
  for (const code of reasonCodes.filter((one) => one !== "healed" && one !== "reverted")) {
    expect(readme).toContain(`| \`${code}\` | ${reasons[code].title} | ${reasons[code].next} |`);
  }
});

test("every npm script that the README names exists", () => {
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(2);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test("links to files of the repository lead somewhere", () => {
  for (const [, path = ""] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g))
    expect(() => readFileSync(join(root, path))).not.toThrow();
});
