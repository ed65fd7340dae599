import type { Task } from "../domain/task.ts";
import { listFixPulls } from "../github/fix-pulls.ts";
import type { Reconciler } from "./deps.ts";

/** Finds fix pull requests whose present head no gate was decided for: nobody told us, or we were not there. */
export const lookAround: Reconciler<"lookAround"> = async ({ task: { repository }, recall }, { clients }) => {
  const pulls = await listFixPulls(await clients.for(repository, "govern"), repository);
  const missed: Task[] = [];
  for (const { number, head } of pulls) {
    if ((await recall.gate(number))?.head !== head) missed.push({ kind: "gate", repository, number });
  }
  return {
    note: `${pulls.length} fix pull requests are open, ${missed.length} of them without a decision`,
    tasks: missed.map((task) => ({ task, afterSeconds: 0 })),
  };
};
