import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environmentNames, readConfig } from "../src/config.ts";
import { UserError } from "../src/domain/user-error.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const secret = "0123456789abcdef0123";

function problems(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "";
}

test("needs nothing: without credentials the App offers its setup flow", () => {
  const config = readConfig({});
  expect(config.credentials).toBeUndefined();
  expect(config).toMatchObject({
    enabled: true,
    confidenceThreshold: 0.6,
    port: 3000,
    githubApiUrl: "https://api.github.com",
    label: "ai-fix",
  });
});

test("takes the private key as PEM, with escaped line breaks, as base64 and from a file", () => {
  const path = join(mkdtempSync(join(tmpdir(), "self-heal-config-")), "key.pem");
  writeFileSync(path, privateKey);
  const ways = [
    { PRIVATE_KEY: privateKey },
    { PRIVATE_KEY: privateKey.replaceAll("\n", "\\n") },
    { PRIVATE_KEY: Buffer.from(privateKey).toString("base64") },
    { PRIVATE_KEY_PATH: path },
  ];
  for (const way of ways) {
    expect(readConfig({ APP_ID: "7", WEBHOOK_SECRET: secret, ...way }).credentials).toEqual({
      appId: 7,
      privateKey,
      webhookSecret: secret,
    });
  }
});

test("lists every problem at once, each with its remedy", () => {
  const text = problems({
    APP_ID: "seven",
    PORT: "99999",
    GITHUB_API_URL: "api.github.com",
    SELF_HEAL_ENABLED: "yes",
    SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD: "60",
    WEBHOOK_SECRET: "short",
    DATABASE_URL: "postgres://localhost/x",
  });
  expect(text).toMatch(/has 8 problems/);
  for (const name of [
    "APP_ID",
    "PORT",
    "GITHUB_API_URL",
    "SELF_HEAL_ENABLED",
    "SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD",
    "WEBHOOK_SECRET",
    "PRIVATE_KEY",
    "DATABASE_URL",
  ]) {
    expect(text).toMatch(new RegExp(`- ${name}: \\S`));
  }
  expect(text).toContain(".env.example");
});

test("refuses half a set of credentials", () => {
  expect(problems({ APP_ID: "7" })).toMatch(/PRIVATE_KEY: missing.*\n.*WEBHOOK_SECRET: missing/);
  expect(problems({ APP_ID: "7", PRIVATE_KEY: "not a key", WEBHOOK_SECRET: secret })).toContain(
    "PRIVATE_KEY: not a readable PEM private key",
  );
  expect(problems({ APP_ID: "7", PRIVATE_KEY_PATH: "/nowhere.pem", WEBHOOK_SECRET: secret })).toContain(
    "PRIVATE_KEY_PATH: not a readable PEM private key",
  );
});

test("an empty value means that the variable is not set", () => {
  expect(readConfig({ APP_ID: "", PRIVATE_KEY: " ", PORT: "" }).port).toBe(3000);
});

test(".env.example explains every variable and no other", () => {
  const text = readFileSync(join(import.meta.dirname, "../.env.example"), "utf8");
  const names = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(environmentNames));
  expect(names).toHaveLength(environmentNames.length);
  const lines = text.split("\n");
  const unexplained = lines.filter(
    (line, at) => /^[A-Z_]+=/.test(line) && !lines[at - 1]?.startsWith("#") && !line.startsWith("PORT="),
  );
  expect(unexplained).toEqual([]);
});
