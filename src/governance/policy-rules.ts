import type { Policy } from "../domain/policy.ts";
import { protects } from "./glob.ts";

/** Something wrong with the values of a policy that its schema cannot see. */
export type Flaw = { path: readonly (string | number)[]; message: string };

/** What no policy may say, whatever the repository looks like. */
export function flaws(policy: Policy): Flaw[] {
  const { paths, gate } = policy;
  return [
    ...paths.protected.flatMap((pattern, at) => protectedPath(["paths", "protected", at], pattern)),
    ...gate.tiers.flatMap(({ paths: patterns = [] }, at) =>
      patterns.flatMap((pattern, index) => unusable(["gate", "tiers", at, "paths", index], pattern)),
    ),
    ...gate.teams.flatMap((team, at) => notASlug(["gate", "teams", at], team)),
    ...gate.tiers.flatMap(({ teams }, at) =>
      teams.flatMap((team, index) => notASlug(["gate", "tiers", at, "teams", index], team)),
    ),
    ...gate.ignore.flatMap((login, at) => notALogin(["gate", "ignore", at], login)),
    ...gate.checks.flatMap(({ name }, at) => ownCheck(["gate", "checks", at, "name"], name)),
  ];
}

/** What must hold between two keys. Apart from `flaws`, because the two may come from different files. */
export function contradictions({ protection }: Policy): Flaw[] {
  const { remindDays, failDays } = protection;
  if (remindDays <= failDays) return [];
  const message = `\`protection.remindDays\` (${remindDays}) must not be above \`protection.failDays\` (${failDays}): nobody would be reminded`;
  return [{ path: ["protection", "remindDays"], message }];
}

function protectedPath(path: Flaw["path"], pattern: string): Flaw[] {
  const broken = unusable(path, pattern);
  if (broken.length > 0 || !protects(pattern, anyFile)) return broken;
  const message = `\`${pattern}\` protects every path, so no fix could change anything; to stop fixing, say \`enabled: false\``;
  return [{ path, message }];
}

/** A path that only a pattern for everything matches. */
const anyFile = "\u0001";

/** A pattern that is not understood would protect nothing, silently. */
function unusable(path: Flaw["path"], pattern: string): Flaw[] {
  try {
    protects(pattern, "any/path");
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ path, message: `"${pattern}" is not a usable pattern (${why})` }];
  }
}

/** No team has such a slug, so nobody could ever approve. */
function notASlug(path: Flaw["path"], team: string): Flaw[] {
  if (/^[\w-]+$/.test(team)) return [];
  return [{ path, message: `"${team}" is not the slug of a team; write \`security\`, not \`@acme/security\`` }];
}

/** It would match no account, and the approvals of the one that is meant would count. */
function notALogin(path: Flaw["path"], login: string): Flaw[] {
  if (/^[\w-]+(\[bot\])?$/.test(login)) return [];
  return [{ path, message: `"${login}" is not a login; write \`octocat\`, not \`@octocat\`` }];
}

/** The gate would wait for itself, or for a check that only pull requests with a policy get. */
function ownCheck(path: Flaw["path"], name: string): Flaw[] {
  if (!/^self-heal\/(approval|policy)\b/.test(name)) return [];
  return [
    { path, message: `the gate cannot wait for \`${name}\`, which Self-Heal posts itself: no fix could ever pass` },
  ];
}
