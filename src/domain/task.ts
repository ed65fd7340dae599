import * as z from "zod";
import { Command, CommentRef } from "./command.ts";
import { CommitSha, Repository } from "./repository.ts";
import { Actor } from "./signal.ts";

const repository = { repository: Repository };
const number = z.int().positive();

/**
 * An order to bring something on GitHub to what it should be, whatever happened: it reads the present state, decides, and
 * writes only what differs. So one that waits already covers every later one for the same thing (see `taskKey`).
 */
export const Task = z.discriminatedUnion("kind", [
  /** Decide the gate of one pull request, and post it. */
  z.strictObject({ kind: z.literal("gate"), ...repository, number }),
  /** Decide the gate of a merge queue's group. `ref` is GitHub's name for it. */
  z.strictObject({ kind: z.literal("mergeGroup"), ...repository, head: CommitSha, ref: z.string().max(1_000) }),
  /** Check the policy that a pull request brings, and simulate it. */
  z.strictObject({ kind: z.literal("policyChange"), ...repository, number }),
  /** Read the policy in force, and say so where it has errors. */
  z.strictObject({ kind: z.literal("policy"), ...repository }),
  /** Read the settings, compare them with the expectations, and say what drifted. `by` is who changed something last. */
  z.strictObject({ kind: z.literal("protection"), ...repository, by: z.string().max(300).optional() }),
  /** Look for fix pull requests that nobody told us about. */
  z.strictObject({ kind: z.literal("lookAround"), ...repository }),
  /** Introduce the App to a repository. */
  z.strictObject({ kind: z.literal("onboard"), ...repository }),
  /** A command that is about the repository, not about an incident. */
  z.strictObject({ kind: z.literal("command"), ...repository, command: Command, by: Actor, at: CommentRef }),
  /** Delete what is kept about a repository, if the App is still not installed there. */
  z.strictObject({ kind: z.literal("forget"), ...repository }),
]);
export type Task = z.infer<typeof Task>;
export type TaskOf<K extends Task["kind"]> = Extract<Task, { kind: K }>;

/** Two tasks of one key are the same work: the second only makes sure that it is done once more. */
export function taskKey(task: Task): string {
  const {
    kind,
    repository: { id },
  } = task;
  if ("number" in task) return `${kind}/${id}/${task.number}`;
  if (task.kind === "mergeGroup") return `${kind}/${id}/${task.head}`;
  return task.kind === "command" ? `${kind}/${id}/${task.at.kind}-${task.at.id}` : `${kind}/${id}`;
}
