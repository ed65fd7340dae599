import type { Effect, Order } from "../domain/effect.ts";
import type { State } from "../domain/incident.ts";

const always = (): boolean => true;
const unlessClosed = ({ phase }: State): boolean => phase !== "closed";

const wanted: { [T in Effect["type"]]: (state: State, effect: Order<T>) => boolean } = {
  triage: ({ phase }) => phase === "triaging",
  fix: (state, { attempt }) => state.phase === "fixing" && state.tries.attempt === attempt,
  prove: (state, { patch }) => state.phase === "proving" && state.patch.tree === patch.tree,
  propose: (state, { patch }) => state.phase === "proposing" && state.patch.tree === patch.tree,
  merge: (state, { pull }) => state.phase === "merging" && state.pull.head === pull.head,
  watch: ({ phase }) => phase === "watching",
  revert: (state) => state.phase === "reverting" || (state.phase === "closed" && state.revert === "asked"),
  observe: unlessClosed,
  markReady: unlessClosed,
  closePull: always,
  answer: always,
  report: always,
};

/**
 * Whether the state an incident is in now still asks for an effect that was ordered earlier. An effect that costs
 * money, or that writes to the repository, is not run for an incident that was stopped meanwhile.
 */
export function isWanted(state: State, effect: Effect): boolean {
  // TypeScript cannot correlate the entry with the effect; the table's type already did.
  const rule = wanted[effect.type] as (state: State, effect: Effect) => boolean;
  return rule(state, effect);
}
