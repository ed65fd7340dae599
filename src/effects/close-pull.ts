import { closePull as close } from "../github/pulls.ts";
import type { Runner } from "./deps.ts";

/** Closes the pull request of an incident that a person ended. The branch stays: it may hold a person's commits. */
export const closePull: Runner<"closePull"> = async ({ incident, effect: { pull } }, deps) => {
  const { repository } = incident.signal;
  await close(await deps.clients.for(repository, "propose"), repository, pull.number);
  return undefined;
};
