import type { ClaimedTask, Tx } from "../database/store.ts";
import type { TaskOutcome } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import { Standing } from "../domain/standing.ts";
import { type Circumstances, apply } from "./dispatch.ts";

/** Writes down how a run of a task ended. False when its lease was lost: then nothing was written. */
export async function applyOutcome(
  tx: Tx,
  { id, attempt, task }: ClaimedTask,
  outcome: TaskOutcome,
  circumstances: Circumstances,
): Promise<boolean> {
  // The attempt number is the fencing token: a worker that lost its lease changes nothing.
  if (!(await tx.finishTask(id, attempt))) return false;
  await keep(tx, task.repository, outcome);
  for (const [n, { address, event }] of (outcome.events ?? []).entries()) {
    const incident = await tx.find(address);
    if (incident) await apply(tx, incident, { key: `task:${id}:${attempt}:${n}`, event }, circumstances);
  }
  for (const wanted of outcome.tasks ?? []) await tx.want(wanted.task, circumstances.at + wanted.afterSeconds * 1_000);
  // In the end, so that nothing of the above is left over.
  if (outcome.forget) await tx.forget(task.repository.id);
  return true;
}

/** Whose gate is kept is kept, too: what is swept is looked up by repository. */
async function keep(tx: Tx, repository: Repository, { standing, gate }: TaskOutcome): Promise<void> {
  if (!standing && !gate) return;
  const present = await tx.standing(repository.id);
  if (standing || !present)
    // Parsed, because the patch may take a key away that must be there.
    await tx.saveStanding(Standing.parse({ ...(present ?? { repository, status: "active" }), ...standing }));
  if (gate) await tx.saveGate(gate);
}
