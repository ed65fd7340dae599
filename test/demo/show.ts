import type { LogLine } from "../support/world.ts";
import type { Result } from "./result.ts";

export type Timeline = { say(text: string): void; log(line: LogLine): void };

const colour = process.stdout.isTTY && !process.env["NO_COLOR"];
const paint = (code: number, text: string): string => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
const dim = (text: string): string => paint(2, text);
const bold = (text: string): string => paint(1, text);

/** What the effects are called for people; those that are not here say nothing worth a line. */
const doing: Record<string, string> = {
  triage: "triaged the report, read the policy, found the commands",
  fix: "the agent worked in the sandbox",
  prove: "ran the proof: before, after, old tests",
  propose: "pushed a signed commit and opened the pull request",
  observe: "read the checks of the pull request",
  markReady: "took the pull request out of draft",
  report: "brought the progress comment up to date",
};

/** Prints the timeline as it happens. */
export function showTimeline(): Timeline {
  const started = performance.now();
  const print = (text: string): void => {
    process.stdout.write(`${dim(`${((performance.now() - started) / 1000).toFixed(2).padStart(6)}s`)}  ${text}\n`);
  };
  return {
    say: print,
    log: (line) => {
      const text = describe(line);
      if (text) print(text);
    },
  };
}

function describe(line: LogLine): string | undefined {
  if (line.msg === "delivery handled") return heard(line);
  if (line.msg === "effect done") return done(line);
  return line.level >= 40 ? paint(33, `${line.msg}: ${line.err?.message ?? line.reason ?? ""}`) : undefined;
}

function heard({ event, note }: LogLine): string | undefined {
  return note?.startsWith("nothing listens") ? undefined : `webhook ${event}: ${note}`;
}

function done({ effect, ms, event, phase }: LogLine): string | undefined {
  const what = doing[effect ?? ""];
  return what && `${what} ${dim(`(${ms} ms)`)}${event ? ` → ${bold(event)}, now ${phase}` : ""}`;
}

const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** The end of the demo for people: diff, pull request, proof, and where to look. */
export function showResult(result: Result): void {
  if (result.pull) showPull(result.pull, result.diff);
  else out(`\n${bold("── No pull request. What the issue says ──")}\n${result.comment}`);
  if (result.proof) showProof(result.proof);
  if (result.gate) out(`\n${bold("── The gate ──")}\n${bold(result.gate.decision)}: ${result.gate.summary}`);
  showSummary(result);
}

function showPull({ number, title, draft, labels, body }: NonNullable<Result["pull"]>, diff: string): void {
  out(`\n${bold("── The diff ──")}`);
  out(diff.trimEnd().split("\n").map(paintDiff).join("\n"));
  out(bold(`\n── Pull request #${number}: ${title} ──`));
  out(`${draft ? "draft" : "ready for review"}; labels: ${labels.join(", ")}\n\n${body}`);
}

function showProof({ verdict, reason, before, after, oldTests }: NonNullable<Result["proof"]>): void {
  out(`\n${bold("── The proof ──")}\n${bold(verdict)}: ${reason}`);
  if (before) out(`before     ${before.command} → exit ${before.exitCode}`);
  if (after) out(`after      ${after.command} → exit ${after.exitCode}`);
  if (oldTests) out(`old tests  → exit ${oldTests.exitCode}`);
}

function showSummary({ incident, ledger, timings, github, model }: Result): void {
  const end = [incident.outcome, incident.reason].filter(Boolean).join(", ");
  const { turns, inputTokens, cacheReadTokens, outputTokens, usd } = ledger;
  out(bold("\n── In short ──"));
  out(`incident ${incident.id}: ${incident.phase}${end ? ` (${end})` : ""}`);
  out(
    `${turns} turns, ${inputTokens + cacheReadTokens} tokens in (${cacheReadTokens} from cache), ${outputTokens} out, ` +
      (model.scripted ? "nothing spent (scripted)" : `$${usd.toFixed(4)}`),
  );
  const { signalToPull } = timings;
  if (signalToPull !== undefined)
    out(
      `${(signalToPull / 1000).toFixed(2)} s from the label to the pull request; ${github.requests} GitHub API requests in all, ${github.unchanged} more were free (unchanged)`,
    );
  out(
    "Where to look: src/domain/transition.ts (what may happen), src/effects/prove.ts (the proof), README.md (install it on your organisation).",
  );
}

function paintDiff(line: string): string {
  if (/^(\+\+\+|---|diff|index)/.test(line)) return dim(line);
  if (line.startsWith("+")) return paint(32, line);
  return line.startsWith("-") ? paint(31, line) : line;
}
