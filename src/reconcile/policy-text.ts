import { problemLine } from "../governance/compose-policy.ts";
import type { Refusal, SourcedProblem } from "../governance/compose-policy.ts";
import type { Lockout } from "../governance/policy-lockout.ts";
import type { Simulated } from "../governance/policy-simulation.ts";
import type { Annotation } from "../github/checks.ts";
import type { PolicyReading } from "./policy-in-force.ts";

/** The check run about a policy, on the default branch and on pull requests that change it. */
export const policyCheckName = "self-heal/policy";
export const policyIssueTitle = "Self-Heal: the policy has errors";
export const policyIssueMarker = "<!-- self-heal:policy -->";
export const policyIssueClosing = "The policy is valid again, and in force. Closing.";

/** Problems and refused keys as annotations of the one file that belongs to the commit; GitHub shows no others. */
export function annotations(
  { problems, refused }: Pick<PolicyReading, "problems" | "refused">,
  file: { source: string; path: string },
): Annotation[] {
  const ofFile = <T extends { source: string }>(all: readonly T[]): T[] =>
    all.filter(({ source }) => source.split("@")[0] === file.source);
  return [
    ...ofFile(problems).map((one) => annotation(file.path, one, { title: one.path || "policy", message: one.message })),
    ...ofFile(refused).map((one) => annotation(file.path, one, { title: `${one.key} is locked`, message: one.why })),
  ];
}

type Lines = { line: number; endLine?: number };

function annotation(path: string, { line, endLine }: Lines, text: { title: string; message: string }): Annotation {
  const end_line = endLine ?? line;
  // Annotations are plain text.
  const message = text.message.replaceAll("`", '"');
  return { path, start_line: line, end_line, annotation_level: "failure", ...text, message };
}

/** The body of the one issue. It depends on the problems only, so that nothing is written while they stay the same. */
export function policyIssueBody(problems: readonly SourcedProblem[]): string {
  return [
    "The policy of this repository has errors. **The last good policy stays in force, and no fix is started or pushed** until they are mended:",
    list(problems.map(problemLine)),
    "Check a file before you commit it: `self-heal policy check FILE`. This issue closes itself when the policy is valid.",
  ].join("\n\n");
}

/** The check run on the default branch's head. */
export function brokenPolicyOutput(problems: readonly SourcedProblem[]): { title: string; summary: string } {
  return { title: count(problems.length, "error"), summary: policyIssueBody(problems) };
}

export type Change = {
  reading: Pick<PolicyReading, "problems" | "refused" | "sources">;
  lockouts: readonly Lockout[];
  simulated: readonly Simulated[];
  /** Of the organisation's file: it rules other repositories, too. */
  isOrganisation: boolean;
};

/** The check run on a pull request that changes the policy. */
export function changeOutput(change: Change): { title: string; summary: string; text: string } {
  const { problems, refused } = change.reading;
  const failing = change.lockouts.filter(({ level }) => level === "failure");
  const parts = [
    problems.length > 0 && section("Errors", list(problems.map(problemLine))),
    refused.length > 0 && section("Loosened, but locked by the organisation", list(refused.map(refusalLine))),
    failing.length > 0 && section("Nobody could approve", list(failing.map(({ message }) => message))),
    warnings(change),
  ].filter((part) => part !== false);
  const good = "The policy is valid. It is in force once it is merged into the default branch.";
  return {
    title: changeTitle(change, problems.length + refused.length + failing.length),
    summary: parts.length > 0 ? parts.join("\n\n") : good,
    text: problems.length > 0 ? "There is no simulation of a policy with errors." : simulationText(change),
  };
}

function changeTitle({ simulated }: Change, wrong: number): string {
  if (wrong > 0) return count(wrong, "problem");
  const flips = simulated.filter((one) => one.flips).length;
  if (simulated.length === 0) return "valid";
  return flips === 0
    ? "valid; no recent fix would be decided otherwise"
    : `valid; ${flips} of ${count(simulated.length, "recent fix", "recent fixes")} would be decided otherwise`;
}

function refusalLine({ why, source, line }: Refusal): string {
  return `${source}:${line}: ${why}`;
}

function warnings({ lockouts }: Change): string | false {
  const soft = lockouts.filter(({ level }) => level === "warning");
  return soft.length > 0 && section("Warnings", list(soft.map(({ message }) => message)));
}

const marks = { pass: "✅ pass", pending: "⏳ pending", unknown: "❔ unknown", fail: "❌ fail" } as const;

function simulationText({ simulated, isOrganisation }: Change): string {
  const scope = isOrganisation
    ? " This file rules every repository of the organisation; only pull requests of this one are simulated."
    : "";
  if (simulated.length === 0) return `There is no recorded fix pull request to simulate the change with.${scope}`;
  const rows = simulated.map(
    ({ number, before, after, flips, why }) =>
      `| #${number} | ${marks[before]} | ${marks[after]} | ${flips ? cell(why) : "as before"} |`,
  );
  return [
    `### Simulation\n\nThe last ${count(simulated.length, "fix pull request")} as recorded, decided under the policy in force and under this one. Facts that were not recorded because the old policy did not ask for them are \`unknown\`.${scope}`,
    ["| pull request | in force | this policy | why |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function section(title: string, body: string): string {
  return `### ${title}\n\n${body}`;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}
