import { expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import { Incident, State } from "../../src/domain/incident.ts";
import { table, transition } from "../../src/domain/transition.ts";
import type { Rulebook, Step } from "../../src/domain/step.ts";
import { samples, shas } from "../support/events.ts";

const rules: Rulebook = { attempts: 2, ciIterations: 1, watchHours: 1, merge: "auto" };
const humanWords = 2;

type Path = { state: State; approved: string[]; words: number; last?: Event | undefined };
type Visit = (path: Path, event: Event, step: Step) => void;

/** Visits every state that can be reached from `triaging`, once per state, approvals and human words (capped). */
function explore(visit: Visit, rulebook: Rulebook = rules): Set<string> {
  const seen = new Set<string>();
  const frontier: Path[] = [{ state: { phase: "triaging" }, approved: [], words: 0 }];
  for (let path = frontier.pop(); path; path = frontier.pop()) {
    for (const event of eventsFor(path.state)) {
      if (event.type === "retryAsked" && path.words >= humanWords) continue;
      const step = transition(path.state, event, rulebook);
      visit(path, event, step);
      const approved = event.type === "approved" ? [...new Set([...path.approved, event.head])].sort() : path.approved;
      const next = { state: step.state, approved, words: path.words + (event.type === "retryAsked" ? 1 : 0) };
      const key = JSON.stringify(next);
      if (seen.has(key)) continue;
      seen.add(key);
      frontier.push(next);
    }
  }
  return seen;
}

/** All samples, with attempt numbers and trees set so that they can match the present state. */
function eventsFor(state: State): Event[] {
  const attempt = "tries" in state ? state.tries.attempt : 1;
  return Object.values(samples(attempt)).flat();
}

const pullOf = (state: State) => ("pull" in state ? state.pull : undefined);

test("merges only the commit that somebody approved", () => {
  let merges = 0;
  explore(({ approved }, event, { effects, state }) => {
    for (const effect of effects) {
      if (effect.type !== "merge") continue;
      merges += 1;
      const known = event.type === "approved" ? [...approved, event.head] : approved;
      expect(known).toContain(effect.pull.head);
      expect(pullOf(state)?.head).toBe(effect.pull.head);
    }
  });
  expect(merges).toBeGreaterThan(0);
});

test("never merges by itself where the policy says manual", () => {
  explore((_, __, { effects }) => expect(effects.some(({ type }) => type === "merge")).toBe(false), {
    ...rules,
    merge: "manual",
  });
});

test("reaches every phase, and every phase but closed can be left", () => {
  const left = new Set<string>();
  const reached = new Set<string>(["triaging"]);
  explore(({ state }, _, step) => {
    reached.add(step.state.phase);
    if (step.state.phase !== state.phase) left.add(state.phase);
  });
  const phases = Object.keys(table).sort();
  expect([...reached].sort()).toEqual(phases);
  expect([...left].sort()).toEqual(phases.filter((phase) => phase !== "closed"));
});

test("the diagram shows exactly the ways that can be gone", () => {
  const gone = new Set<string>();
  explore(({ state }, event, step) => {
    if (event.type === "effectFailed" || state.phase === step.state.phase) return;
    gone.add(`${state.phase} ${event.type} ${step.state.phase}`);
  });
  const drawn = Object.entries(table).flatMap(([phase, cells]) =>
    Object.entries(cells as Record<string, { to: readonly string[] }>).flatMap(([event, { to }]) =>
      to.filter((next) => next !== phase).map((next) => `${phase} ${event} ${next}`),
    ),
  );
  expect([...gone].sort()).toEqual(drawn.sort());
});

test("a human can stop an open incident in every phase", () => {
  explore(({ state }, event, step) => {
    if (event.type !== "stopAsked") return;
    expect(step.state.phase).toBe("closed");
    if (state.phase !== "closed") expect(step.effects.at(-1)).toEqual({ type: "report" });
  });
});

test("stays closed; what comes back opens a linked incident", () => {
  let successors = 0;
  explore(({ state }, event, step) => {
    if (state.phase !== "closed") return expect(step.successor).toBeUndefined();
    expect(step.state.phase).toBe("closed");
    if (event.type === "pullOpened") return expect(step.effects).toEqual([{ type: "closePull", pull: event.pull }]);
    expect(step.state).toEqual(state);
    if (step.successor) successors += 1;
    expect(step.successor !== undefined).toBe(event.type === "recurred" || event.type === "retryAsked");
    if (event.type !== "commandGiven") expect(step.effects).toEqual([]);
    return undefined;
  });
  expect(successors).toBeGreaterThan(0);
});

test("starts at most as many automatic attempts as the policy allows after a human's last word", () => {
  const counts = new Map<string, number>();
  explore(({ state }, event, step) => {
    for (const effect of step.effects) {
      if (effect.type !== "fix") continue;
      const next = step.state;
      if (next.phase !== "fixing") throw new Error("a fix effect without a fixing state");
      expect(next.tries.automatic).toBeLessThanOrEqual(rules.attempts);
      expect(next.tries.ci).toBeLessThanOrEqual(rules.ciIterations);
      expect(effect.attempt).toBe(next.tries.attempt);
      if (event.type !== "retryAsked" && "tries" in state) expect(next.tries.automatic).toBe(state.tries.automatic + 1);
      counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
    }
  });
  expect([...counts.keys()].sort()).toEqual(["checksFailed", "headMoved", "proofFailed", "retryAsked", "triaged"]);
});

test("no attempt number is used twice", () => {
  explore(({ state }, _, step) => {
    for (const effect of step.effects) {
      if (effect.type === "fix") expect(effect.attempt).toBeGreaterThan("tries" in state ? state.tries.attempt : 0);
    }
  });
});

test("asks for a human when something fails after the merge", () => {
  let seen = 0;
  explore(({ state }, event, { state: next }) => {
    if (event.type !== "effectFailed" || next.phase !== "closed" || state.phase === "closed") return;
    seen += 1;
    expect(next.outcome).toBe("mergeSha" in state ? "needsHuman" : "gaveUp");
  });
  expect(seen).toBeGreaterThan(0);
});

test("a failed proof never reaches a pull request", () => {
  explore((_, event, step) => {
    for (const effect of step.effects) {
      if (effect.type !== "propose") continue;
      expect(event.type).toBe("proofPassed");
      expect(effect.proof.tree).toBe(effect.patch.tree);
    }
  });
});

test("closing says so exactly once", () => {
  explore(({ state }, _, step) => {
    if (state.phase === "closed" || step.state.phase !== "closed") return;
    expect(step.effects.filter(({ type }) => type === "report")).toHaveLength(1);
  });
});

test("every reachable state is one that can be stored", () => {
  const states = explore((_, __, step) => {
    State.parse(step.state);
  });
  expect(states.size).toBeGreaterThan(100);
  expect(Incident.shape.state).toBe(State);
});

test("a new head voids an approval: it goes back to checking", () => {
  explore(({ state }, event, step) => {
    if (event.type !== "headMoved" || (state.phase !== "awaitingApproval" && state.phase !== "merging")) return;
    expect(step.state).toMatchObject({ phase: "checking", pull: { head: event.head } });
  });
});

test("the pull request of another number changes nothing", () => {
  explore(({ state }, event, step) => {
    if ((event.type !== "pullMerged" && event.type !== "pullClosed") || event.number !== 99) return;
    expect(step.state).toEqual(state);
  });
  expect(shas).toHaveLength(2);
});
