import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { Policy } from "../../src/domain/policy.ts";
import { at, composePolicy, problemLine } from "../../src/governance/compose-policy.ts";
import type { LayerText } from "../../src/governance/compose-policy.ts";
import { isAtLeastAsTight, policyOrder } from "../../src/governance/policy-order.ts";
import { policyGiven, policyLocks } from "../support/policy-arbitrary.ts";

const org = (text: string): LayerText => ({ kind: "organisation", source: "acme/.github/self-heal.yml", text });
const base = (text: string): LayerText => ({ kind: "base", source: "acme/base/.github/self-heal.yml", text });
const repo = (text: string): LayerText => ({ kind: "repository", source: "acme/shop/.github/self-heal.yml", text });

describe("layers", () => {
  test("without any file are the defaults", () => {
    const composed = composePolicy([]);
    expect(composed).toMatchObject({ policy: Policy.parse({}), problems: [], refused: [], sources: [] });
    expect(new Set(Object.values(composed.origins))).toEqual(new Set(["default"]));
  });

  test("are merged key by key, the later one deciding; lists are replaced", () => {
    const { policy, origins } = composePolicy([
      org("limits:\n  usd: 5\n  turns: 10\nlabels: [ours, bot]\n"),
      base("limits:\n  turns: 20\n  files: 3\n"),
      repo("limits:\n  files: 4\nlabels: [mine]\n"),
    ]);
    expect(policy.limits).toMatchObject({ usd: 5, turns: 20, files: 4, attempts: 3 });
    expect(policy.labels).toEqual(["mine"]);
    expect(["limits.usd", "limits.turns", "limits.files", "limits.attempts"].map((key) => origins[key])).toEqual([
      "acme/.github/self-heal.yml",
      "acme/base/.github/self-heal.yml",
      "acme/shop/.github/self-heal.yml",
      "default",
    ]);
  });

  test("with problems leave only what the organisation says", () => {
    const { policy, problems } = composePolicy([
      org("gate:\n  approvals: 3\n"),
      repo("gate:\n  approvals: 4\n  x: 1\n"),
    ]);
    expect(policy.gate.approvals).toBe(3);
    expect(problems.map(problemLine)).toEqual(["acme/shop/.github/self-heal.yml:3:3: there is no key `gate.x`"]);
  });

  test("with a broken base leave nothing of the repository's own words", () => {
    const { policy, problems } = composePolicy([base("gate: 3"), repo("gate:\n  approvals: 4\n")]);
    expect(policy.gate.approvals).toBe(1);
    expect(problems).toHaveLength(1);
  });

  test("in other repositories have their mistakes counted, not quoted", () => {
    const { problems } = composePolicy([{ ...base("password: hunter2\nsecret: 1"), elsewhere: true }, repo("")]);
    expect(problems.map(({ message }) => message)).toEqual([
      "acme/base/.github/self-heal.yml has 2 errors, the first in line 1; mend that file",
    ]);
  });

  test("may contradict each other, which is a problem of the file that said it last", () => {
    const { problems } = composePolicy([org("protection:\n  remindDays: 80\n"), repo("protection:\n  failDays: 60\n")]);
    expect(problems).toMatchObject([
      { source: "acme/shop/.github/self-heal.yml", line: 1, path: "protection.remindDays" },
    ]);
  });
});

