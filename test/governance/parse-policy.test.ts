import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { Policy } from "../../src/domain/policy.ts";
import { parsePolicy } from "../../src/governance/parse-policy.ts";
import type { LayerKind } from "../../src/governance/parse-policy.ts";
import { policyGiven } from "../support/policy-arbitrary.ts";

/** `line:column path: message` of each problem. */
function problems(text: string, layer: LayerKind = "repository"): string[] {
  const parsed = parsePolicy(text, { layer });
  if (parsed.ok) return [];
  return parsed.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

describe("a policy file", () => {
  test.each(["", "# nothing but a comment\n", "{}", "---\n", "gate:\n  # approvals: 2\nlimits:\n", "\uFEFF"])(
    "that says nothing (%j) is the default policy",
    (text) => {
      expect(parsePolicy(text)).toMatchObject({ ok: true, policy: Policy.parse({}) });
    },
  );

  test("keeps defaults for what it does not mention, and remembers what it did", () => {
    const parsed = parsePolicy("limits:\n  usd: 1\n");
    expect(parsed).toMatchObject({
      ok: true,
      policy: { limits: { usd: 1, turns: 40 } },
      file: { given: { limits: { usd: 1 } } },
    });
    expect(parsed.ok && parsed.file.places.get("limits.usd")).toEqual({ line: 2, column: 3 });
  });

  test.each([
    ["enabeld: true", "1:1 enabeld: there is no key `enabeld`; did you mean `enabled`?"],
    ["limits:\n  turn: 3", "2:3 limits.turn: there is no key `limits.turn`; did you mean `limits.turns`?"],
    [
      "approvals: 2",
      "1:1 approvals: there is no key `approvals`; did you mean `gate.approvals` or `protection.approvals`?",
    ],
    ["usd: 2", "1:1 usd: there is no key `usd`; did you mean `limits.usd`?"],
    [
      "filesabove: 2",
      "1:1 filesabove: there is no key `filesabove`; did you mean `filesAbove` in an entry of `gate.tiers`?",
    ],
    ["xylophone: 2", "1:1 xylophone: there is no key `xylophone`"],
    ["__proto__: 1", "1:1 __proto__: there is no key `__proto__`"],
    ["enabled: maybe", '1:10 enabled: `enabled` must be `true` or `false`; it is "maybe"'],
    ["enabled:", "1:1 enabled: `enabled` must be `true` or `false`; it is empty"],
    ["limits:\n  usd: -1", "2:8 limits.usd: `limits.usd` must be a number from 0.01 to 100; it is -1"],
    ["limits:\n  usd: .nan", "2:8 limits.usd: `limits.usd` must be a number from 0.01 to 100; it is NaN"],
    ["limits: 3", "1:9 limits: `limits` must be a mapping with the keys `attempts`, "],
    ["engine: actions", '1:9 engine: `engine` must be `sandbox`; it is "actions"'],
    ["labels: []", "1:9 labels: `labels` must be a list (each a text of at most 50 characters, 1 to 10); it is a list"],
    [
      "verify: npm test",
      '1:9 verify: `verify` must be a list (each a text of at most 2,000 characters, at most 20); it is "npm test"',
    ],
    [
      "protection:\n  workflow: ci.yml",
      '2:13 protection.workflow: `protection.workflow` must be `false` or a text like `.github/workflows/ai-self-heal.yml`; it is "ci.yml"',
    ],
    [
      "gate:\n  tiers:\n    - name: core\n      paths: [src/**]",
      "3:7 gate.tiers.0.approvals: `gate.tiers.0.approvals` is missing; it must be a whole number from 1 to 10",
    ],
    [
      "gate:\n  tiers:\n    - name: core\n      approvals: 11",
      "4:18 gate.tiers.0.approvals: `gate.tiers.0.approvals` must be a whole number from 1 to 10; it is 11",
    ],
    ["enabled: true\nmode: fix\nenabled: false", "3:1 enabled: the key `enabled` is there twice"],
    ["gate:\n\tapprovals: 1", "2:1 : tabs cannot indent YAML; use spaces"],
    ["enabled: true\n---\nenabled: false", "2:1 : the file holds several documents"],
    ["enabled: !secret true", "1:10 : tags (`!name`) have no meaning here"],
    ["? [a]\n: b", "1:3 : a key must be a plain word"],
    ["a: [", "1:5 : this is not YAML"],
    ["- a list", "1:1 : a policy is a mapping of keys to values, and this is a list"],
    ["just words", '1:1 : a policy is a mapping of keys to values, and this is "just words"'],
  ])("with a mistake is refused, and the mistake named with its place: %j", (text, told) => {
    expect(problems(text).join("\n")).toContain(told);
  });

  test.each([
    ["paths:\n  protected: ['!src']", '2:15 paths.protected.0: "!src" is not a usable pattern'],
    ["paths:\n  protected:\n    - docs/**\n    - '**'", "4:7 paths.protected.1: `**` protects every path"],
    [
      "gate:\n  tiers: [{name: a, approvals: 1, paths: ['a[']}]",
      '2:43 gate.tiers.0.paths.0: "a[" is not a usable pattern',
    ],
    ["gate:\n  teams: ['@acme/security']", '2:11 gate.teams.0: "@acme/security" is not the slug of a team'],
    ["gate:\n  ignore: ['@robot']", '2:12 gate.ignore.0: "@robot" is not a login'],
    ["gate:\n  checks: [{name: self-heal/approval (main)}]", "2:19 gate.checks.0.name: the gate cannot wait for"],
    [
      "protection:\n  remindDays: 91\n  failDays: 90",
      "2:15 protection.remindDays: `protection.remindDays` (91) must not",
    ],
  ])("that can never work is refused: %j", (text, told) => {
    expect(problems(text).join("\n")).toContain(told);
  });

  test("may set one of two days that only fit together in the whole of all files", () => {
    expect(problems("protection:\n  failDays: 30\n")).toEqual([]);
  });

  test("has a mistake through an alias told where the alias leads", () => {
    expect(problems("labels: &x [1]\nverify: *x\n")).toHaveLength(2);
  });

  test("tells all mistakes at once, in the order of the lines", () => {
    const lines = problems("mode: fast\ngate:\n  aprovals: 2\nlimits:\n  usd: much\n").map(
      (line) => line.split(" ")[0],
    );
    expect(lines).toEqual(["1:7", "3:3", "5:8"]);
  });

  test("tells fifty mistakes at most", () => {
    expect(problems(Array.from({ length: 500 }, (_, at) => `k${at}: 1`).join("\n"))).toHaveLength(50);
  });
});

describe("a hostile file", () => {
  test("that grows when it is unfolded is refused", () => {
    const lines = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...["b", "c", "d", "e", "f", "g"].map(
        (name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdef"[at]}`).join(",")}]`,
      ),
    ];
    expect(problems(lines.join("\n")).join()).toMatch(/aliases/);
  });

  test("of more than 64 KiB is refused before it is read", () => {
    expect(problems(`# ${"x".repeat(64 * 1024)}`)).toEqual(["1:1 : the file is larger than 64 KiB"]);
  });

  test.each(["[", "{a: ", "- ", "? ", "!a ", "&a "])("of nothing but %j, thousands of times, is refused", (part) => {
    expect(problems(part.repeat(60_000 / part.length)).length).toBeGreaterThan(0);
  });

  test("that contains itself is refused", () => {
    expect(problems("gate: &x\n  tiers: [*x]\n").join()).toContain("gate.tiers.0");
  });

  test("with thousands of keys takes no more than its share of time", () => {
    const started = performance.now();
    problems(Array.from({ length: 8_000 }, (_, at) => `k${at}: 1`).join("\n"));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("keys that say how files are put together", () => {
  test("are not rules of the policy", () => {
    const parsed = parsePolicy("_extends: base\ngate:\n  approvals: 2\n");
    expect(parsed).toMatchObject({ ok: true, file: { extends: "base", given: { gate: { approvals: 2 } } } });
    expect(parsed.ok && Object.keys(parsed.policy)).not.toContain("_extends");
  });

  test.each(["a b", "../x", "o/r:../x", "https://example.com", "o/r:file.txt", "a/b/c"])(
    "_extends: %j is refused",
    (name) => {
      expect(problems(`_extends: ${JSON.stringify(name)}`).join()).toMatch(/_extends/);
    },
  );

  test("a repository cannot lock", () => {
    expect(problems("locked: [gate]")).toEqual([
      "1:1 locked: only the organisation's file may have `locked`; take it out here",
    ]);
  });

  test("an organisation locks keys and sections that exist", () => {
    expect(problems("locked: [gate, limits.usd]", "organisation")).toEqual([]);
    expect(problems("locked: [gate, limits.us]", "organisation")).toEqual([
      "1:16 locked.1: `limits.us` cannot be locked: there is no such key; did you mean `limits.usd`?",
    ]);
  });

  test("an organisation's file stands on its own", () => {
    expect(problems("_extends: base", "organisation").join()).toContain("cannot build on another one");
  });

  test("the locks of a file that is only extended lock nothing", () => {
    expect(parsePolicy("locked: [gate]", { layer: "base" })).toMatchObject({ ok: true, file: { locked: [] } });
  });
});

describe("whatever the text", () => {
  /** What is wrong with the answers to a text; nothing, if all is well. */
  const complaints = (text: string): unknown[] =>
    (["organisation", "base", "repository"] as const).flatMap((layer): unknown[] => {
      const parsed = parsePolicy(text, { layer });
      if (parsed.ok) return Policy.safeParse(parsed.policy).success ? [] : [parsed.policy];
      if (parsed.problems.length === 0) return ["refused without a reason"];
      const lines = text.split("\n").length;
      return parsed.problems.filter(
        ({ line, column, message }) => line < 1 || line > lines + 1 || column < 1 || message === "",
      );
    });

  test("there is an answer to random text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(complaints(text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("there is an answer to random YAML", () => {
    const words = fc.constantFrom(
      "gate",
      "approvals",
      "limits",
      "usd",
      "locked",
      "_extends",
      "__proto__",
      "constructor",
      "a",
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(words, tie("tree"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(complaints(stringify(value))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("there is an answer to a valid policy with a few characters changed", () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.nat({ max: 5 }),
      fc.constantFrom("", ":", "\t", "  ", "- ", "[", "}", "&a ", "*a", "!", "'", "\n---\n"),
    );
    fc.assert(
      fc.property(policyGiven, fc.array(edit, { maxLength: 3 }), (given, edits) => {
        let text = stringify(given);
        for (const [at, length, put] of edits) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + put + text.slice(from + length);
        }
        expect(complaints(text)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("every policy that keeps to the schema is taken", () => {
    fc.assert(
      fc.property(policyGiven, (given) => {
        const parsed = parsePolicy(stringify(given));
        expect(parsed).toMatchObject({ ok: true });
        expect(parsed.ok && parsed.policy).toEqual(Policy.parse(given));
      }),
      { numRuns: 100 },
    );
  });
});
