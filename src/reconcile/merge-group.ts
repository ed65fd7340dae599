import type { Decision } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { CommitSha } from "../domain/repository.ts";
import { worstDecision } from "../governance/gate.ts";
import { readMergeGroup } from "../github/merge-queue.ts";
import type { Reconciler } from "./deps.ts";
import { evaluatePull } from "./evaluate.ts";
import { postGate } from "./gate.ts";

/** A merge queue's group passes where every pull request in it passes; where they are not known, it does not. */
export const mergeGroup: Reconciler<"mergeGroup"> = async ({ task: { repository, head, ref }, recall }, deps) => {
  const numbers = await readMergeGroup(await deps.clients.for(repository, "govern"), repository, { head, ref });
  const decision = isUnknown(numbers)
    ? unseen(numbers.unknown, { head, ref })
    : worstDecision(
        await Promise.all(
          numbers.map(async (number) => (await evaluatePull({ repository, number, recall }, deps)).decision),
        ),
      );
  const run = { decision, head, externalId: `group/${head}` };
  await postGate(await deps.clients.for(repository, "report"), repository, run);
  return { note: `${decision.decision}: ${decision.summary}` };
};

function unseen(why: string, { head, ref }: { head: CommitSha; ref: string }): Decision {
  const summary = "the pull requests of this merge group cannot be seen";
  const base = /gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(ref)?.[1] ?? "";
  return {
    decision: "unknown",
    summary,
    reasons: { rule: "merge-group", outcome: "unknown", text: `${summary}: ${why}` },
    approvedBy: [],
    head,
    base,
  };
}
