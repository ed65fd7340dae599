import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../src/domain/user-error.ts";
import { checkPolicy, explainPolicy, printSchema } from "../src/policy-command.ts";
import { openStage } from "./github/stage.ts";
import type { Stage } from "./github/stage.ts";

/** Collects what is printed. */
function paper(): { write(text: string): void; text(): string } {
  let text = "";
  return { write: (more) => void (text += more), text: () => text };
}

describe("self-heal policy check", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "policy-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  test("finds nothing wrong with a good file", () => {
    const out = paper();
    const good = file("good.yml", "gate:\n  approvals: 2\n");
    expect(checkPolicy(good, {}, out)).toBe(0);
    expect(out.text()).toBe(`${good}: good\n`);
  });

  test("shows each problem with its place, its line and a caret", () => {
    const out = paper();
    const bad = file("bad.yml", "gate:\n  aprovals: 2\n");
    expect(checkPolicy(bad, {}, out)).toBe(1);
    expect(out.text()).toBe(
      [
        `${bad}:2:3: there is no key \`gate.aprovals\`; did you mean \`gate.approvals\`?`,
        "      aprovals: 2",
        "      ^",
        "1 problem, 0 refused",
        "",
      ].join("\n"),
    );
  });

  test("shows what an organisation's file refuses", () => {
    const out = paper();
    const org = file("org.yml", "locked: [gate]\ngate:\n  approvals: 2\n");
    const own = file("own.yml", "gate:\n  approvals: 1\n");
    expect(checkPolicy(own, { org }, out)).toBe(1);
    expect(out.text()).toContain(`${own}:2:3: \`gate.approvals\` stays \`2\``);
    expect(out.text()).toContain("0 problems, 1 refused");
  });

  test("checks an organisation's file as what it is when it is given as both", () => {
    const org = file("org.yml", "locked: [gate]\n");
    expect(checkPolicy(org, { org }, paper())).toBe(0);
    expect(checkPolicy(org, {}, paper())).toBe(1);
  });

  test("says what it cannot look at", () => {
    const out = paper();
    expect(checkPolicy(file("own.yml", "_extends: base\n"), {}, out)).toBe(0);
    expect(out.text()).toContain("without `_extends: base`");
  });

  test("prints one JSON object for machines", () => {
    const out = paper();
    const bad = file("bad.yml", "mode: fast\n");
    expect(checkPolicy(bad, { json: true }, out)).toBe(1);
    expect(JSON.parse(out.text())).toMatchObject({
      ok: false,
      problems: [{ source: bad, line: 1, column: 7, path: "mode" }],
      refused: [],
    });
  });

  test("cannot check what it cannot read, and says what to do", () => {
    expect(() => checkPolicy(join(directory, "no.yml"), {}, paper())).toThrow(UserError);
    expect(() => checkPolicy(directory, {}, paper())).toThrow(/Give the path of a file/);
  });
});

test("self-heal policy schema prints the JSON Schema", () => {
  const out = paper();
  printSchema(out);
  expect(JSON.parse(out.text())).toMatchObject({ title: "Self-Heal policy", additionalProperties: false });
});

describe("self-heal policy explain", () => {
  let stage: Stage;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    stage = await openStage({ files: { ".github/self-heal.yml": "merge: auto\ngate:\n  approvals: 1\n" } });
    const files = { "self-heal.yml": "locked: [gate.approvals]\ngate:\n  approvals: 2\n" };
    await stage.github.addRepository({ owner: "acme", name: ".github", files });
    await stage.github.install("acme/.github");
    env = {
      APP_ID: String(stage.github.app.id),
      PRIVATE_KEY: stage.github.app.privateKey,
      WEBHOOK_SECRET: "0123456789abcdef",
      GITHUB_API_URL: stage.github.url,
    };
  });
  afterEach(() => stage.close());

  test("tells each key that is not a default with the file that decided it, and what was refused", async () => {
    const out = paper();
    expect(await explainPolicy("acme/shop", { env }, out)).toBe(1);
    expect(out.text()).toMatch(/merge +"auto" +\(acme\/shop\/\.github\/self-heal\.yml@[0-9a-f]{7}\)/);
    expect(out.text()).toMatch(/gate\.approvals +2 +\(acme\/\.github\/self-heal\.yml@[0-9a-f]{7}\)/);
    expect(out.text()).toContain("Accepted here: `2` or more.");
    expect(out.text()).not.toContain("retentionDays");
  });

  test("prints one JSON object for machines", async () => {
    const out = paper();
    await explainPolicy("acme/shop", { env, json: true }, out);
    expect(JSON.parse(out.text())).toMatchObject({
      ok: false,
      policy: { merge: "auto" },
      refused: [{ key: "gate.approvals" }],
    });
  });

  test.each([
    ["acme", /Write OWNER\/REPO/],
    ["acme/none", /not installed on acme\/none/],
  ])("of %s says what is wrong", async (repo, message) => {
    await expect(explainPolicy(repo, { env }, paper())).rejects.toThrow(message);
  });

  test("needs the App's credentials", async () => {
    await expect(explainPolicy("acme/shop", { env: {} }, paper())).rejects.toThrow(/no credentials/);
  });
});
