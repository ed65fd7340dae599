import type { Engine } from "../agents/engine.ts";
import type { RulesView } from "../agents/triage-prompt.ts";
import type { Verdict } from "../agents/triage-verdict.ts";
import type { Effect, Order } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { Log } from "../domain/log.ts";
import type { Recall } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import type { Signal } from "../domain/signal.ts";
import type { Clients } from "../github/clients.ts";
import type { Mirror, Sandbox } from "../sandbox/sandbox.ts";

/** What an effect that only works on code needs: no GitHub. */
export type Workshop = {
  sandbox: Sandbox;
  engine: Engine;
  mirror(repository: Repository): Promise<Mirror>;
  /** False: SELF_HEAL_ENABLED switched fixing off. */
  enabled(): boolean;
  log: Log;
};

/** What an effect may use. Nothing here reaches the store: an effect acts and reports an event. */
export type Deps = Workshop & {
  clients: Clients;
  appId: number;
  confidenceThreshold: number;
  /** What a cheap model makes of a report that the rules are unsure of. Absent: the rules decide alone. */
  opinion?(signal: Signal, rules: RulesView & { fingerprint: string }): Promise<Verdict | undefined>;
  /** UTC milliseconds. */
  now(): number;
};

type Job<T extends Effect["type"]> = { incident: Incident; effect: Order<T>; signal: AbortSignal };

/** Carries out one effect. At least once: it must tolerate having run before, whole or in part. */
export type Runner<T extends Effect["type"]> = (
  job: Job<T> & { recall: Recall },
  deps: Deps,
) => Promise<Event | undefined>;

/** Carries out an effect that needs neither GitHub nor what is remembered: a local run does it, too. */
export type WorkshopRunner<T extends Effect["type"]> = (job: Job<T>, deps: Workshop) => Promise<Event | undefined>;
