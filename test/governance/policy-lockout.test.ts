import { describe, expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import type { Role } from "../../src/domain/role.ts";
import { lockouts, namedTeams } from "../../src/governance/policy-lockout.ts";
import type { PolicyPeople } from "../../src/governance/policy-lockout.ts";

const many = (role: Role, count: number) => Array.from({ length: count }, (_, at) => ({ login: `${role}${at}`, role }));
const told = (gate: object, people: Partial<PolicyPeople> = {}): string[] =>
  lockouts(Policy.parse({ gate }), { missingTeams: [], missingLogins: [], writers: many("write", 9), ...people }).map(
    ({ level, key, message }) => `${level} ${key}: ${message}`,
  );

describe("a policy that people can keep", () => {
  test("is told nothing about", () => {
    expect(told({ approvals: 2, teams: ["core"], ignore: ["robot"] })).toEqual([]);
  });

  test("names all its teams once", () => {
    const tiers = [{ name: "a", approvals: 2, teams: ["security", "core"] }];
    expect(namedTeams(Policy.parse({ gate: { teams: ["core"], tiers } }))).toEqual(["core", "security"]);
  });
});

describe("a policy that locks everybody out", () => {
  test.each<[string, object, Partial<PolicyPeople>, string]>([
    ["none of the teams exists", { teams: ["a"] }, { missingTeams: ["a"] }, "failure gate.teams: none of the teams"],
    [
      "a tier's team does not exist",
      { tiers: [{ name: "t", approvals: 1, teams: ["a"] }] },
      { missingTeams: ["a"] },
      "failure gate.tiers: the tier `t`",
    ],
    [
      "too few people",
      { approvals: 2 },
      { writers: many("write", 1) },
      "failure gate.approvals: `gate.approvals` asks for 2, and 1 person has the role `write` here: no fix",
    ],
    [
      "too few with the role",
      { role: "admin" },
      { writers: many("write", 5) },
      "failure gate.approvals: `gate.approvals` asks for 1, and 0 people",
    ],
    ["those there are do not count", { ignore: ["WRITE0"] }, { writers: many("write", 1) }, "failure gate.approvals"],
    [
      "too few for a tier",
      { tiers: [{ name: "t", approvals: 3 }] },
      { writers: many("write", 2) },
      "failure gate.tiers: the tier `t` asks for 3",
    ],
  ])("because %s is refused", (_, gate, people, message) => {
    expect(told(gate, people).join("\n")).toContain(message);
  });
});

describe("a policy that is a mistake, but works", () => {
  test.each<[string, object, Partial<PolicyPeople>, string]>([
    ["one of the teams does not exist", { teams: ["a", "b"] }, { missingTeams: ["a"] }, "warning gate.teams"],
    ["an ignored account does not exist", { ignore: ["robto"] }, { missingLogins: ["robto"] }, "warning gate.ignore"],
    ["nobody is left when one of them asks", { approvals: 2 }, { writers: many("write", 2) }, "warning gate.approvals"],
  ])("because %s is warned about", (_, gate, people, message) => {
    expect(told(gate, people).join("\n")).toContain(message);
    expect(told(gate, people).join("\n")).not.toContain("failure");
  });

  test("what could not be seen is said, never waved through", () => {
    const unknown = { unknown: "no permission" };
    expect(told({}, { missingTeams: unknown, missingLogins: unknown, writers: unknown })).toHaveLength(3);
  });
});
