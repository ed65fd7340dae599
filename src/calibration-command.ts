import { resolve } from "node:path";
import type { Reader } from "./database/reader.ts";
import type { Incident } from "./domain/incident.ts";
import { openReadOnly } from "./open-readonly.ts";
import { calibration } from "./triage/calibration.ts";
import type { Bin, Calibration, Prediction } from "./triage/calibration.ts";

export type CalibrationOptions = { json?: boolean; dataDir?: string };

const atMost = 1_000_000;

/**
 * `self-heal triage calibration`: the confidences that triage gave beside what became of them, as a reliability curve and
 * a Brier score. Reads the embedded store, also while the App runs. Throws UserError where there is no store.
 */
export async function calibrationCommand(
  { json = false, dataDir }: CalibrationOptions,
  output: { write(text: string): unknown } = process.stdout,
): Promise<void> {
  const store = openReadOnly(resolve(dataDir ?? ".data"));
  try {
    const result = calibration(await readPredictions(store));
    output.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : shown(result));
  } finally {
    store.close();
  }
}

async function readPredictions(store: Reader): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const incident of await store.incidents({ limit: atMost })) {
    const good = endOf(incident);
    const given = good === undefined ? undefined : await confidenceOf(incident, store);
    if (good !== undefined && given !== undefined) predictions.push({ confidence: given, good });
  }
  return predictions;
}

/** What people asked for was not predicted; the first word of triage is what counts. */
async function confidenceOf({ id, signal }: Incident, store: Reader): Promise<number | undefined> {
  if (signal.origin.kind === "issue" || signal.origin.kind === "local") return undefined;
  for (const { event } of await store.events(id)) {
    if (event.type === "triaged" && event.verdict.kind === "fix") return event.verdict.confidence;
  }
  return undefined;
}

/** Whether it was right to try: undefined where that is not known, or where a person or a limit ended it early. */
function endOf({ state }: Incident): boolean | undefined {
  if (state.phase !== "closed") return undefined;
  if (state.outcome === "healed") return true;
  const told = state.outcome === "rejected" || state.outcome === "reverted" || state.outcome === "gaveUp";
  const outside: readonly string[] = ["stopped", "taken-over", "budget", "model-unavailable", "internal", "disabled"];
  return told && !outside.includes(state.reason) ? false : undefined;
}

function shown({ count, brier, bins }: Calibration): string {
  if (brier === undefined)
    return "No incident that triage judged has ended yet. Run this again when some fixes were merged or rejected.\n";
  const lines = bins.filter((bin) => bin.count > 0).map(line);
  return `${count} predictions, Brier score ${brier.toFixed(3)} (0 is perfect, 0.25 is guessing)\n\nconfidence   said   good  count\n${lines.join("\n")}\n`;
}

function line({ from, to, count, meanConfidence = 0, shareGood = 0 }: Bin): string {
  return `${from.toFixed(1)} to ${to.toFixed(1)}   ${meanConfidence.toFixed(2)}   ${shareGood.toFixed(2)}  ${String(count).padStart(5)}`;
}
