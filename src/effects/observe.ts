import type { Event } from "../domain/event.ts";
import type { Incident, Pull } from "../domain/incident.ts";
import { readChecks } from "../github/checks.ts";
import { readPull } from "../github/pulls.ts";
import type { Deps, Runner } from "./deps.ts";

/** Reads the pull request's present state: what webhooks told us, or should have told us. */
export const observe: Runner<"observe"> = async ({ incident, effect }, deps) => {
  const { repository } = incident.signal;
  const { state } = incident;
  const number = state.phase === "reverting" ? state.revert : effect.pull.number;
  if (number === undefined || state.phase === "closed") return undefined;
  const octokit = await deps.clients.for(repository, "read");
  const pull = await readPull(octokit, repository, number);
  if (pull.merged && pull.mergeSha)
    return { type: "pullMerged", number, sha: pull.mergeSha, by: pull.mergedBy ?? "unknown" };
  if (pull.state === "closed") return { type: "pullClosed", number, by: pull.closedBy ?? "unknown" };
  if (!("pull" in state) || !state.pull || state.phase === "reverting") return undefined;
  if (pull.head !== state.pull.head) return { type: "headMoved", head: pull.head };
  return state.phase === "checking" || state.phase === "awaitingApproval"
    ? checks(incident, state.pull, { deps, first: effect.afterSeconds > 0 })
    : undefined;
};

/** `first`: CI had its time to register; a repository without any check has nothing to wait for. */
async function checks(
  { signal: { repository } }: Incident,
  { head }: Pull,
  { deps, first }: { deps: Deps; first: boolean },
): Promise<Event | undefined> {
  const { state, failed } = await readChecks(await deps.clients.for(repository, "read"), repository, head, {
    ignoreAppId: deps.appId,
  });
  if (state === "passed" || (state === "none" && first)) return { type: "checksPassed", head };
  if (state !== "failed") return undefined;
  const feedback = failed
    .map(({ name, summary }) => `The check "${name}" failed on the pull request:\n${summary}`)
    .join("\n\n");
  return { type: "checksFailed", head, feedback: feedback.slice(0, 16_000) };
}
