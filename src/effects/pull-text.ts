import { fixBranchPrefix } from "../domain/incident.ts";
import type { Incident } from "../domain/incident.ts";
import { fenced, plain } from "../domain/markdown.ts";
import type { Ledger, Patch } from "../domain/patch.ts";
import type { Proof } from "../domain/proof.ts";
import type { Signal } from "../domain/signal.ts";
import { proofText } from "./proof-text.ts";

/** GitHub refuses bodies above 65,536 characters. */
const maxBody = 60_000;

/** `fix: …`, short enough for a commit's subject line. */
export function pullTitle({ report }: Pick<Patch, "report">): string {
  const plain = report.title
    .replace(/^\s*fix(\([^)]*\))?!?:\s*/i, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const title = plain || "repair the reported failure";
  return `fix: ${title.length > 66 ? `${title.slice(0, 65)}…` : title}`;
}

/** `self-heal/<incident>-<slug>`: derives from the incident alone, so that every attempt finds the same branch. */
export function branchName({ id, signal }: Pick<Incident, "id" | "signal">): string {
  const slug = signal.title
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return `${fixBranchPrefix}${id}-${slug || "fix"}`;
}

/** The commit's message; the same facts as the pull request, short. The pull request closes the issue, not the commit. */
export function commitMessage(incident: Incident, patch: Patch, proof: Proof): string {
  const { origin } = incident.signal;
  return [
    pullTitle(patch),
    plain(patch.report.rootCause),
    `Self-Heal incident ${incident.id}, attempt ${patch.attempt}: ${proof.verdict} (${proof.reason}).`,
    ...(origin.kind === "issue" ? [`Refs #${origin.number}`] : []),
  ].join("\n\n");
}

/** What a reviewer reads: cause, change, proof, what was not checked, cost, and how to go on. */
export function pullBody(incident: Incident, patch: Patch, proof: Proof): string {
  const { signal, policy } = incident;
  const { report } = patch;
  const body = [
    signal.origin.kind === "issue" ? `Fixes #${signal.origin.number}` : "",
    section("What broke", whatBroke(signal)),
    section("Root cause", plain(report.rootCause)),
    section("What changed and why", `${plain(report.changes)}\n\n${files(patch)}`),
    section("Proof", proofText(proof)),
    section("What the agent did not check", plain(report.unchecked) || "It named nothing."),
    section("Cost", cost(patch.ledger)),
    section(
      "Next",
      "A human must review and merge this. Comment `/self-heal retry <guidance>` here or on a line to have it changed, or `/self-heal stop` to end it. Commits that you push to this branch are kept.",
    ),
    policy && policy.detected.length > 0 ? detected(policy) : "",
    `<sub>Self-Heal incident \`${incident.id}\`, attempt ${patch.attempt}. The texts under *Root cause*, *What changed* and *What the agent did not check* are the agent's own words.</sub>`,
  ]
    .filter(Boolean)
    .join("\n\n");
  return body.length > maxBody ? `${body.slice(0, maxBody)}\n\n… (cut)` : body;
}

function whatBroke(signal: Signal): string {
  const where = signal.frames[0]
    ? ` at \`${signal.frames[0].file}${signal.frames[0].line ? `:${signal.frames[0].line}` : ""}\``
    : "";
  const from = {
    issue: "An issue reported it",
    dispatch: "A monitor reported it",
    monitor: "A monitor reported it",
    workflow: "A workflow failed on the default branch",
    local: "It was reported by hand",
    storm: "Many failures came at once",
  }[signal.origin.kind];
  const link = signal.url ? ` (${signal.url})` : "";
  return `${from}${where}${link}:\n\n${fenced(signal.message.slice(0, 4_000))}`;
}

function files({ files }: Patch): string {
  return files.map(({ path, change, added, removed }) => `- \`${path}\` (${change}, +${added} −${removed})`).join("\n");
}

function cost({
  model,
  turns,
  inputTokens,
  outputTokens,
  cacheReadTokens,
  cacheWriteTokens,
  usd,
  seconds,
}: Ledger): string {
  const tokens = `${inputTokens + cacheReadTokens + cacheWriteTokens} tokens in (${cacheReadTokens} from cache), ${outputTokens} out`;
  return `${turns} turns, ${tokens}, $${usd.toFixed(4)}, ${(seconds / 60).toFixed(1)} minutes, model \`${model}\`.`;
}

function detected({ detected: names, setup, verify, reproduce }: NonNullable<Incident["policy"]>): string {
  const values = {
    setup: setup.join(" && ") || "(nothing)",
    verify: verify.join(" && ") || "(nothing)",
    reproduce: reproduce ?? "(the verify commands)",
  };
  return `<details><summary>Commands detected in this repository</summary>\n\n${names.map((name) => `- ${name}: \`${values[name]}\``).join("\n")}\n\nWrite them into \`.github/self-heal.yml\` to change them.\n\n</details>`;
}

function section(title: string, text: string): string {
  return `## ${title}\n\n${text}`;
}
