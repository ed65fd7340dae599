import type { Report } from "../domain/patch.ts";
import type { Reason } from "../domain/reason.ts";
import { visible } from "./untrusted.ts";

/** The reasons a model may give for making no fix. */
export const noFixReasons = [
  "no-repro",
  "needs-info",
  "already-fixed",
  "flaky",
  "infra",
  "no-patch",
] as const satisfies readonly Reason[];

/** What the model's last words mean. */
export type Answer = { kind: "report"; report: Report } | { kind: "none"; reason: Reason; note: string };

type Section = keyof Report | "noFix";

const headings: Readonly<Record<string, Section>> = {
  TITLE: "title",
  "ROOT CAUSE": "rootCause",
  CHANGES: "changes",
  "NOT CHECKED": "unchecked",
  "NO FIX": "noFix",
};
// Models decorate headings: `## Title`, `**ROOT CAUSE:**`, `- Changes:`. Without a colon only a Markdown heading counts.
const heading =
  /^[ \t]*(?:(?:[-*>][ \t]+)?[*_`]{0,3}(TITLE|ROOT CAUSE|CHANGES|NOT CHECKED|NO FIX)[*_`]{0,3}[ \t]*:[*_`]{0,3}|#{1,6}[ \t]+[*_`]{0,3}(TITLE|ROOT CAUSE|CHANGES|NOT CHECKED|NO FIX)[*_`:]{0,4}[ \t]*$)/gim;

const blank: Report = { title: "", rootCause: "", changes: "", unchecked: "" };
const maxTitle = 200;
const maxSection = 8_000;

/** Reads the answer format; undefined where the text does not follow it, so that the model can be asked again. */
export function parseAnswer(text: string, fallbackTitle: string): Answer | undefined {
  const found = sections(visible(text));
  if (found.noFix !== undefined && found.title === undefined) return noFix(found.noFix);
  const complete = found.rootCause !== undefined && found.changes !== undefined;
  if (found.title === undefined && !complete) return undefined;
  return { kind: "report", report: report({ ...blank, ...found, title: found.title || fallbackTitle }) };
}

/** A report from words that do not follow the format, after the model was asked and did not comply. */
export function looseReport(text: string, fallbackTitle: string): Report {
  return report({ ...blank, title: fallbackTitle, changes: visible(text).trim() });
}

function sections(text: string): { [S in Section]?: string } {
  const marks = [...text.matchAll(heading)];
  const found: { [S in Section]?: string } = {};
  for (const [index, mark] of marks.entries()) {
    const section = headings[(mark[1] ?? mark[2] ?? "").toUpperCase()];
    const body = text.slice(mark.index + mark[0].length, marks[index + 1]?.index).trim();
    // A repeated heading is the model correcting itself: its last word counts.
    if (section) found[section] = body;
  }
  return found;
}

function noFix(body: string): Answer {
  const [, code = "", rest = ""] = /^[`"']?([a-z-]+)[`"']?\s*[:.–—-]?\s*([\s\S]*)$/i.exec(body) ?? [];
  const reason = noFixReasons.find((known) => known === code.toLowerCase());
  if (!reason) return { kind: "none", reason: "no-patch", note: cut(body, maxSection) };
  return { kind: "none", reason, note: cut(rest.trim() || "The agent gave no explanation.", maxSection) };
}

function report({ title, rootCause, changes, unchecked }: Report): Report {
  const [line = ""] = title.trim().split("\n");
  return {
    title: cut(line.replace(/^[*_`#\s]+|[*_`\s]+$/g, "") || "Fix a failure", maxTitle),
    rootCause: cut(rootCause, maxSection),
    changes: cut(changes, maxSection),
    unchecked: cut(unchecked, maxSection),
  };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`;
}
