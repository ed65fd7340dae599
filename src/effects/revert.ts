import { proposeRevert } from "../github/pulls.ts";
import type { Runner } from "./deps.ts";

/** Opens a pull request that takes the merged fix back. A human decides whether it is merged. */
export const revert: Runner<"revert"> = async ({ incident, effect: { pull, mergeSha } }, deps) => {
  const { repository } = incident.signal;
  const number = await proposeRevert(await deps.clients.for(repository, "propose"), repository, {
    number: pull.number,
    body: `The failure came back on ${mergeSha}, the commit that merged #${pull.number}. This takes the fix back.\n\nSelf-Heal incident \`${incident.id}\`.`,
  });
  return { type: "revertProposed", number };
};
