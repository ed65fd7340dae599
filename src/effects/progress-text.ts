import type { In, Incident, Phase, State } from "../domain/incident.ts";
import { reasons } from "../domain/reason.ts";
import type { Reason } from "../domain/reason.ts";
import { verdictLine } from "./proof-text.ts";

/** Finds our comment again; people never see it. */
export function progressMarker(incident: Pick<Incident, "id">): string {
  return `<!-- self-heal:progress:${incident.id} -->`;
}

type Line = { headline: string; text: string };

/** The progress comment: where the incident is, why, and what a human can do next. */
export function progressText(incident: Incident): string {
  const { headline, text } = describe(incident);
  const parts = [`### Self-Heal: ${headline}`, text];
  if (incident.signals > 1) parts.push(`Reported ${incident.signals} times so far.`);
  parts.push(
    `<sub>Incident \`${incident.id}\` · \`/self-heal status\`, \`retry [guidance]\`, \`stop\`, \`help\`</sub>`,
  );
  return parts.filter(Boolean).join("\n\n");
}

/** One line for `/self-heal status` and the log. */
export function statusLine(incident: Incident): string {
  const { headline, text } = describe(incident);
  return `Incident \`${incident.id}\` is in phase \`${incident.state.phase}\`: ${headline}. ${text}`;
}

function describe(incident: Incident): Line {
  // TypeScript cannot correlate the phase with its line; the table's type already did.
  const line = lines[incident.state.phase] as (state: State, incident: Incident) => Line;
  return line(incident.state, incident);
}

const lines: { [P in Phase]: (state: In<P>, incident: Incident) => Line } = {
  triaging: () => ({ headline: "looking at the report", text: "" }),
  fixing: ({ tries }) => ({
    headline: `attempt ${tries.attempt} is looking for a fix`,
    text: "The agent works in a sandbox without network or secrets. Nothing is pushed before the fix is proven.",
  }),
  proving: ({ tries }) => ({ headline: `attempt ${tries.attempt} made a patch; it is being proven`, text: "" }),
  proposing: () => ({ headline: "the fix is proven and is being proposed", text: "" }),
  checking: ({ pull }, incident) => ({
    headline: `a fix is proposed in #${pull.number}`,
    text: `${proofOf(incident)}\n\nThe pull request stays a draft until its checks are green.`,
  }),
  awaitingApproval: ({ pull }, incident) => ({
    headline: `#${pull.number} waits for a human's review`,
    text: proofOf(incident),
  }),
  merging: ({ pull, approvedBy }) => ({
    headline: `#${pull.number} is being merged`,
    text: `Approved by @${approvedBy}.`,
  }),
  watching: ({ pull, mergeSha }) => ({
    headline: `#${pull.number} is merged`,
    text: `Merged as ${mergeSha}. Self-Heal watches for the failure to come back.`,
  }),
  reverting: ({ revert }) => ({
    headline: "the failure came back after the merge",
    text: revert ? `A revert is proposed in #${revert}.` : "A revert is being prepared.",
  }),
  held: ({ reason, note }) => waiting("waits for a human", reason, note),
  closed: (state) => ended(state),
};

function ended(state: In<"closed">): Line {
  const { outcome, reason, note, pull } = state;
  const through = pull ? ` (#${pull.number})` : "";
  if (outcome === "healed") return { headline: `healed${through}`, text: `${reasons.healed.title}: ${note}.` };
  const headline = {
    rejected: "ended",
    ignored: "not taken on",
    gaveUp: "no fix",
    reverted: "reverted",
    needsHuman: "a human is needed",
  }[outcome];
  return waiting(`${headline}${through}`, reason, note);
}

function waiting(headline: string, reason: Reason, note: string): Line {
  const { title, next } = reasons[reason];
  const details = note ? `\n\n<details><summary>Details</summary>\n\n${fenced(note)}\n\n</details>` : "";
  return { headline: `${headline}: ${title}`, text: `Reason: \`${reason}\`. ${next}${details}` };
}

function proofOf({ proof }: Incident): string {
  return proof ? verdictLine(proof) : "";
}

/** Text of unknown origin as a code block that it cannot break out of. */
export function fenced(text: string, language = "text"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
