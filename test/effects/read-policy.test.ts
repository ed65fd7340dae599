import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/effects/read-policy.ts";

function problems(text: string): string {
  const file = parsePolicy(text);
  return file.ok ? "" : file.problems.join("\n");
}

describe("a policy file", () => {
  test.each(["", "# nothing but a comment\n", "{}"])("that says nothing (%j) is the default policy", (text) => {
    expect(parsePolicy(text)).toMatchObject({
      ok: true,
      policy: { enabled: true, labels: ["self-heal"], limits: { attempts: 3, usd: 2 } },
    });
  });

  test("keeps defaults for what it does not mention", () => {
    expect(parsePolicy("limits:\n  usd: 1\n")).toMatchObject({ ok: true, policy: { limits: { usd: 1, turns: 40 } } });
  });

  test.each([
    ["enabeld: true", /enabeld/],
    ["limits:\n  turn: 3", /limits: .*turn/],
    ["enabled: maybe", /enabled: /],
    ["limits:\n  usd: -1", /limits\.usd: /],
    ["engine: actions", /engine: /],
    ["labels: []", /labels: /],
    ["verify: npm test", /verify: /],
    ["a: [", /\S/],
    ["- a list", /\S/],
    ["paths:\n  protected: ['!src']", /paths\.protected: "!src" is not a usable pattern/],
  ])("with a mistake is refused, and the mistake named: %j", (text, named) => {
    expect(problems(text)).toMatch(named);
  });

  test("that grows when it is unfolded is refused", () => {
    const lines = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...["b", "c", "d", "e", "f", "g"].map(
        (name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdef"[at]}`).join(",")}]`,
      ),
    ];
    expect(problems(lines.join("\n"))).toMatch(/alias/i);
  });
});
