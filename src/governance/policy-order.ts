import { RequiredCheck } from "../domain/policy-gate.ts";
import { policyKeys } from "./policy-schema.ts";

/** Which of two values of a key is the tighter one. A value that is equal is always accepted. */
type Order =
  | { tighter: "lower" | "higher" }
  /** Only equal: neither direction is safer, or both may be. */
  | { tighter: "fixed" }
  /** The list may grow; every entry of the organisation's stays. */
  | { tighter: "more" }
  /** Like `more`; and a check that names its App is tighter than one that does not. */
  | { tighter: "moreChecks" }
  /** The list may shrink, but not to nothing; where it is empty (everybody), any list is tighter. */
  | { tighter: "fewer" }
  /** Values from the tightest to the loosest; `undefined` is the key left out. */
  | { tighter: readonly unknown[] }
  /** Anything is tighter than this one; the others cannot be compared. */
  | { tighter: "anything"; than: unknown };

const lower: Order = { tighter: "lower" };
const higher: Order = { tighter: "higher" };
const fixed: Order = { tighter: "fixed" };
const more: Order = { tighter: "more" };
const moreChecks: Order = { tighter: "moreChecks" };
const on: Order = { tighter: [true, false] };
const off: Order = { tighter: [false, true] };
const role: Order = { tighter: ["admin", "maintain", "write", "triage", "read", "none"] };

/**
 * For each rule of a policy, what "tighter" means where an organisation has locked it. A test compares the keys with the
 * schema's. Whoever may stop or hold Self-Heal is `fixed`: with fewer people the brake is further away, with more anybody
 * could end a fix.
 */
export const policyOrder: Readonly<Record<string, Order>> = {
  enabled: off,
  mode: { tighter: ["observe", undefined, "fix"] },
  merge: { tighter: ["manual", "auto"] },
  mergeMethod: fixed,
  labels: fixed,
  engine: fixed,
  setup: fixed,
  verify: more,
  reproduce: fixed,
  "paths.protected": more,
  "intake.confidence": higher,
  "intake.environments": { tighter: "fewer" },
  "intake.incidentsPerHour": lower,
  "intake.incidentsPerDay": lower,
  "intake.openPulls": lower,
  "intake.pullsPerHour": lower,
  "intake.pullsPerDay": lower,
  "intake.installationPullsPerHour": lower,
  "intake.attemptsPerWeek": lower,
  "intake.coolDownHours": higher,
  "intake.usdPerDay": lower,
  "intake.installationUsdPerDay": lower,
  "intake.stormFailures": lower,
  "intake.stormMinutes": higher,
  "intake.breakerFixes": fixed,
  "intake.breakerAtLeast": lower,
  "intake.breakerHours": higher,
  "quietHours.timezone": fixed,
  "quietHours.windows": more,
  "quietHours.exceptCritical": off,
  "limits.attempts": lower,
  "limits.ciIterations": lower,
  "limits.turns": lower,
  "limits.minutes": lower,
  "limits.usd": lower,
  "limits.tokens": lower,
  "limits.outputChars": lower,
  "limits.commandMinutes": lower,
  "limits.files": lower,
  "limits.lines": lower,
  "limits.watchHours": higher,
  "gate.scope": { tighter: ["bots", "fixes"] },
  "gate.approvals": higher,
  "gate.role": role,
  "gate.teams": { tighter: "fewer" },
  "gate.ignore": more,
  "gate.pushers": on,
  "gate.failingAuthor": on,
  "gate.codeOwners": on,
  "gate.dismissers": role,
  "gate.checks": moreChecks,
  "gate.tiers": more,
  // `block` stops fixes and `enforce` repairs settings: neither contains the other.
  "protection.mode": { tighter: "anything", than: "report" },
  "protection.pullRequest": on,
  "protection.approvals": higher,
  "protection.dismissStale": on,
  "protection.checks": moreChecks,
  "protection.pinned": on,
  "protection.gate": on,
  "protection.noBypass": on,
  "protection.noForcePush": on,
  "protection.noDeletion": on,
  "protection.workflowPermissions": { tighter: ["read", "write", "any"] },
  "protection.actionsMayApprove": { tighter: ["no", "yes", "any"] },
  "protection.workflow": { tighter: "anything", than: false },
  "protection.secrets": more,
  "protection.remindDays": lower,
  "protection.failDays": lower,
  "commands.retry": role,
  "commands.stop": fixed,
  "commands.status": role,
  "commands.explain": role,
  "commands.hold": fixed,
  "commands.go": role,
  "commands.pause": fixed,
  "commands.resume": role,
  "commands.revert": role,
  "commands.not-a-bug": fixed,
  "commands.take-over": fixed,
  "commands.help": role,
  onboarding: fixed,
  retentionDays: fixed,
};