describe("a lock", () => {
  const floor = "locked: [gate, limits.usd]\ngate:\n  approvals: 2\n  teams: [security, core]\nlimits:\n  usd: 2\n";

  test("lets a repository tighten", () => {
    const { policy, refused } = composePolicy([
      org(floor),
      repo("gate:\n  approvals: 3\n  teams: [core]\nlimits:\n  usd: 1\n  turns: 99\n"),
    ]);
    expect(refused).toEqual([]);
    expect(policy).toMatchObject({ gate: { approvals: 3, teams: ["core"] }, limits: { usd: 1, turns: 99 } });
  });

  test("refuses what loosens, key by key, and says which value, whose lock, and what would do", () => {
    const { policy, refused, problems, origins } = composePolicy([
      org(floor),
      repo("gate:\n  approvals: 1\n  role: admin\n  codeOwners: false\nlimits:\n  usd: 3\n"),
    ]);
    expect(problems).toEqual([]);
    expect(policy).toMatchObject({ gate: { approvals: 2, role: "admin", codeOwners: true }, limits: { usd: 2 } });
    expect(refused.map(({ key, line }) => [key, line])).toEqual([
      ["limits.usd", 6],
      ["gate.approvals", 2],
      ["gate.codeOwners", 4],
    ]);
    expect(refused[1]?.why).toBe(
      "`gate.approvals` stays `2`: `1` would loosen what acme/.github/self-heal.yml locks (`locked: gate`). Accepted here: `2` or more.",
    );
    expect([origins["gate.approvals"], origins["gate.codeOwners"], origins["gate.role"]]).toEqual([
      "acme/.github/self-heal.yml",
      "default",
      "acme/shop/.github/self-heal.yml",
    ]);
  });

  test("holds against a file that is extended", () => {
    const { policy, refused } = composePolicy([org(floor), base("limits:\n  usd: 50\nlocked: []\n"), repo("")]);
    expect(policy.limits.usd).toBe(2);
    expect(refused).toMatchObject([{ key: "limits.usd", source: "acme/base/.github/self-heal.yml", line: 2 }]);
  });

  test("on a key that the organisation leaves at its default locks the default", () => {
    const { policy, refused } = composePolicy([org("locked: [merge, mode]"), repo("merge: auto\nmode: fix\n")]);
    expect([policy.merge, policy.mode]).toEqual(["manual", undefined]);
    expect(refused.map(({ key }) => key)).toEqual(["mode", "merge"]);
  });

  test("of one key does not reach keys that only begin alike", () => {
    expect(composePolicy([org("locked: [merge]"), repo("mergeMethod: rebase\n")]).refused).toEqual([]);
  });
});

test("no file of a repository loosens a locked key, whatever it says", () => {
  let refusals = 0;
  fc.assert(
    fc.property(policyGiven, policyLocks, policyGiven, policyGiven, (above, locked, below, own) => {
      const top = org(stringify({ ...above, locked }));
      const alone = composePolicy([top]).policy;
      const { policy, refused, problems } = composePolicy([top, base(stringify(below)), repo(stringify(own))]);
      expect(problems).toEqual([]);
      refusals += refused.length;
      for (const key of Object.keys(policyOrder)) {
        if (!locked.some((lock) => key === lock || key.startsWith(`${lock}.`))) continue;
        expect([key, isAtLeastAsTight(key, at(alone, key), at(policy, key))]).toEqual([key, true]);
      }
      for (const { key } of refused) expect(at(policy, key)).toEqual(at(alone, key));
    }),
    { numRuns: 150 },
  );
  expect(refusals).toBeGreaterThan(200);
});

test("what no lock forbids is as the last file says", () => {
  fc.assert(
    fc.property(policyGiven, policyGiven, (above, own) => {
      const { policy, refused } = composePolicy([org(stringify(above)), repo(stringify(own))]);
      expect(refused).toEqual([]);
      const [upper, lower] = [Policy.parse(above), Policy.parse(own)];
      for (const key of Object.keys(policyOrder)) {
        const expected = at(own, key) === undefined ? at(upper, key) : at(lower, key);
        expect([key, at(policy, key)]).toEqual([key, expected]);
      }
    }),
    { numRuns: 100 },
  );
});

test("any texts give a whole policy", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    policyGiven.map((given) => stringify(given)),
  );
  fc.assert(
    fc.property(text, text, text, (one, two, three) => {
      const { policy } = composePolicy([org(one), base(two), repo(three)]);
      expect(Policy.safeParse(policy).success).toBe(true);
    }),
    { numRuns: 100 },
  );
});
