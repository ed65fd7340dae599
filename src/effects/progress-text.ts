import type { In, Incident, Phase, State } from "../domain/incident.ts";
import { fenced } from "../domain/markdown.ts";
import { commandNames, commands } from "../domain/command.ts";
import { reasons } from "../domain/reason.ts";
import type { Reason } from "../domain/reason.ts";
import { obstacle } from "./answer-obstacle.ts";
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
  parts.push(`<sub>Incident \`${incident.id}\` · ${sensible(incident.state)}</sub>`);
  return parts.filter(Boolean).join("\n\n");
}

/** What `/self-heal status` answers: where it is, and who must do what next. */
export function statusText(incident: Incident): string {
  const { headline, text } = describe(incident);
  const line = `Incident \`${incident.id}\` is in phase \`${incident.state.phase}\`: ${headline}. ${text}`;
  return [line.trim(), nextSteps[incident.state.phase](incident)].filter(Boolean).join("\n\n");
}

const nobody = () => "Nobody has to do anything now.";

/** Who must do what next. Where a reason code says so, it stands in the text already. */
const nextSteps: { [P in Phase]: (incident: Incident) => string } = {
  triaging: nobody,
  held: () => "",
  fixing: nobody,
  proving: nobody,
  proposing: nobody,
  checking: () => "The checks of the pull request must pass; after that, a person must approve it.",
  awaitingApproval: ({ policy }) =>
    policy?.merge === "auto"
      ? "A person who did not ask for this fix must approve it; then Self-Heal merges it."
      : "A person who did not ask for this fix must approve it, and somebody must merge it.",
  merging: nobody,
  watching: () => "Nobody has to do anything now; `/self-heal revert` takes the fix back.",
  reverting: ({ state }) =>
    "revert" in state && state.revert ? "Somebody must review the revert, and merge or close it." : nobody(),
  closed: () => "",
};

/** Commands that make sense now, as they are written. `pause` and `resume` are about the whole repository. */
function sensible(state: State): string {
  const pull = "pull" in state && state.pull;
  const elsewhere: readonly string[] = ["status", "pause", "resume", ...(pull ? [] : ["explain"])];
  const names = commandNames.filter((name) => !elsewhere.includes(name) && !obstacle(name, state));
  const written = names.map((name) => [name, commands[name].argument].filter(Boolean).join(" "));
  return ["/self-heal status", ...written].map((text) => `\`${text}\``).join(", ");
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
    text: `Approved by \`${approvedBy}\`.`,
  }),
  watching: ({ pull, mergeSha }) => ({
    headline: `#${pull.number} is merged`,
    text: `Merged as ${mergeSha}. Self-Heal watches for the failure to come back.`,
  }),
  reverting: ({ revert, askedBy }) => ({
    headline:
      askedBy === undefined ? "the failure came back after the merge" : `@${askedBy} asked to take the fix back`,
    text: revert ? `A revert is proposed in #${revert}.` : "A revert is being prepared.",
  }),
  held: ({ reason, note }) => waiting("waits for a human", reason, note),
  closed: (state) => ended(state),
};

function ended(state: In<"closed">): Line {
  const { outcome, reason, note, pull } = state;
  const through = pull ? ` (#${pull.number})` : "";
  const taken = reverted(state);
  if (outcome === "healed") return { headline: `healed${through}`, text: `${reasons.healed.title}: ${note}.${taken}` };
  const headline = {
    rejected: "ended",
    ignored: "not taken on",
    gaveUp: "no fix",
    reverted: "reverted",
    needsHuman: "a human is needed",
  }[outcome];
  const line = waiting(`${headline}${through}`, reason, note);
  return { ...line, text: `${line.text}${taken}` };
}

function reverted({ revert, pull }: In<"closed">): string {
  if (revert === undefined) return "";
  if (revert === "asked") return "\n\nA revert is being prepared.";
  return revert === "failed"
    ? `\n\nThe revert could not be proposed. Comment \`/self-heal revert\` to try again, or revert #${pull?.number} by hand.`
    : `\n\nA revert is proposed in #${revert}.`;
}

function waiting(headline: string, reason: Reason, note: string): Line {
  const { title, next } = reasons[reason];
  const details = note ? `\n\n<details><summary>Details</summary>\n\n${fenced(note)}\n\n</details>` : "";
  return { headline: `${headline}: ${title}`, text: `Reason: \`${reason}\`. ${next}${details}` };
}

function proofOf({ proof }: Incident): string {
  return proof ? verdictLine(proof) : "";
}
