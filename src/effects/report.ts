import type { Event } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import { upsertComment } from "../github/comments.ts";
import { keepIssue } from "../github/issues.ts";
import type { Deps, Runner } from "./deps.ts";
import { progressMarker, progressText } from "./progress-text.ts";
import { stormMarker, stormText, stormTitle } from "./storm-text.ts";

/** Brings the one progress comment up to the incident's present state. Signals from machines have no issue to comment on. */
export const report: Runner<"report"> = async ({ incident }, deps) => {
  const { repository, origin } = incident.signal;
  if (origin.kind === "storm") return tellStorm(incident, origin.issue, deps);
  for (const number of places(incident)) {
    const octokit = await deps.clients.for(repository, "report");
    await upsertComment(octokit, repository, number, {
      marker: progressMarker(incident),
      body: progressText(incident),
    });
  }
  return undefined;
};

/** A storm has one issue of its own, because nobody reported it in one. */
async function tellStorm(incident: Incident, known: number | undefined, { clients }: Deps): Promise<Event | undefined> {
  const { repository } = incident.signal;
  const issue = await keepIssue(await clients.for(repository, "report"), repository, {
    known,
    marker: stormMarker(incident),
    title: stormTitle(),
    body: stormText(incident),
    open: incident.state.phase !== "closed",
  });
  return issue === undefined || issue === known ? undefined : { type: "stormTold", issue };
}

/** The source issue; and the pull request when it waits there for a human, or a revert that somebody waits for failed. */
function places({ signal, state }: Incident): number[] {
  const issue = signal.origin.kind === "issue" ? [signal.origin.number] : [];
  if (state.phase !== "held" && state.phase !== "closed") return issue;
  const needsReader = state.phase === "held" || state.outcome === "needsHuman" || state.revert === "failed";
  return needsReader && state.pull ? [...issue, state.pull.number] : issue;
}
