import type { Incident, State } from "../domain/incident.ts";
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
  const { state } = incident;
  switch (state.phase) {
    case "triaging":
      return { headline: "looking at the report", text: "" };
    case "fixing":
      return {
        headline: `attempt ${state.tries.attempt} is looking for a fix`,
        text: "The agent works in a sandbox without network or secrets. Nothing is pushed before the fix is proven.",
      };
    case "proving":
      return { headline: `attempt ${state.tries.attempt} made a patch; it is being proven`, text: "" };
    case "proposing":
      return { headline: "the fix is proven and is being proposed", text: "" };
    case "checking":
      return {
        headline: `a fix is proposed in #${state.pull.number}`,
        text: `${proofOf(incident)}\n\nThe pull request stays a draft until its checks are green.`,
      };
    case "awaitingApproval":
      return { headline: `#${state.pull.number} waits for a human's review`, text: proofOf(incident) };
    case "merging":
      return { headline: `#${state.pull.number} is being merged`, text: `Approved by @${state.approvedBy}.` };
    case "watching":
      return {
        headline: `#${state.pull.number} is merged`,
        text: `Merged as ${state.mergeSha}. Self-Heal watches for the failure to come back.`,
      };
    case "reverting":
      return {
        headline: "the failure came back after the merge",
        text: state.revert ? `A revert is proposed in #${state.revert}.` : "A revert is being prepared.",
      };
    case "held":
      return waiting("waits for a human", state.reason, state.note);
    case "closed":
      return ended(state);
  }
}

function ended(state: Extract<State, { phase: "closed" }>): Line {
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
