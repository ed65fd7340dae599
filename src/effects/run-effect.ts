import type { Effect } from "../domain/effect.ts";
import type { Event } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import { Postponed } from "../domain/postponed.ts";
import type { Recall } from "../domain/recall.ts";
import { guard, isAsked } from "../triage/guards.ts";
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

/** What costs money or writes to the repository, and so does not happen in one that is paused. */
const pausable: readonly Effect["type"][] = ["fix", "prove", "propose"];

/** Carries out one effect and gives the event that follows from it, if any. */
export async function runEffect(
  incident: Incident,
  effect: Effect,
  { signal, deps, recall }: { signal: AbortSignal; deps: Deps; recall: Recall },
): Promise<Event | undefined> {
  const paused = pausable.includes(effect.type) ? (await recall.standing())?.paused : undefined;
  if (paused) return { type: "heldBack", reason: "paused", note: `paused by ${paused.by}. ${paused.reason}`.trim() };
  const held = await notItsTurn(incident, effect, { deps, recall });
  if (held) return held;
  // TypeScript cannot correlate the effect with its runner; the registry's type already did.
  const run = runners[effect.type] as Runner<Effect["type"]>;
  return run({ incident, effect, signal, recall }, deps);
}

/**
 * Storms, the circuit breaker and money, asked again right before an attempt: hours may lie between it and triage, and a
 * person's `go` is no word against them. A pull request that has to wait its turn keeps its proven patch.
 */
async function notItsTurn(
  incident: Incident,
  effect: Effect,
  { deps, recall }: { deps: Deps; recall: Recall },
): Promise<Event | undefined> {
  const first = effect.type === "propose" && !effect.pull;
  const { policy, signal } = incident;
  if (!policy || (effect.type !== "fix" && !first)) return undefined;
  const now = deps.now();
  const start = first ? "pull" : "attempt";
  const activity = await recall.activity(incident.fingerprint);
  const held = guard(activity, policy, { signal, asked: isAsked(incident), start, now });
  if (!held) return undefined;
  if (first) throw new Postponed(held.note, held.until ?? now + 3_600_000);
  return { type: "heldBack", reason: held.reason, note: held.note };
}
