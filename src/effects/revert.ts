import { plain } from "../domain/markdown.ts";
import { proposeRevert } from "../github/pulls.ts";
import type { Runner } from "./deps.ts";

/** Opens a pull request that takes the merged fix back. A human decides whether it is merged. */
export const revert: Runner<"revert"> = async ({ incident, effect: { pull, mergeSha, asked } }, deps) => {
  const { repository } = incident.signal;
  const merge = `${mergeSha}, the commit that merged #${pull.number}`;
  const why = asked
    ? `@${asked.by} asked to take back ${merge}${asked.note && `: ${plain(asked.note)}`}`
    : `The failure came back on ${merge}. This takes the fix back.`;
  const number = await proposeRevert(await deps.clients.for(repository, "propose"), repository, {
    number: pull.number,
    body: `${why}\n\nSelf-Heal incident \`${incident.id}\`.`,
  });
  return { type: "revertProposed", number };
};
