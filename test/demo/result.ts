import type { LoggedEvent } from "../../src/database/store.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Incident, State } from "../../src/domain/incident.ts";
import type { Ledger } from "../../src/domain/patch.ts";
import type { Proof } from "../../src/domain/proof.ts";
import type { LogLine, World } from "../support/world.ts";

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
  /** What the approval gate says, and what it waits for. */
  gate: { decision: string; summary: string } | null;
  /** `requests` without those that GitHub answered as unchanged, which are free. */
  github: { requests: number; unchanged: number };
  model: { scripted: boolean };
  diff: string;
  comment: string;
};

/** What came of an incident, read from the App's store and from the stand-in GitHub. */
export async function collect(
  world: World,
  incident: Incident,
  how: { scripted: boolean; started: number; ready: number },
): Promise<Result> {
  const { state, proof } = incident;
  const events = await world.app.store.events(incident.id);
  const pull = await pullOf(world, incident);
  return {
    incident: { id: incident.id, phase: state.phase, ...ending(state) },
    pull: pull ? pullResult(pull) : null,
    proof: proof ? proofOf(proof) : null,
    ledger: sum(events),
    timings: timings(world.log, events, how),
    gate: pull ? await gateOf(world, pull.number) : null,
    github: requestsOf(world),
    model: { scripted: how.scripted },
    diff: pull ? await world.repository.git("diff", `${pull.base.sha}...${pull.head.sha}`) : "",
    comment: world.comments(1).at(-1) ?? "",
  };
}

async function gateOf({ app, repository }: World, number: number): Promise<Result["gate"]> {
  const gate = await app.store.gate(repository.id, number);
  return gate ? { decision: gate.decision.decision, summary: gate.decision.summary } : null;
}

function requestsOf({ app: { clients } }: World): Result["github"] {
  const total = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const unchanged = total(clients.unchanged());
  return { requests: total(clients.requests()) - unchanged, unchanged };
}

function ending(state: State): { outcome: string | null; reason: string | null } {
  if (state.phase === "closed") return { outcome: state.outcome, reason: state.reason };
  return { outcome: null, reason: state.phase === "held" ? state.reason : null };
}

async function pullOf({ repository }: World, { state }: Incident): Promise<PullJson | undefined> {
  const number = "pull" in state ? state.pull?.number : undefined;
  // The stand-in's answers are checked against GitHub's published schema, which has these fields.
  return (await repository.pulls()).find((one) => one["number"] === number) as PullJson | undefined;
}

function pullResult({ number, head, base, draft, labels, title, body }: PullJson): Result["pull"] {
  return { number, head: head.sha, base: base.sha, draft, labels: labels.map(({ name }) => name), title, body };
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

/** All attempts together. What was written to the cache was read from nowhere, so it counts as input. */
function sum(events: readonly LoggedEvent[]): Result["ledger"] {
  const total = { turns: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, usd: 0, seconds: 0 };
  for (const ledger of events.map(({ event }) => ledgerOf(event)).filter((one) => one !== undefined)) {
    total.turns += ledger.turns;
    total.inputTokens += ledger.inputTokens + ledger.cacheWriteTokens;
    total.outputTokens += ledger.outputTokens;
    total.cacheReadTokens += ledger.cacheReadTokens;
    total.usd += ledger.usd;
    total.seconds += ledger.seconds;
  }
  return total;
}

function ledgerOf(event: Event): Ledger | undefined {
  if (event.type === "patchProduced") return event.patch.ledger;
  return event.type === "patchNotFound" ? event.ledger : undefined;
}

function timings(
  log: readonly LogLine[],
  events: readonly LoggedEvent[],
  { started, ready }: { started: number; ready: number },
): Record<string, number> {
  const effects: Record<string, number> = {};
  for (const { msg, effect, ms } of log) {
    if (msg === "effect done" && effect && ms !== undefined) effects[effect] = (effects[effect] ?? 0) + ms;
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
