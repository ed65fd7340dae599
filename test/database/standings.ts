import type { Store } from "../../src/database/store.ts";
import type { Repository } from "../../src/domain/repository.ts";
import type { GateRecord, Standing } from "../../src/domain/standing.ts";
import { sha, snapshot } from "../support/snapshot.ts";

/** Repository number `n` of installation 2. */
export function repositoryNumber(n: number, changes: Partial<Repository> = {}): Repository {
  return { id: n, installation: 2, owner: "acme", name: `shop-${n}`, ...changes };
}

export function standingOf(repository: Repository, changes: Partial<Standing> = {}): Standing {
  return { repository, status: "active", ...changes };
}

/** The gate of an open pull request that nobody has approved yet. */
export function gateOf(repository: Repository, number: number, changes: Partial<GateRecord> = {}): GateRecord {
  const text = "nobody has approved it";
  return {
    repository,
    number,
    open: true,
    head: sha("a"),
    snapshot: snapshot({ reviews: [] }),
    decision: {
      decision: "pending",
      summary: text,
      reasons: { rule: "approvals", outcome: "pending", text },
      approvedBy: [],
      head: sha("a"),
      base: "main",
    },
    policy: "0".repeat(64),
    at: 1_000,
    ...changes,
  };
}

/** The same gate, passed. */
export function passed(gate: GateRecord): GateRecord {
  return { ...gate, decision: { ...gate.decision, decision: "pass", approvedBy: ["ann"] } };
}

export async function keep(store: Store, kept: { standings?: Standing[]; gates?: GateRecord[] }): Promise<void> {
  await store.transaction(async (tx) => {
    for (const standing of kept.standings ?? []) await tx.saveStanding(standing);
    for (const gate of kept.gates ?? []) await tx.saveGate(gate);
  });
}
