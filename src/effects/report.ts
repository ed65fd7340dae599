import type { Incident } from "../domain/incident.ts";
import { upsertComment } from "../github/comments.ts";
import type { Runner } from "./deps.ts";
import { progressMarker, progressText } from "./progress-text.ts";

/** Brings the one progress comment up to the incident's present state. Signals from machines have no issue to comment on. */
export const report: Runner<"report"> = async ({ incident }, deps) => {
  const { repository } = incident.signal;
  for (const number of places(incident)) {
    const octokit = await deps.clients.for(repository, "report");
    await upsertComment(octokit, repository, number, {
      marker: progressMarker(incident),
      body: progressText(incident),
    });
  }
  return undefined;
};

/** The source issue; and the pull request when it waits there for a human, or a revert that somebody waits for failed. */
function places({ signal, state }: Incident): number[] {
  const issue = signal.origin.kind === "issue" ? [signal.origin.number] : [];
  if (state.phase !== "held" && state.phase !== "closed") return issue;
  const needsReader = state.phase === "held" || state.outcome === "needsHuman" || state.revert === "failed";
  return needsReader && state.pull ? [...issue, state.pull.number] : issue;
}
