import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Policy } from "../domain/policy.ts";
import { atLeast } from "../domain/role.ts";
import type { Role } from "../domain/role.ts";

/** Who could approve here, as far as it can be seen. */
export type PolicyPeople = {
  /** Of the teams and logins that the policy names: those that do not exist. */
  missingTeams: Fact<string[]>;
  missingLogins: Fact<string[]>;
  /** People (no bots) who may write to the repository. */
  writers: Fact<{ login: string; role: Role }[]>;
};

/** `failure`: nobody could ever approve. `warning`: it works, but not as it was meant. `key` is the dotted key. */
export type Lockout = { level: "failure" | "warning"; key: string; message: string };

/** What a policy asks of people who are not there. What could not be read is told as a warning, never waved through. */
export function lockouts(policy: Policy, people: PolicyPeople): Lockout[] {
  return [...teams(policy, people.missingTeams), ...logins(people.missingLogins), ...writers(policy, people.writers)];
}

/** Every team that a policy names, once. */
export function namedTeams({ gate }: Policy): string[] {
  return [...new Set([...gate.teams, ...gate.tiers.flatMap((tier) => tier.teams)])];
}

function teams({ gate }: Policy, missing: PolicyPeople["missingTeams"]): Lockout[] {
  if (isUnknown(missing)) return [unseen("gate.teams", `whether the named teams exist: ${missing.unknown}`)];
  const gone = (team: string): boolean => missing.includes(team);
  const list = gate.teams.filter(gone);
  const nobody = list.length > 0 && list.length === gate.teams.length;
  const names = list.map(code).join(", ");
  const found: Lockout[] =
    list.length === 0
      ? []
      : [
          {
            level: nobody ? "failure" : "warning",
            key: "gate.teams",
            message: nobody
              ? `none of the teams in \`gate.teams\` exists (${names}), so nobody could ever approve a fix`
              : `\`gate.teams\` names teams that do not exist: ${names}`,
          },
        ];
  const tiers = gate.tiers.flatMap(({ name, teams: wanted }) => wanted.filter(gone).map((team) => ({ name, team })));
  return [
    ...found,
    ...tiers.map(({ name, team }) => ({
      level: "failure" as const,
      key: "gate.tiers",
      message: `the tier ${code(name)} needs an approval of the team ${code(team)}, which does not exist: nothing in that tier could ever be approved`,
    })),
  ];
}

function logins(missing: PolicyPeople["missingLogins"]): Lockout[] {
  if (isUnknown(missing)) return [unseen("gate.ignore", `whether the named accounts exist: ${missing.unknown}`)];
  if (missing.length === 0) return [];
  const message = `\`gate.ignore\` names accounts that do not exist: ${missing.map(code).join(", ")}`;
  return [{ level: "warning", key: "gate.ignore", message }];
}

function writers({ gate }: Policy, there: PolicyPeople["writers"]): Lockout[] {
  if (isUnknown(there)) return [unseen("gate.approvals", `how many people could approve: ${there.unknown}`)];
  const ignored = new Set(gate.ignore.map((login) => login.toLowerCase()));
  const able = there.filter(({ login, role }) => atLeast(role, gate.role) && !ignored.has(login.toLowerCase())).length;
  const wanted = [
    { key: "gate.approvals", what: "`gate.approvals`", approvals: gate.approvals },
    ...gate.tiers.map(({ name, approvals }) => ({ key: "gate.tiers", what: `the tier ${code(name)}`, approvals })),
  ];
  return wanted.flatMap(({ key, what, approvals }): Lockout[] => {
    const has = `${what} asks for ${approvals}, and ${able} ${able === 1 ? "person has" : "people have"} the role ${code(gate.role)} here`;
    if (able < approvals) return [{ level: "failure", key, message: `${has}: no fix could ever be approved` }];
    if (able > approvals) return [];
    return [{ level: "warning", key, message: `${has}: a fix that one of them asked for could not be approved` }];
  });
}

function unseen(key: string, what: string): Lockout {
  return { level: "warning", key, message: `it could not be seen ${what}` };
}

function code(text: string): string {
  return `\`${text}\``;
}
