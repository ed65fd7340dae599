import type { Effect } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import { answer } from "./answer.ts";
import { closePull } from "./close-pull.ts";
import type { Deps, Runner } from "./deps.ts";
import { fix } from "./fix.ts";
import { markReady } from "./mark-ready.ts";
import { merge } from "./merge.ts";
import { observe } from "./observe.ts";
import { propose } from "./propose.ts";
import { prove } from "./prove.ts";
import { report } from "./report.ts";
import { revert } from "./revert.ts";
import { triage } from "./triage.ts";

/** The registry: an effect without a runner does not compile. */
const runners: { [T in Effect["type"]]: Runner<T> } = {
  triage,
  fix,
  prove,
  propose,
  observe,
  markReady,
  merge,
  // The delay was the work: whoever is still watching when it is over has seen nothing come back.
  watch: () => Promise.resolve({ type: "watchElapsed" }),
  revert,
  closePull,
  answer,
  report,
};

/** Carries out one effect and gives the event that follows from it, if any. */
export function runEffect(
  incident: Incident,
  effect: Effect,
  { signal, deps }: { signal: AbortSignal; deps: Deps },
): Promise<Event | undefined> {
  // TypeScript cannot correlate the effect with its runner; the registry's type already did.
  const run = runners[effect.type] as Runner<Effect["type"]>;
  return run({ incident, effect, signal }, deps);
}
