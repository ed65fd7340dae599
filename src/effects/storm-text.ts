import type { Incident } from "../domain/incident.ts";
import { fenced } from "../domain/markdown.ts";
import { reasons } from "../domain/reason.ts";

/** As many as an issue shows; the incident may name more. */
const shownTitles = 20;

/** Finds the storm's issue again; people never see it. */
export function stormMarker({ id }: Pick<Incident, "id">): string {
  return `<!-- self-heal:storm:${id} -->`;
}

export function stormTitle(): string {
  return "Self-Heal: a storm of new failures; nothing is fixed meanwhile";
}

/** The issue that tells people of a storm, once: what it is, what comes up most, and what ends it. Markdown. */
export function stormText(incident: Incident): string {
  const { storm, state, signals, id } = incident;
  const { failures = 0, titles = [] } = storm ?? {};
  const note = "note" in state ? state.note : "";
  const top = titles.toSorted((one, other) => other.count - one.count).slice(0, shownTitles);
  const more = failures - top.length;
  const listed = [
    ...top.map(({ count, title }) => `${String(count).padStart(6)} × ${oneLine(title)}`),
    ...(more > 0 ? [`       … and ${more} more`] : []),
  ];
  return [
    note,
    `${failures} new ${failures === 1 ? "failure was" : "failures were"} counted here so far, in ${signals} ${signals === 1 ? "report" : "reports"}:`,
    fenced(listed.join("\n")),
    `**What to do:** ${reasons.storm.next}`,
    "What still fails when the storm is over opens an incident of its own with its next report. Failures that were known before are counted as always.",
    `<sub>Incident \`${id}\` · \`/self-heal go\`, \`/self-heal stop\`</sub>`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Titles are other people's words. */
function oneLine(title: string): string {
  return title.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").slice(0, 150);
}
