import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import type { Signal } from "./domain/signal.ts";
import { UserError } from "./domain/user-error.ts";
import { jsonLines } from "./json-lines.ts";
import type { Item } from "./json-lines.ts";
import { readNormalised } from "./normalised-signal.ts";
import type { SignalText } from "./normalised-signal.ts";
import { actionable } from "./triage/actionable.ts";
import type { Whereabouts } from "./triage/actionable.ts";
import { confidence, isPersonsWord, locationsOf } from "./triage/confidence.ts";
import { enrich } from "./triage/enrich.ts";
import { group } from "./triage/fingerprint.ts";
import { isOwn } from "./triage/own-code.ts";
import { reportCategory } from "./triage/report-category.ts";
import { indexPaths } from "./triage/repository-path.ts";
import type { PathIndex } from "./triage/repository-path.ts";
import { SenderKind } from "./webhooks/sender.ts";
import { senders } from "./webhooks/senders.ts";

/** `source`: whose raw payloads the lines are. `tree`: a checkout, against which locations are checked. */
export type TriageOptions = { source?: string; tree?: string; threshold?: number };

type Settings = { source: SenderKind | undefined; paths: PathIndex | undefined; threshold: number };
type Read = { ok: true; signals: SignalText[] } | { ok: false; error: string };
type Streams = { input: NodeJS.ReadableStream; output: { write(text: string): unknown } };

/** What SELF_HEAL_AUTO_FIX_CONFIDENCE_THRESHOLD is by default. */
const usualThreshold = 0.6;

/**
 * `self-heal triage`: reads signals from standard input and prints for each, as one line of JSON, how it would be grouped
 * and judged. Offline, without a store. What is no signal gives `{error, line}`, and does not stop the rest. The form of
 * both is described in docs/signals.md. Throws UserError for options that make no sense.
 */
export async function triageCommand(
  { source, tree, threshold = usualThreshold }: TriageOptions,
  { input, output }: Streams = { input: process.stdin, output: process.stdout },
): Promise<void> {
  const settings = { source: kindOf(source), paths: tree === undefined ? undefined : readTree(tree), threshold };
  for await (const item of jsonLines(createInterface({ input, crlfDelay: Infinity }))) {
    for (const line of judged(item, settings)) output.write(`${JSON.stringify(line)}\n`);
  }
}

function kindOf(source: string | undefined): SenderKind | undefined {
  if (source === undefined) return undefined;
  const { success, data } = SenderKind.safeParse(source);
  if (!success) throw new UserError(`"${source}" is no sender we know. Write one of ${SenderKind.options.join(", ")}.`);
  return data;
}

function judged(item: Item, settings: Settings): object[] {
  const { line } = item;
  if (!item.ok) return [{ error: item.error, line }];
  const read = settings.source ? readPayload(item.value, settings.source) : readOne(item.value);
  return read.ok ? read.signals.map((one) => judge(one, settings)) : [{ error: read.error, line }];
}

function readOne(value: unknown): Read {
  const read = readNormalised(value);
  return read.ok ? { ok: true, signals: [read.signal] } : { ok: false, error: read.why };
}

function readPayload(value: unknown, kind: SenderKind): Read {
  const readings = senders[kind].read(value, { headers: {}, at: 0 });
  const signals = readings.flatMap((reading): SignalText[] => {
    if (reading.kind === "alert") return [{ title: reading.title, message: reading.detail, frames: [] }];
    if (reading.kind !== "report") return [];
    const { project: _project, alias: _alias, event: _event, at: _at, ...text } = reading.report;
    return [text];
  });
  if (signals.length > 0) return { ok: true, signals };
  const why = readings.map((reading) => (reading.kind === "ignored" ? reading.why : `it says ${reading.kind}`));
  return { ok: false, error: why.join("; ") || "nothing in it reports a failure" };
}

function judge(text: SignalText, { paths, threshold }: Settings): object {
  const signal = enrich({ ...somewhere, ...text });
  const { fingerprint, reason } = group(signal);
  const category = reportCategory(signal);
  const { value, terms } = confidence(signal, { category, ...(paths && { paths }) });
  const verdict = actionable({
    category,
    confidence: value,
    threshold,
    location: whereabouts(signal, paths),
    asked: isPersonsWord(signal),
  });
  const { errorType, message, frames } = signal;
  return {
    fingerprint,
    reason,
    // Whoever reads lines wants each to have the same keys.
    type: errorType ?? null,
    message,
    frames,
    top: frames.find(isOwn) ?? frames[0] ?? null,
    category,
    confidence: value,
    terms,
    actionable: verdict.actionable,
    reasonCode: verdict.reasonCode ?? null,
  };
}

function whereabouts(signal: Signal, paths: PathIndex | undefined): Whereabouts {
  if (!paths) return "unknown";
  return locationsOf(signal, paths).length > 0 ? "in-repository" : "elsewhere";
}

/** The repository is part of a fingerprint; offline all signals are of one. */
const somewhere = {
  origin: { kind: "dispatch" },
  repository: { id: 1, installation: 1, owner: "local", name: "local" },
  trust: "telemetry",
  at: 0,
} as const satisfies Partial<Signal>;

const maxPaths = 500_000;

function readTree(directory: string): PathIndex {
  const paths: string[] = [];
  const open = [directory];
  for (let next = open.pop(); next !== undefined && paths.length < maxPaths; next = open.pop()) {
    for (const entry of entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && entry.name !== ".git" && entry.name !== "node_modules") open.push(path);
      if (entry.isFile()) paths.push(relative(directory, path).replaceAll("\\", "/"));
    }
  }
  return indexPaths(paths);
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new UserError(
      `${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}. Give --tree a checkout.`,
    );
  }
}
