import type { LogLine } from "../support/world.ts";
import type { Result } from "./heal.ts";

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
  if (line.msg === "delivery handled") return `webhook ${line["event"]}: ${line["note"]}`;
  if (line.msg === "effect done") {
    const what = doing[String(line["effect"])];
    return (
      what &&
      `${what} ${dim(`(${line["ms"]} ms)`)}${line["event"] ? ` → ${bold(String(line["event"]))}, now ${line["phase"]}` : ""}`
    );
  }
  if (line.msg === "tool call") return dim(`    ${String(line["tool"])} ${String(line["summary"] ?? "")}`);
  return line.level >= 40
    ? paint(33, `${line.msg}: ${JSON.stringify(line["err"] ?? line["reason"] ?? "")}`)
    : undefined;
}

/** The end of the demo for people: diff, proof, body, and where to look. */
export function showResult({ incident, pull, proof, ledger, timings, github, model, diff, comment }: Result): void {
  const out = (text = ""): void => void process.stdout.write(`${text}\n`);
  out();
  if (pull) {
    out(bold("── The diff ──"));
    out(diff.trimEnd().split("\n").map(paintDiff).join("\n"));
    out(bold(`\n── Pull request #${pull.number}: ${pull.title} ──`));
    out(`${pull.draft ? "draft" : "ready for review"}; labels: ${pull.labels.join(", ")}\n`);
    out(pull.body);
  } else {
    out(bold("── No pull request. What the issue says ──"));
    out(comment);
  }
  if (proof) {
    out(bold("\n── The proof ──"));
    out(`${bold(proof.verdict)}: ${proof.reason}`);
    if (proof.before) out(`before  ${proof.before.command} → exit ${proof.before.exitCode}`);
    if (proof.after) out(`after   ${proof.after.command} → exit ${proof.after.exitCode}`);
    if (proof.oldTests) out(`old tests → exit ${proof.oldTests.exitCode}`);
  }
  out(bold("\n── In short ──"));
  out(
    `incident ${incident.id}: ${incident.phase}${incident.outcome ? ` (${incident.outcome})` : ""}${incident.reason ? `, reason ${incident.reason}` : ""}`,
  );
  out(
    `${ledger.turns} turns, ${ledger.inputTokens + ledger.cacheReadTokens} tokens in (${ledger.cacheReadTokens} from cache), ${ledger.outputTokens} out, $${ledger.usd.toFixed(4)}${model.scripted ? " (scripted: nothing was spent)" : ""}`,
  );
  if (timings["signalToPull"] !== undefined)
    out(
      `${(timings["signalToPull"] / 1000).toFixed(2)} s from the label to the pull request, ${github.requests} GitHub API requests`,
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
