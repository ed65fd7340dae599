import type { Decision, Outcome, Reason } from "../domain/decision.ts";
import type { Policy } from "../domain/policy.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { GateRecord } from "../domain/standing.ts";

/** One pull request under two policies. `why` is one sentence about the first condition that came out otherwise. */
export type Simulated = { number: number; before: Outcome; after: Outcome; flips: boolean; why: string };

type Decide = (snapshot: Snapshot, policy: Policy, now: number) => Decision;

/**
 * Decides recorded pull requests again under two policies, each at the time of its record: nothing but the policy
 * differs. What a new policy asks for and the record does not hold (the teams of a reviewer) comes out as `unknown`.
 */
export function simulatePolicy(
  records: readonly Pick<GateRecord, "number" | "snapshot" | "at">[],
  before: Policy,
  after: Policy,
  decide: Decide,
): Simulated[] {
  return records.map(({ number, snapshot, at }) => {
    const [old, fresh] = [decide(snapshot, before, at), decide(snapshot, after, at)];
    const flips = old.decision !== fresh.decision;
    return { number, before: old.decision, after: fresh.decision, flips, why: flips ? reasonOf(old, fresh) : "" };
  });
}

function reasonOf(old: Decision, fresh: Decision): string {
  const known = new Map(conditions(old.reasons).map(({ rule, outcome }) => [rule, outcome]));
  const changed = conditions(fresh.reasons).filter(({ rule, outcome }) => known.get(rule) !== outcome);
  // What made the whole come out so, before what only changed along.
  const decisive = changed.find(({ outcome }) => outcome === fresh.decision) ?? changed[0];
  return decisive?.text ?? fresh.summary;
}

/** The conditions below the root; what is below them says only how each came about. */
function conditions(root: Reason): readonly Reason[] {
  return root.children ?? [root];
}
