import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Store } from "../../src/database/store.ts";
import { delaySeconds } from "../../src/domain/effect.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Incident, State } from "../../src/domain/incident.ts";
import { open } from "../../src/queue/dispatch.ts";
import type { Every } from "../../src/queue/every.ts";
import type { Log } from "../../src/domain/log.ts";
import { incidentNumber } from "../database/incidents.ts";
import { samplePatch, samplePolicy, sampleProof, samplePull, shas } from "../support/events.ts";

export type Setup = {
  store: Store;
  directory: string;
  /** A clock that only moves when told to. */
  clock: { now: () => number; at: number };
  log: Log;
  /** The constant sentences that were logged, as `level: sentence`. */
  logged: string[];
  /** Timers that tick by hand. */
  every: Every;
  tick(): void;
  dispose(): Promise<void>;
};

export async function setup(): Promise<Setup> {
  // In memory where there is such a place: these tests are not about fsync, and wait for thousands of them on a disk.
  const directory = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "self-heal-queue-"));
  const store = await openEmbedded({ directory });
  const clock = { at: 1_000_000, now: () => clock.at };
  const logged: string[] = [];
  const write = (level: string) => (_: object, message: string) => void logged.push(`${level}: ${message}`);
  const ticks = new Set<() => void>();
  const made: Setup = {
    store,
    directory,
    clock,
    logged,
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    every: (_, tick) => {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    tick: () => [...ticks].forEach((tick) => tick()),
    async dispose() {
      await made.store.close().catch(() => undefined);
      await rm(directory, { recursive: true });
    },
  };
  return made;
}

/** Opens incident number `n`, as its first signal does, and puts it into a state. */
export async function openNumber(store: Store, n: number, state?: State, at = 1_000_000): Promise<Incident> {
  const { id, signal, fingerprint } = incidentNumber(n);
  const { incident } = await open(store, { key: `signal-${n}`, signal, fingerprint, newId: () => id }, at);
  if (!state) return incident;
  const next = { ...incident, policy: samplePolicy, state };
  await store.transaction((tx) => tx.saveIncident(next));
  return next;
}

/** What each effect gives when all goes well; the pull request's number is the incident's. */
export function happy({ id }: Incident, effect: Effect): Event | undefined {
  const number = Number.parseInt(id, 36);
  const outcomes: { [T in Effect["type"]]?: () => Event | undefined } = {
    triage: () => ({ type: "triaged", verdict: { kind: "fix", policy: samplePolicy, confidence: 1 } }),
    fix: () => ({ type: "patchProduced", patch: samplePatch(effect.type === "fix" ? effect.attempt : 1) }),
    prove: () => ({ type: "proofPassed", proof: sampleProof }),
    propose: () => ({ type: "pullOpened", pull: { ...samplePull, number } }),
    // CI has nothing to say at once.
    observe: () => (delaySeconds(effect) > 0 ? { type: "checksPassed", head: samplePull.head } : undefined),
    markReady: () => ({ type: "pullMerged", number, sha: shas[1] ?? samplePull.head, by: "ada" }),
    watch: () => ({ type: "watchElapsed" }),
  };
  return outcomes[effect.type]?.();
}

/** A promise that is settled from outside. */
export function deferred<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}
