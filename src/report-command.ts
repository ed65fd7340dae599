import { resolve } from "node:path";
import type { Reader } from "./database/reader.ts";
import type { LoggedEvent } from "./database/store.ts";
import type { Incident } from "./domain/incident.ts";
import { reasons } from "./domain/reason.ts";
import type { Reason } from "./domain/reason.ts";
import { UserError } from "./domain/user-error.ts";
import { openReadOnly } from "./open-readonly.ts";

/** `since`: as `24h`, `90m`, `7d`, or an ISO time. `repository`: owner/name. `now` in UTC milliseconds. */
export type ReportOptions = { since: string; json?: boolean; repository?: string; dataDir?: string; now?: number };

type Marked = { incident: string; repository: string; title: string; acted: boolean; note: string; at: string };

/** What was decided in a stretch of time. Numbers are incidents. */
type Report = {
  since: string;
  until: string;
  repository?: string;
  incidents: number;
  /** A fix was tried. */
  actedOn: number;
  /** A fix would have been tried, had the repository not only been observed. */
  wouldHaveActed: number;
  /** What is held or closed now, by reason code. */
  byReason: Partial<Record<Reason, number>>;
  /** A person said that it is no bug. */
  falsePositives: Marked[];
};

const atMost = 1_000_000;

/**
 * `self-heal report`: what was opened since then and what became of it, and what people marked as no bug. Reads the
 * embedded store, also while the App runs. Gives the exit code: 0 where there is no false positive, else 1. Throws
 * UserError (2).
 */
export async function reportCommand(
  { since, json = false, repository, dataDir, now = Date.now() }: ReportOptions,
  out: { write(text: string): unknown } = process.stdout,
): Promise<0 | 1> {
  const from = readSince(since, now);
  if (repository !== undefined && !/^[^/\s]+\/[^/\s]+$/.test(repository))
    throw new UserError(`"${repository}" is no repository. Write --repository as owner/name.`);
  const store = openReadOnly(resolve(dataDir ?? ".data"));
  try {
    const report = await tell(store, { from, now, ...(repository !== undefined && { repository }) });
    out.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : shown(report));
    return report.falsePositives.length > 0 ? 1 : 0;
  } finally {
    store.close();
  }
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readSince(since: string, now: number): number {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(since) ?? [];
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0);
  const time = /^\d{4}-/.test(since) ? Date.parse(since) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UserError(`"${since}" is no time. Write --since as 24h, 90m or 7d, or as 2026-05-01T12:00:00Z.`);
}

type Stretch = { from: number; now: number; repository?: string };

async function tell(store: Reader, { from, now, repository }: Stretch): Promise<Report> {
  const all = await store.incidents({ since: from, limit: atMost });
  const wanted = all.filter((one) => repository === undefined || isIn(one, repository));
  const opened = wanted.filter(({ openedAt }) => openedAt >= from);
  // Of one that was opened before, the start may lie before, too.
  const started = await store.startedSince(Math.min(from, ...wanted.map(({ openedAt }) => openedAt)));
  const watched = new Set<string>();
  for (const { id } of wanted) if (!started.has(id) && wasWatched(await store.events(id))) watched.add(id);
  return {
    since: iso(from),
    until: iso(now),
    ...(repository !== undefined && { repository }),
    incidents: opened.length,
    actedOn: opened.filter(({ id }) => started.has(id)).length,
    wouldHaveActed: opened.filter(({ id }) => watched.has(id)).length,
    byReason: counted(opened),
    falsePositives: wanted.flatMap((one) => marked(one, started.has(one.id))),
  };
}

function isIn({ signal }: Incident, repository: string): boolean {
  const { owner, name } = signal.repository;
  return `${owner}/${name}`.toLowerCase() === repository.toLowerCase();
}

/** Triage found it worth a fix, and the repository is only observed. */
function wasWatched(events: readonly LoggedEvent[]): boolean {
  return events.some(
    ({ event }) =>
      event.type === "triaged" &&
      event.verdict.kind === "hold" &&
      event.verdict.reason === ("observing" satisfies Reason),
  );
}

function counted(incidents: readonly Incident[]): Report["byReason"] {
  const counts: Report["byReason"] = {};
  for (const { state } of incidents) if ("reason" in state) counts[state.reason] = (counts[state.reason] ?? 0) + 1;
  return counts;
}

function marked({ id, signal, state, changedAt }: Incident, acted: boolean): Marked[] {
  if (state.phase !== "closed" || state.reason !== "not-a-bug") return [];
  const { owner, name } = signal.repository;
  const { note } = state;
  return [{ incident: id, repository: `${owner}/${name}`, title: signal.title, acted, note, at: iso(changedAt) }];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function shown(report: Report): string {
  const { incidents, actedOn, wouldHaveActed, byReason, falsePositives } = report;
  const where = report.repository === undefined ? "" : ` in ${report.repository}`;
  const reasonLines = Object.entries(byReason)
    .toSorted(([, one], [, other]) => other - one)
    // The keys of an object are its codes; TypeScript forgets that.
    .map(([code, count]) => `  ${String(count).padStart(6)}  ${code}: ${reasons[code as Reason].title}`);
  const lines = [
    `From ${report.since} to ${report.until}${where}:`,
    `  ${String(incidents).padStart(6)}  incidents opened`,
    `  ${String(actedOn).padStart(6)}  acted on`,
    `  ${String(wouldHaveActed).padStart(6)}  would have been acted on (observed only)`,
    ...(reasonLines.length > 0 ? ["Held or closed, by reason:", ...reasonLines] : []),
    falsePositives.length === 0
      ? "No false positives."
      : `False positives (marked with not-a-bug): ${falsePositives.length}`,
    ...falsePositives.map(
      ({ incident, repository, title, note, at }) =>
        `  ${at}  ${incident}  ${repository}  ${oneLine(title)} (${oneLine(note)})`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** Titles are other people's words: no control characters reach a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200);
}