/** Whether a repository's value is equal to the organisation's or tighter. A key without an order counts as `fixed`. */
export function isAtLeastAsTight(key: string, organisation: unknown, repository: unknown): boolean {
  if (isSame(organisation, repository)) return true;
  const order = policyOrder[key] ?? fixed;
  if (Array.isArray(order.tighter)) {
    const [floor, wanted] = [order.tighter.indexOf(organisation), order.tighter.indexOf(repository)];
    return wanted >= 0 && wanted <= floor;
  }
  if ("than" in order) return isSame(organisation, order.than);
  return typeof order.tighter === "string" && comparisons[order.tighter](organisation, repository);
}

/** Of values that the schema has parsed, which puts keys in its order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type Named = Extract<Exclude<Order, { than: unknown }>["tighter"], string>;

const comparisons: { [N in Named]: (organisation: unknown, repository: unknown) => boolean } = {
  fixed: () => false,
  lower: (floor, wanted) => typeof floor === "number" && typeof wanted === "number" && wanted <= floor,
  higher: (floor, wanted) => typeof floor === "number" && typeof wanted === "number" && wanted >= floor,
  more: (floor, wanted) => containsAll(floor, wanted, isSame),
  moreChecks: (floor, wanted) => containsAll(floor, wanted, isCoveredBy),
  fewer: (floor, wanted) =>
    Array.isArray(wanted) &&
    wanted.length > 0 &&
    Array.isArray(floor) &&
    (floor.length === 0 || containsAll(wanted, floor, isSame)),
};

function containsAll(small: unknown, large: unknown, same: (one: unknown, other: unknown) => boolean): boolean {
  if (!Array.isArray(small) || !Array.isArray(large)) return false;
  return small.every((one) => large.some((other) => same(one, other)));
}

function isCoveredBy(floor: unknown, wanted: unknown): boolean {
  const [one, other] = [RequiredCheck.parse(floor), RequiredCheck.parse(wanted)];
  return one.name === other.name && (one.app === undefined || one.app === other.app);
}

/** What a repository may say where the organisation has locked a key at this value, in words. Markdown. */
export function acceptedInstead(key: string, organisation: unknown): string {
  const order = policyOrder[key] ?? fixed;
  const value = shown(organisation);
  if (organisation === undefined && !Array.isArray(order.tighter)) return "leaving it out";
  if (Array.isArray(order.tighter)) {
    const allowed = order.tighter.slice(0, order.tighter.indexOf(organisation) + 1);
    const possible = allowed.filter((one) => isPossible(key, one));
    return possible.map(shown).join(" or ");
  }
  if ("than" in order) return value;
  return typeof order.tighter === "string" ? phrases[order.tighter](value) : value;
}

const phrases: { [N in Named]: (value: string) => string } = {
  fixed: (value) => `only ${value}`,
  lower: (value) => `${value} or less`,
  higher: (value) => `${value} or more`,
  more: (value) => `a list with everything in ${value}`,
  moreChecks: (value) => `a list with everything in ${value}, with the same \`app\` where one is named`,
  fewer: (value) => `some of ${value}, at least one`,
};

/** The order of roles is longer than the roles that some keys may have. */
function isPossible(key: string, value: unknown): boolean {
  const values = policyKeys().find(([known]) => known === key)?.[1].enum;
  return values === undefined || value === undefined || values.includes(value);
}

/** A value as a policy file would say it, for a sentence. Markdown. */
export function shown(value: unknown): string {
  if (value === undefined) return "unset";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `\`${text.length > 120 ? `${text.slice(0, 119)}…` : text}\``;
}
