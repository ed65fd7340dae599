import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoggedEvent } from "../../src/database/store.ts";
import type { Incident } from "../../src/domain/incident.ts";
import type { Ledger } from "../../src/domain/patch.ts";
import type { Proof } from "../../src/domain/proof.ts";
import { startWorld, people } from "../support/world.ts";
import type { LogLine, World, WorldOptions } from "../support/world.ts";
import type { Bug } from "./bugs/bug.ts";
import { defaultCache } from "./packages.ts";
import { prepareBug } from "./prepare.ts";
import type { Timeline } from "./show.ts";

type Options = {
  apiKey?: string | undefined;
  baseUrl?: string | undefined;
  model?: string | undefined;
  timeline?: Timeline | undefined;
};

type Run = { command: string; exitCode: number | null };

/** What `npm run demo -- --json` prints, and `diff` and `body` for people. */
export type Result = {
  incident: { id: string; phase: string; outcome: string | null; reason: string | null };
  pull: {
    number: number;
    head: string;
    base: string;
    draft: boolean;
    labels: string[];
    title: string;
    body: string;
  } | null;
  proof: {
    verdict: string;
    reason: string;
    before: Run | null;
    after: Run | null;
    oldTests: { exitCode: number | null } | null;
  } | null;
  ledger: Omit<Ledger, "model" | "cacheWriteTokens">;
  /** Milliseconds. `signalToPull` from the label to the open pull request. */
  timings: Record<string, number>;
  github: { requests: number };
  model: { scripted: boolean };
  diff: string;
  comment: string;
};

/** One bug from the report to where a human must act, in a world of its own that is gone afterwards. */
export async function heal(bug: Bug, { apiKey, baseUrl, model, timeline }: Options): Promise<Result> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "self-heal-demo-"));
  await prepareBug(bug, { cacheDirectory: defaultCache, directory });
  const world = await startWorld({
    ...worldFor(bug, directory),
    ...(apiKey && { model: { apiKey, ...(baseUrl && { baseUrl }) } }),
    ...(model && { env: { SELF_HEAL_MODEL: model } }),
    onLog: (line) => timeline?.log(line),
  });
  try {
    timeline?.say(
      apiKey
        ? "The model is the real one."
        : "The model is SCRIPTED (no ANTHROPIC_API_KEY): its answers are recorded, everything else is real.",
    );
    const ready = performance.now();
    const incident = await report(bug, world, timeline);
    return await collect(world, incident, { scripted: !apiKey, started, ready });
  } finally {
    await world.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The repository with the bug in it, the recorded conversation, and a CI that reports green. */
export function worldFor(bug: Bug, directory: string): WorldOptions {
  return {
    repository: { name: bug.name, files: directory },
    scripts: bug.scripts,
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  };
}

/** A user reports the bug; a maintainer asks for a fix; then everything runs until a human must act. */
export async function report(bug: Bug, world: World, timeline?: Timeline): Promise<Incident> {
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, bug.report);
  timeline?.say(`@${people.reporter} opened issue #${number}: ${bug.report.title}`);
  await world.github.asUser(people.maintainer).addLabel(world.name, number, "ai-fix");
  timeline?.say(`@${people.maintainer} put the label ai-fix on it.`);
  await world.settle();
  const [incident] = await world.app.store.incidents({ limit: 1 });
  if (!incident) throw new Error("the label opened no incident");
  return incident;
}

async function collect(
  world: World,
  incident: Incident,
  how: { scripted: boolean; started: number; ready: number },
): Promise<Result> {
  const { state, proof } = incident;
  const events = await world.app.store.events(incident.id);
  const number = "pull" in state ? state.pull?.number : undefined;
  const pull =
    number === undefined
      ? undefined
      : ((await world.repository.pulls()).find((one) => one["number"] === number) as PullJson | undefined);
  const closed = state.phase === "closed" || state.phase === "held" ? state : undefined;
  return {
    incident: {
      id: incident.id,
      phase: state.phase,
      outcome: state.phase === "closed" ? state.outcome : null,
      reason: closed?.reason ?? null,
    },
    pull: pull
      ? {
          number: pull.number,
          head: pull.head.sha,
          base: pull.base.sha,
          draft: pull.draft,
          labels: pull.labels.map(({ name }) => name),
          title: pull.title,
          body: pull.body,
        }
      : null,
    proof: proof ? proofOf(proof) : null,
    ledger: sum(events),
    timings: timings(world.log, events, how),
    github: { requests: [...world.app.clients.requests().values()].reduce((total, count) => total + count, 0) },
    model: { scripted: how.scripted },
    diff: pull ? await world.repository.git("diff", `${pull.base.sha}...${pull.head.sha}`) : "",
    comment: String(world.repository.comments(1).at(-1)?.["body"] ?? ""),
  };
}

type PullJson = {
  number: number;
  head: { sha: string };
  base: { sha: string };
  draft: boolean;
  labels: { name: string }[];
  title: string;
  body: string;
};

function proofOf({ verdict, reason, before, after, oldTests }: Proof): Result["proof"] {
  const run = (record: Run | undefined): Run | null =>
    record ? { command: record.command, exitCode: record.exitCode } : null;
  const failed = oldTests.find(({ exitCode }) => exitCode !== 0);
  return {
    verdict,
    reason,
    before: run(before),
    after: run(after),
    oldTests: oldTests.length > 0 ? { exitCode: failed ? failed.exitCode : 0 } : null,
  };
}

/** All attempts together. */
function sum(events: readonly LoggedEvent[]): Result["ledger"] {
  const total = { turns: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, usd: 0, seconds: 0 };
  for (const { event } of events) {
    const ledger =
      event.type === "patchProduced" ? event.patch.ledger : event.type === "patchNotFound" ? event.ledger : undefined;
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += ledger?.[key] ?? 0;
  }
  return total;
}

function timings(
  log: readonly LogLine[],
  events: readonly LoggedEvent[],
  { started, ready }: { started: number; ready: number },
): Record<string, number> {
  const effects: Record<string, number> = {};
  for (const line of log) {
    if (line.msg === "effect done" && typeof line["ms"] === "number")
      effects[String(line["effect"])] = (effects[String(line["effect"])] ?? 0) + line["ms"];
  }
  const at = (type: string): number | undefined => events.find(({ event }) => event.type === type)?.at;
  const [first, opened] = [events[0]?.at, at("pullOpened")];
  return {
    start: Math.round(ready - started),
    ...effects,
    ...(first !== undefined && opened !== undefined && { signalToPull: opened - first }),
    total: Math.round(performance.now() - started),
  };
}
