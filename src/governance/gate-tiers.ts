import type { Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Tier } from "../domain/policy-gate.ts";
import type { ChangedFile } from "../domain/snapshot.ts";
import { isMember, outcomeOf } from "./gate-approvals.ts";
import type { Approval } from "./gate-approvals.ts";
import type { GateCase } from "./gate-case.ts";
import { touches } from "./gate-paths.ts";
import { isProven } from "./gate-provenance.ts";
import { code, count, listed, reason, summed } from "./gate-reason.ts";

/** A tier, and whether this change is of its kind. */
type Applied = { tier: Tier; applies: "yes" | "no" | "maybe" };

export function applyTiers(given: GateCase): readonly Applied[] {
  return given.policy.gate.tiers.map((tier) => ({ tier, applies: applies(tier, given) }));
}

/** All of its conditions hold; one that does not rules the tier out, whatever the others are. */
function applies(tier: Tier, given: GateCase): Applied["applies"] {
  const holds = [...fileClaims(tier, given), verdictClaim(tier, given)];
  if (holds.includes(false)) return "no";
  return holds.includes(undefined) ? "maybe" : "yes";
}

/** One by one whether the conditions on files hold; `undefined`: it is not known. */
function fileClaims(tier: Tier, { snapshot: { files }, paths }: GateCase): (boolean | undefined)[] {
  const { paths: patterns, filesAbove, linesAbove, firstTimeFiles } = tier;
  const claims: (boolean | undefined)[] = [];
  const claim = (known: (all: readonly ChangedFile[]) => boolean) =>
    claims.push(isUnknown(files) ? undefined : known(files));
  if (patterns) claims.push(isUnknown(paths) ? undefined : touches(patterns, paths));
  if (filesAbove !== undefined) claim((all) => all.length > filesAbove);
  if (linesAbove !== undefined) claim((all) => lines(all) > linesAbove);
  if (firstTimeFiles !== undefined) claim((all) => all.some(isNew) === firstTimeFiles);
  return claims;
}

function isNew({ status }: ChangedFile): boolean {
  return status === "added";
}

function lines(files: readonly ChangedFile[]): number {
  return files.reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
}

/** A head that was never proven is unproven, whatever was proven before it. */
function verdictClaim({ verdicts }: Tier, { fix, snapshot: { pull } }: GateCase): boolean {
  if (!verdicts) return true;
  return verdicts.includes((fix && isProven(fix, pull.head) ? fix.verdict : undefined) ?? "unproven");
}

/** How many approvals are needed in all, and of which tier that many. */
export function neededApprovals(given: GateCase, applied: readonly Applied[]): { needed: number; because: string } {
  const base = { needed: given.policy.gate.approvals, because: "" };
  return applied.reduce((most, { tier, applies }) => {
    if (applies !== "yes" || tier.approvals <= most.needed) return most;
    return { needed: tier.approvals, because: ` (so many because of tier ${code(tier.name)})` };
  }, base);
}

/** Whether each tier that applies has what it asks for. Absent where the policy knows no tiers. */
export function tierCondition(applied: readonly Applied[], approvals: Fact<readonly Approval[]>): Reason[] {
  if (applied.length === 0) return [];
  const nodes = applied.filter(({ applies }) => applies !== "no").map((each) => tierReason(each, approvals));
  const text =
    nodes.length > 0 ? "This is a riskier kind of change." : `None of the ${count(applied.length, "tier")} applies.`;
  return [summed("tier", text, nodes)];
}

function tierReason({ tier, applies }: Applied, approvals: Fact<readonly Approval[]>): Reason {
  const name = code(tier.name);
  if (applies === "maybe")
    return reason(
      "tier",
      "unknown",
      `Whether tier ${name} applies cannot be said: files or patterns could not be read.`,
    );
  if (isUnknown(approvals)) return reason("tier", "unknown", `Tier ${name} applies; the reviews could not be read.`);
  const all = outcomeOf(
    tier.approvals,
    approvals.map(({ counts }) => counts),
  );
  const parts = [reason("tier", all, `${count(tier.approvals, "approval")} needed.`)];
  if (tier.teams.length > 0) {
    const byMembers = approvals.map(({ counts, person }) => both(counts, isMember(person, tier.teams)));
    parts.push(reason("tier", outcomeOf(1, byMembers), `One of them by a member of ${listed(tier.teams)}.`));
  }
  return summed("tier", `Tier ${name} applies.`, parts);
}

/** An approval by a member: as good as the worse of the two. */
export function both(one: Approval["counts"], other: Approval["counts"]): Approval["counts"] {
  if (one === "no" || other === "no") return "no";
  return one === "maybe" || other === "maybe" ? "maybe" : "yes";
}
