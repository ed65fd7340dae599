import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Policy } from "../domain/policy.ts";
import type { ProtectionFacts } from "../domain/protection.ts";
import type { Repository } from "../domain/repository.ts";
import { expectedRuleset, sameRuleset } from "../governance/ruleset.ts";
import { permits } from "../github/granted.ts";
import type { Octokit } from "../github/octokit.ts";
import { readProtectionFacts } from "../github/protection-facts.ts";
import { keepRuleset } from "../github/rulesets.ts";
import type { Deps } from "./deps.ts";

/** `ruleset`: what became of ours; undefined where the policy does not ask for one. */
export type Looked = { facts: ProtectionFacts; ruleset: Fact<"created" | "changed" | "unchanged"> | undefined };

type Clients = Pick<Deps["clients"], "for" | "granted">;

/** Reads a repository's settings with all that the App was granted. Undefined: gone or archived. */
export async function readSettings(
  repository: Repository,
  { protection: policy }: Policy,
  clients: Clients,
): Promise<ProtectionFacts | undefined> {
  const octokit = await clients.for(repository, "govern");
  const reader = await administrator(repository, clients);
  return readProtectionFacts(octokit, repository, { policy, reader });
}

/** The same, after our ruleset was brought to what it should be where the policy says `enforce`. */
export async function enforceSettings(
  repository: Repository,
  policy: Policy,
  { clients, appId }: { clients: Clients; appId: number },
): Promise<Looked | undefined> {
  const facts = await readSettings(repository, policy, clients);
  if (!facts || policy.protection.mode !== "enforce") return facts && { facts, ruleset: undefined };
  const writer = await administrator(repository, clients);
  if (!writer) return { facts, ruleset: notGranted };
  const body = expectedRuleset(policy, { appId, facts });
  const ruleset = await keepRuleset(writer, repository, { body, same: (there) => sameRuleset(body, there) });
  if (isUnknown(ruleset) || ruleset === "unchanged") return { facts, ruleset };
  const now = await readSettings(repository, policy, clients);
  return now && { facts: now, ruleset };
}

const notGranted = unknown(
  "The policy says `protection.mode: enforce`, but the App does not have the permission Administration: write here. Add it in the App's settings and accept it for this installation, or set the mode to `report` or `block`.",
);

/** A client that may change rulesets, and so sees who may bypass them; undefined where that was not granted. */
async function administrator(repository: Repository, clients: Clients): Promise<Octokit | undefined> {
  const granted = await clients.granted(repository.installation);
  return permits(granted, "administration", "write") ? clients.for(repository, "enforce") : undefined;
}
