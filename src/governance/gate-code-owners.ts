import type { Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { keyOf } from "./account-map.ts";
import { maxCodeOwnersBytes, parseCodeOwners } from "./code-owners.ts";
import type { CodeOwners, Owner, OwnerRule } from "./code-owners.ts";
import { isMember, outcomeOf } from "./gate-approvals.ts";
import type { Approval } from "./gate-approvals.ts";
import type { ChangedPath, GateCase } from "./gate-case.ts";
import { code, count, listed, reason, summed } from "./gate-reason.ts";
import { both } from "./gate-tiers.ts";

const rule = "code-owners";

/** Whether an owner of each changed file is among those whose approval counts. */
export function codeOwnersCondition(given: GateCase, approvals: Fact<readonly Approval[]>): Reason {
  const { paths } = given;
  const { codeOwners: text } = given.snapshot;
  if (!given.policy.gate.codeOwners) return reason(rule, "pass", "The policy does not ask for code owners.");
  if (isUnknown(text)) return reason(rule, "unknown", `CODEOWNERS could not be read: ${code(text.unknown)}`);
  if (text === null) return reason(rule, "pass", "There is no CODEOWNERS file.");
  if (text.length > maxCodeOwnersBytes)
    return reason(rule, "pass", "CODEOWNERS is larger than 3 MB, so GitHub ignores it, and so does the gate.");
  if (isUnknown(paths)) return reason(rule, "unknown", `The changed files could not be read: ${code(paths.unknown)}`);
  const parsed = parseCodeOwners(text);
  const owned = ownedPaths(parsed, paths);
  const skipped = skippedText(parsed.skipped);
  if (owned.size === 0) return reason(rule, "pass", `None of the changed files has an owner.${skipped}`);
  if (isUnknown(approvals)) return reason(rule, "unknown", `The reviews could not be read: ${code(approvals.unknown)}`);
  const nodes = Array.from(owned, ([line, paths]) =>
    ownersReason(line, paths, { approvals, snapshot: given.snapshot }),
  );
  return summed(rule, `An owner of each changed file must approve.${skipped}`, nodes);
}

/** The changed paths by the line that says whose they are. */
function ownedPaths(parsed: CodeOwners, changed: readonly ChangedPath[]): Map<OwnerRule, string[]> {
  const owned = new Map<OwnerRule, string[]>();
  for (const { path, names } of changed) {
    const found = parsed.ownersOf(names);
    if (!found || found.owners.length === 0) continue;
    const paths = owned.get(found);
    if (paths) paths.push(path);
    else owned.set(found, [path]);
  }
  return owned;
}

function skippedText(lines: readonly number[]): string {
  return lines.length === 0
    ? ""
    : ` GitHub skips what it cannot read in CODEOWNERS: line ${lines.slice(0, 10).join(", ")}.`;
}

type Given = { approvals: readonly Approval[]; snapshot: Snapshot };

function ownersReason({ pattern, owners }: OwnerRule, paths: readonly string[], given: Given): Reason {
  const { approvals, snapshot } = given;
  const worths = approvals.map((approval) => both(approval.counts, ownership(approval, owners, snapshot)));
  // An address might be anybody's whose approval counts.
  const outcome = outcomeOf(1, worths);
  const by = approvals.filter((_, at) => worths[at] === "yes").map(({ login }) => login);
  const whose = `${code(pattern)} (${count(paths.length, "file")}, such as ${code(paths[0] ?? "")}) belongs to ${listed(owners.map(shown))}`;
  return reason(rule, outcome, `${whose}: ${by.length > 0 ? `approved by ${listed(by)}` : endings[outcome]}.`);
}

const endings: { [O in Reason["outcome"]]: string } = {
  pass: "approved",
  pending: "one of them must approve",
  unknown: "whether one of them approved cannot be known",
  fail: "not approved",
};

/** Whether somebody is one of the owners. */
function ownership({ login, person }: Approval, owners: readonly Owner[], snapshot: Snapshot): Approval["counts"] {
  const worths = owners.map((owner): Approval["counts"] => {
    if (owner.kind === "user") return keyOf(owner.login) === keyOf(login) ? "yes" : "no";
    if (owner.kind === "email") return "maybe";
    if (keyOf(owner.organisation) !== keyOf(snapshot.repository.owner)) return "maybe";
    return isMember(person, [owner.slug]);
  });
  if (worths.includes("yes")) return "yes";
  return worths.includes("maybe") ? "maybe" : "no";
}

function shown(owner: Owner): string {
  if (owner.kind === "user") return `@${owner.login}`;
  return owner.kind === "team" ? `@${owner.organisation}/${owner.slug}` : owner.address;
}
