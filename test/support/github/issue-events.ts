import { renderAccount, renderApp, stamp } from "./render.ts";
import type { Json } from "./types.ts";
import { nodeId } from "./world.ts";
import type { Account, Act, Issue, Label, Repository, Review, World } from "./world.ts";

/** What the timeline of an issue or pull request keeps. */
type Happening =
  | { event: "labeled" | "unlabeled"; label: Label }
  | { event: "closed" | "reopened" }
  | { event: "merged"; commitId: string }
  | { event: "review_dismissed"; reviewId: number; state: Review["state"]; message: string };
export type IssueEvent = Happening & { id: number; actor: Account; createdAt: Date };

export function recordEvent({ world, by }: Act, issue: Issue, happening: Happening): void {
  issue.events.push({ id: world.nextId(), actor: by, createdAt: world.now(), ...happening });
}

const prefixes: Record<IssueEvent["event"], string> = {
  labeled: "LE",
  unlabeled: "UNLE",
  closed: "CE",
  reopened: "REE",
  merged: "ME",
  review_dismissed: "RDE",
};

export function renderEvent(world: World, { fullName }: Repository, event: IssueEvent): Json {
  const url = `${world.url}/repos/${fullName}`;
  const commitId = event.event === "merged" ? event.commitId : null;
  return {
    id: event.id,
    node_id: nodeId(prefixes[event.event], event.id),
    url: `${url}/issues/events/${event.id}`,
    // GitHub may answer null when the account is gone; its published schema wants somebody.
    actor: renderAccount(world, event.actor),
    event: event.event,
    commit_id: commitId,
    commit_url: commitId === null ? null : `${url}/commits/${commitId}`,
    created_at: stamp(event.createdAt),
    performed_via_github_app: event.actor === world.app.bot ? renderApp(world, world.app) : null,
    ...details(event),
  };
}

function details(event: IssueEvent): Json {
  if (event.event === "labeled" || event.event === "unlabeled") {
    return { label: { name: event.label.name, color: event.label.color } };
  }
  if (event.event !== "review_dismissed") return {};
  const { reviewId, state, message } = event;
  return { dismissed_review: { state: state.toLowerCase(), review_id: reviewId, dismissal_message: message } };
}
