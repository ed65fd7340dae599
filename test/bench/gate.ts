import { Policy } from "../../src/domain/policy.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { check, commit, decidedAt, file, fixOrigin, person, review, sha, snapshot, user } from "../support/snapshot.ts";
import { median } from "./median.ts";

const rounds = 5;
const perRound = 20_000;

/**
 * Snapshots decided per second of one core: the median of some rounds, after a warm-up. In time of the processor, so that
 * what else runs on the machine counts for little.
 */
export async function benchGate(): Promise<Record<string, number>> {
  const snapshots = Array.from({ length: 16 }, (_, at) => realisticSnapshot(at));
  decideAll(snapshots);
  const rates = Array.from({ length: rounds }, () => perRound / (decideAll(snapshots) / 1_000));
  return { decisionsPerSecond: median(rates), microsecondsPerDecision: 1e6 / median(rates) };
}

/** Milliseconds. */
function decideAll(snapshots: readonly Snapshot[]): number {
  const before = process.threadCpuUsage();
  for (let at = 0; at < perRound; at += 1) {
    const given = snapshots[at % snapshots.length];
    const decision = given && decideGate(given, policy, decidedAt);
    if (decision?.decision !== "pass")
      throw new Error(`the snapshot must pass, else some conditions are cut short: ${decision?.summary}`);
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const policy = Policy.parse({
  gate: {
    approvals: 2,
    checks: [{ name: "build", app: 15368 }],
    tiers: [
      { name: "payments", paths: ["src/payments/**"], approvals: 2, teams: ["payments"] },
      { name: "large", linesAbove: 400, approvals: 3 },
    ],
  },
});

/** 10 files, 3 commits, 4 reviews, 30 lines of CODEOWNERS, 8 checks. Each text is a string of its own, as when parsed. */
function realisticSnapshot(at: number): Snapshot {
  const files = Array.from({ length: 10 }, (_, n) =>
    file(`src/area-${n % 4}/part-${at}/Module${n}.ts`, { additions: 20 }),
  );
  const lines = Array.from({ length: 28 }, (_, n) => `/src/area-${n}/ @acme/payments @owner-${n}`);
  const checks = ["test", "lint", "build", "types", "audit", "docs", "e2e", "size"].map((name) => check(name));
  const made = snapshot({
    origin: { ...fixOrigin, pushers: [user("ben")] },
    files,
    commits: [
      commit({ sha: sha("c") }),
      commit({ sha: sha("d"), author: user("ben"), committer: user("ben"), verified: false }),
      commit({ author: user("ben") }),
    ],
    reviews: [
      review("ann", "COMMENTED"),
      review("ben", "APPROVED"),
      review("ann", "APPROVED"),
      review("mona", "APPROVED"),
    ],
    people: { ann: person("write", ["payments"]), ben: person(), mona: person("maintain"), rita: person("admin") },
    codeOwners: ["# Who looks after what", "*.md @acme/docs", ...lines].join("\n"),
    checks,
    requiredChecks: checks.slice(0, 4).map(({ name, app }) => ({ name, app, source: "ruleset Main" })),
  });
  // As read from the database: no object or text is shared between the snapshots.
  return structuredClone(made);
}
