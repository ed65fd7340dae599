import type { Event } from "../../src/domain/event.ts";
import type { State } from "../../src/domain/incident.ts";
import type { Rulebook, Step } from "../../src/domain/step.ts";
import { transition } from "../../src/domain/transition.ts";
import { samples } from "../support/events.ts";

export const rules: Rulebook = { attempts: 2, ciIterations: 1, watchHours: 1, merge: "auto" };

const humanWords = 2;

type Path = { state: State; approved: string[]; words: number };
type Visit = (path: Path, event: Event, step: Step) => void;
type Ways = readonly { path: Path; event: Event; step: Step }[];

const known = new Map<Rulebook, Ways>();

/** Visits every way out of every state that can be reached from `triaging`. */
export function explore(visit: Visit, rulebook: Rulebook = rules): void {
  const ways = known.get(rulebook) ?? enumerate(rulebook);
  known.set(rulebook, ways);
  for (const { path, event, step } of ways) visit(path, event, step);
}

/** What a person says to have something done again; how often they can say it is all that bounds the states. */
export const spurs: readonly Event["type"][] = ["retryAsked", "goAsked"];

/** One path per state, approvals and human words (capped), with everything that can happen there. */
function enumerate(rulebook: Rulebook): Ways {
  const ways: { path: Path; event: Event; step: Step }[] = [];
  const seen = new Set<string>();
  const frontier: Path[] = [{ state: { phase: "triaging" }, approved: [], words: 0 }];
  for (let path = frontier.pop(); path; path = frontier.pop()) {
    for (const event of eventsFor(path.state)) {
      const spurred = spurs.includes(event.type);
      if (spurred && path.words >= humanWords) continue;
      const step = transition(path.state, event, rulebook);
      ways.push({ path, event, step });
      const approved = event.type === "approved" ? [...new Set([...path.approved, event.head])].sort() : path.approved;
      const next = { state: step.state, approved, words: path.words + (spurred ? 1 : 0) };
      const key = JSON.stringify(next);
      if (seen.has(key)) continue;
      seen.add(key);
      frontier.push(next);
    }
  }
  return ways;
}

/** All samples, with attempt numbers and trees set so that they can match the present state. */
function eventsFor(state: State): Event[] {
  const attempt = "tries" in state ? state.tries.attempt : 1;
  return Object.values(samples(attempt)).flat();
}
