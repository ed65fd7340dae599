import type { Recall, TaskOutcome } from "../domain/recall.ts";
import type { Task } from "../domain/task.ts";
import { command } from "./command.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { forget } from "./forget.ts";
import { gate } from "./gate.ts";
import { lookAround } from "./look-around.ts";
import { mergeGroup } from "./merge-group.ts";
import { onboard } from "./onboard.ts";
import { policy } from "./policy.ts";
import { policyChange } from "./policy-change.ts";
import { protection } from "./protection.ts";

/** The registry: a task without a reconciler does not compile. */
const reconcilers: { [K in Task["kind"]]: Reconciler<K> } = {
  gate,
  mergeGroup,
  policyChange,
  policy,
  protection,
  lookAround,
  onboard,
  command,
  forget,
};

/** Carries out one task. What it leads to for the first time in a repository follows here: policy, settings, introduction. */
export async function runTask(
  task: Task,
  recall: Recall,
  { signal, deps }: { signal: AbortSignal; deps: Deps },
): Promise<TaskOutcome> {
  // TypeScript cannot correlate the task with its reconciler; the registry's type already did.
  const reconcile = reconcilers[task.kind] as Reconciler<Task["kind"]>;
  const outcome = await reconcile({ task, recall, signal }, deps);
  const next = await first(task, recall);
  return next ? { ...outcome, tasks: [...(outcome.tasks ?? []), { task: next, afterSeconds: 0 }] } : outcome;
}

/** Each step needs what the one before found out, so the first of each queues the next. */
async function first({ kind, repository }: Task, recall: Recall): Promise<Task | undefined> {
  if (kind !== "policy" && kind !== "protection") return undefined;
  const standing = await recall.standing();
  if (kind === "policy") return standing?.protection ? undefined : { kind: "protection", repository };
  return standing?.issues?.onboarding === undefined ? { kind: "onboard", repository } : undefined;
}
