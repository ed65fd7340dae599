import { plain } from "../domain/markdown.ts";
import type { Bypass, Drifted, Expectation, ProtectionReport, Source } from "../domain/protection.ts";
import type { Standing } from "../domain/standing.ts";

export const driftTitle = "Self-Heal: branch protection differs from the policy";

export const driftClosing =
  "All expectations that had stopped holding hold again, and no rule was bypassed lately. Closed by itself; it opens again when something changes.";

const signs = { pass: "✅", fail: "❌", unknown: "❔" } as const;

/** The report as a Markdown table, with its notes below. */
export function protectionTable(report: ProtectionReport): string {
  const rows = report.expectations.map(
    ({ title, result, found, sources, fix }) =>
      `| ${signs[result]} | ${cell(title)} | ${cell(found)} | ${sources.map(link).join(", ")} | ${cell(fix ?? "")} |`,
  );
  const table = ["| | expectation | found | rule | what to do |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
  const notes = protectionNotes(report);
  return notes ? `${table}\n\n${notes}` : table;
}

/** What stands beside a result: what a setting weakens, what is due soon. A Markdown list, or nothing. */
export function protectionNotes({ expectations }: ProtectionReport): string {
  return expectations
    .flatMap(({ title, note }) => (note === undefined ? [] : [`- **${title}:** ${cell(note)}`]))
    .join("\n");
}

/** What the drift issue reports. `refused`: why the ruleset could not be kept. */
export type DriftNews = {
  drifted: readonly Drifted[];
  report: ProtectionReport;
  bypasses: readonly Bypass[];
  ungated: NonNullable<Standing["ungated"]>;
  refused: string | undefined;
};

/** Names times, never ages, so that the same news are the same text. */
export function driftText({ drifted, report, bypasses, ungated, refused }: DriftNews): string {
  const due = drifted.filter(({ now }) => now === "due");
  const parts = [
    `Compares the settings of this repository with \`protection\` in its policy. Kept up to date, and closed by itself when nothing differs any more.`,
    section(
      "What no longer holds",
      changes(
        drifted.filter(({ now }) => now !== "due"),
        report,
      ),
    ),
    section("Secrets to rotate", protectionNotes({ ...report, expectations: pick(due, report) })),
    section("Rules that were bypassed", bypasses.map(bypassLine).join("\n")),
    section("Merges past the gate", ungated.map(ungatedLine).join("\n")),
    section("The ruleset could not be kept", refused === undefined ? "" : cell(refused)),
  ];
  return parts.filter(Boolean).join("\n\n");
}

function changes(drifted: readonly Drifted[], report: ProtectionReport): string {
  const lines = drifted.map(({ id, now, since, by }) => {
    const title = report.expectations.find((one) => one.id === id)?.title ?? id;
    const who = by === undefined ? "found by the regular look" : `after a change by ${account(by)}`;
    return `- ${signs[now === "due" ? "pass" : now]} **${title}**: ${now === "fail" ? "no longer holds" : "can no longer be seen"} since ${time(since)}, ${who}`;
  });
  if (lines.length === 0) return "";
  return `${lines.join("\n")}\n\n${protectionTable({ ...report, expectations: pick(drifted, report) })}`;
}

function pick(drifted: readonly Drifted[], { expectations }: ProtectionReport): Expectation[] {
  return expectations.filter(({ id }) => drifted.some((one) => one.id === id));
}

function bypassLine({ actor, ref, after, at }: Bypass): string {
  return `- ${account(actor)} got \`${cell(ref).replaceAll("`", "")}\` to ${after} past its rules on ${time(at)}`;
}

function ungatedLine({ number, by, at, sha }: DriftNews["ungated"][number]): string {
  return `- #${number} was merged by ${account(by)} as ${sha} on ${time(at)}, without a passing decision of the gate`;
}

function section(title: string, text: string): string {
  return text ? `## ${title}\n\n${text}` : "";
}

function link({ name, url }: Source): string {
  return url === undefined ? cell(name) : `[${cell(name).replaceAll(/[[\]]/g, "")}](${url})`;
}

/** As code, so that nobody is notified. */
function account(login: string): string {
  return `\`${login.replaceAll("`", "")}\``;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Rulesets and secrets bear names that people chose: they must not end a cell, notify anybody or hide text. */
function cell(text: string): string {
  return plain(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", String.raw`\|`);
}
