import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSources, repositoryFor } from "../src/sources.ts";
import type { Source } from "../src/sources.ts";

const env = {
  SENTRY_SECRET: "0123456789abcdef",
  SENTRY_OLD: "fedcba9876543210",
  SENTRY_TOKEN: "a-token-of-sentry-here",
};

function read(yaml: string): { sources: Source[]; problems: string } {
  const path = join(mkdtempSync(join(tmpdir(), "self-heal-sources-")), "sources.yml");
  writeFileSync(path, yaml);
  const problems: string[] = [];
  return { sources: readSources(path, env, problems), problems: problems.join("\n") };
}

const whole = `
rate: { perMinute: 600 }
sources:
  - name: web
    kind: sentry
    secrets: [$SENTRY_SECRET, $SENTRY_OLD]
    projects: { api: acme/shop, "*": acme/rest }
    sentry: { organization: acme, token: $SENTRY_TOKEN }
`;

test("without a file there are no sources", () => {
  const problems: string[] = [];
  expect([readSources(undefined, {}, problems), problems]).toEqual([[], []]);
});

test("takes secrets from the environment variables that the file names", () => {
  const { sources, problems } = read(whole);
  expect(problems).toBe("");
  expect(sources).toEqual([
    {
      name: "web",
      kind: "sentry",
      secrets: ["0123456789abcdef", "fedcba9876543210"],
      projects: { api: "acme/shop", "*": "acme/rest" },
      rate: { perMinute: 600, burst: 120 },
      sentry: { organization: "acme", token: "a-token-of-sentry-here", url: "https://sentry.io" },
    },
  ]);
});

test("a project's own line counts before the star, and a name of every object is no project", () => {
  const projects = { api: "acme/shop", "*": "acme/rest" };
  expect(repositoryFor({ projects }, "api")).toBe("acme/shop");
  expect(repositoryFor({ projects }, "toString")).toBe("acme/rest");
  expect(repositoryFor({ projects: { api: "acme/shop" } }, "constructor")).toBeUndefined();
});

const source = (line: string): string =>
  `sources: [{ name: web, kind: sentry, secrets: [$SENTRY_SECRET], projects: { a: acme/shop }, ${line} }]`;

test.each([
  [
    "a literal secret",
    "sources: [{ name: a, kind: otlp, secrets: [hunter2hunter2], projects: { a: b/c } }]",
    "no secret belongs in a file",
  ],
  [
    "a variable that is not set",
    whole.replace("$SENTRY_OLD", "$NOT_SET"),
    "the environment variable NOT_SET is not set",
  ],
  ["a third secret", whole.replace("$SENTRY_OLD", "$SENTRY_OLD, $SENTRY_OLD"), "two at most"],
  ["a misspelt key", source("seceets: []"), "there is no key seceets; did you mean secrets?"],
  ["an unknown kind", whole.replace("kind: sentry", "kind: sentri"), "sources.0.kind"],
  ["the name github", whole.replace("name: web", "name: github"), "github is GitHub's own"],
  ["a repository without owner", whole.replace("acme/shop", "shop"), "write a repository as owner/name"],
  ["a sentry block elsewhere", whole.replace("kind: sentry", "kind: otlp"), "only a source of kind sentry has it"],
  ["no sources at all", "rate: {}", "sources"],
  ["broken YAML", "sources: [", "not valid YAML"],
])("tells of %s what is wrong, and gives no source", (_, yaml, problem) => {
  const { sources, problems } = read(yaml);
  expect(problems).toContain(problem);
  expect(problems).not.toContain("hunter2");
  expect(sources).toEqual([]);
});

test("two sources of one name are told, and all problems at once", () => {
  const one = "{ name: web, kind: otlp, secrets: [$GONE], projects: { a: b/c } }";
  const { problems } = read(`sources: [${one}, ${one}]`);
  expect(problems.split("\n")).toHaveLength(3);
  expect(problems).toContain("two sources are named web");
});

test("a file that is not there is told by its path", () => {
  const problems: string[] = [];
  readSources("/nowhere/sources.yml", {}, problems);
  expect(problems.join()).toMatch(/\/nowhere\/sources\.yml.*cannot be read/);
});
