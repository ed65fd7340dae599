import { markReady as takeOutOfDraft } from "../github/pulls.ts";
import type { Runner } from "./deps.ts";

/** The checks are green: a human may look now. */
export const markReady: Runner<"markReady"> = async ({ incident, effect: { pull } }, deps) => {
  const { repository } = incident.signal;
  await takeOutOfDraft(await deps.clients.for(repository, "propose"), repository, pull.number);
  return undefined;
};
