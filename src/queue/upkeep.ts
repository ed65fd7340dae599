import type { OpenGate, Store, Tx } from "../database/store.ts";
import type { Log } from "../domain/log.ts";
import { Policy } from "../domain/policy.ts";
import { type Every, every } from "./every.ts";

export type UpkeepOptions = {
  store: Store;
  /** Called when tasks were queued. */
  wake: () => void;
  log: Log;
  now?: () => number;
  every?: Every;
};

/** `stepMs`: how far apart the repositories are, where that is faster than spread over the time until the next sweep. */
type Sweeps = {
  /** Every 5 minutes: a look at each open gate that does not pass. */
  undecided(): Promise<void>;
  /** Every 15 minutes: a look at the policy and the protection of each active repository. */
  settings(stepMs?: number): Promise<void>;
  /**
   * Every hour: a look at every open gate, and for fix pull requests that nobody told us about. Repositories that were
   * removed longer ago than their policy keeps them are to be forgotten.
   */
  thorough(stepMs?: number): Promise<void>;
  /** Every day: deletes deliveries that were handled and are older than 30 days. */
  prune(): Promise<void>;
};

export type Upkeep = Sweeps & {
  /** Does everything once (webhooks were missed while the process was down), then each sweep at its times. */
  start(): void;
  stop(): void;
};

const minute = 60_000;
const day = 24 * 60 * minute;
const times = { undecided: 5 * minute, settings: 15 * minute, thorough: 60 * minute, prune: day } as const;
type Sweep = keyof typeof times;
const sweepNames: readonly Sweep[] = ["undecided", "settings", "thorough", "prune"];

/**
 * At most 40 looks a minute at the gates of one installation. GitHub allows an installation 900 points a minute, and a
 * request that reads costs one (GitHub docs, "Rate limits for the REST API", secondary limits). A look sends about 16
 * requests, most of them answered as unchanged; whether those count there is not documented.
 */
const gateMs = minute / 40;

/** At the start, repositories follow each other this fast, or faster where a sweep would not get through in its time. */
const startMs = 1_000;

const prunedAfterMs = 30 * day;
const defaults = Policy.parse({});
/** In one transaction, so that nobody waits long for the turn to write. */
const atOnce = 100;

/** Makes up for lost webhooks, and for changes that have none: queues the tasks that read what is there now. */
export function createUpkeep(options: UpkeepOptions): Upkeep {
  const sweeps = createSweeps(options);
  let stops: (() => void)[] = [];

  async function run(name: Sweep, stepMs?: number): Promise<void> {
    try {
      await sweeps[name](stepMs);
    } catch (error) {
      // Stopped in the middle of a sweep, the store may be closed by now.
      if (stops.length > 0) options.log.error({ sweep: name, err: error }, "the upkeep failed");
    }
  }

  return {
    ...sweeps,
    start() {
      if (stops.length > 0) return;
      stops = sweepNames.map((name) => (options.every ?? every)(times[name], () => void run(name)));
      for (const name of sweepNames) void run(name, startMs);
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

function createSweeps({ store, wake, log, now = Date.now }: UpkeepOptions): Sweeps {
  /** When each installation's next gate may be looked at. */
  const free = new Map<number, number>();
  return {
    async undecided() {
      const open = await store.openGates();
      const blocked = open.filter(({ decision }) => decision !== "pass");
      await wantGates(store, blocked, { free, now: now() });
      wake();
    },
    async settings(stepMs = Infinity) {
      await wantEverywhere(store, ["policy", "protection"], { now: now(), stepMs, withinMs: times.settings });
      wake();
    },
    async thorough(stepMs = Infinity) {
      await wantGates(store, await store.openGates(), { free, now: now() });
      await wantEverywhere(store, ["lookAround"], { now: now(), stepMs, withinMs: times.thorough });
      await wantForgotten(store, now());
      wake();
    },
    async prune() {
      log.info({ deliveries: await store.prune(now() - prunedAfterMs) }, "old deliveries pruned");
    },
  };
}

/** A gate that waits for its look already takes no other place in the row. */
async function wantGates(
  store: Store,
  gates: readonly OpenGate[],
  { free, now }: { free: Map<number, number>; now: number },
): Promise<void> {
  await inBatches(store, gates, async (tx, { repository, number }) => {
    const dueAt = Math.max(now, free.get(repository.installation) ?? now);
    if (await tx.want({ kind: "gate", repository, number }, dueAt)) free.set(repository.installation, dueAt + gateMs);
  });
}

/** Repository after repository, `stepMs` apart or as much as fits into `withinMs`. */
async function wantEverywhere(
  store: Store,
  kinds: readonly ("policy" | "protection" | "lookAround")[],
  { now, stepMs, withinMs }: { now: number; stepMs: number; withinMs: number },
): Promise<void> {
  const repositories = await store.activeRepositories();
  const step = Math.min(stepMs, withinMs / repositories.length);
  await inBatches(store, [...repositories.entries()], async (tx, [n, repository]) => {
    for (const kind of kinds) await tx.want({ kind, repository }, now + Math.floor(n * step));
  });
}

/** The task that was wanted when the App was removed may have been given up since. */
async function wantForgotten(store: Store, now: number): Promise<void> {
  const removed = await store.standings({ status: "removed" });
  const outlived = removed.filter(({ removedAt = now, policy }) => {
    const { retentionDays } = policy?.policy ?? defaults;
    return removedAt + retentionDays * day < now;
  });
  await inBatches(store, outlived, (tx, { repository }) => tx.want({ kind: "forget", repository }, now));
}

async function inBatches<T>(
  store: Store,
  items: readonly T[],
  each: (tx: Tx, item: T) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce)
    await store.transaction(async (tx) => {
      for (const item of items.slice(start, start + atOnce)) await each(tx, item);
    });
}
