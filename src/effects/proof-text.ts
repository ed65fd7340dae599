import type { Proof, RunRecord, Verdict } from "../domain/proof.ts";

const meanings: { [V in Verdict]: string } = {
  proven: "the reproduction fails without the fix and passes with it, and the old tests still pass",
  verified: "all checks pass with the fix, but no reproduction was shown to fail without it",
  unproven: "there are no commands that could verify it",
  rejected: "it did not pass the proof",
};

/** One sentence: the verdict and what it means. */
export function verdictLine({ verdict, reason }: Pick<Proof, "verdict" | "reason">): string {
  return `**${verdict}**: ${meanings[verdict]} (${reason}).`;
}

/** The proof as Markdown: what was run on which tree, and how it ended. */
export function proofText(proof: Proof): string {
  const rows = [
    ...(proof.before ? [row("before (base + the fix's tests)", proof.before, "must fail")] : []),
    ...(proof.after ? [row("after (base + the whole fix)", proof.after, "must pass")] : []),
    ...proof.verify.map((run) => row("verify (base + the whole fix)", run, "must pass")),
    ...proof.oldTests.map((run) => row("old tests (base's tests + the fix's sources)", run, "must pass")),
    ...proof.baseline.map((run) => row("baseline (base alone)", run, "for comparison")),
  ];
  const table = ["| step | command | ended with | expected | time |", "| --- | --- | --- | --- | --- |", ...rows];
  return [
    verdictLine(proof),
    ...(rows.length > 0 ? [table.join("\n")] : []),
    ...(proof.findings.length > 0
      ? [proof.findings.map(({ rule, message }) => `- \`${rule}\`: ${message}`).join("\n")]
      : []),
    ...(proof.sameFailure === "unknown" ? [] : [`The failure before is the reported one: ${proof.sameFailure}.`]),
    `Base \`${proof.base}\`, proven tree \`${proof.tree}\`.`,
  ].join("\n\n");
}

/** The whole outputs' ends, for the check run's text. */
export function proofOutputs(proof: Proof): string {
  const runs = [proof.before, proof.after, ...proof.verify, ...proof.oldTests, ...proof.baseline].filter(
    (run) => run !== undefined,
  );
  return runs
    .map((run) => `\`${run.command}\` → ${ending(run)}, output SHA-256 \`${run.outputHash}\`\n\n${indent(run.tail)}`)
    .join("\n\n");
}

function row(step: string, run: RunRecord, expected: string): string {
  return `| ${step} | \`${run.command.replaceAll("|", "\\|").replaceAll("`", "'")}\` | ${ending(run)} | ${expected} | ${(run.ms / 1000).toFixed(1)} s |`;
}

function ending({ exitCode, killedBy }: RunRecord): string {
  return killedBy ? `killed (${killedBy})` : `exit ${exitCode}`;
}

/** Indented code cannot be ended from inside, whatever the output holds. */
function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
