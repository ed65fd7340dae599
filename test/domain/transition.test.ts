import { expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import { Incident, State } from "../../src/domain/incident.ts";
import type { Rulebook } from "../../src/domain/step.ts";
import { table } from "../../src/domain/transition.ts";
import { shas } from "../support/events.ts";
import { explore, rules, spurs } from "./reachable.ts";

const manual: Rulebook = { ...rules, merge: "manual" };

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
  const merges: Event[] = [];
  explore((_, event, { effects }) => {
    if (effects.some(({ type }) => type === "merge")) merges.push(event);
  }, manual);
  expect(merges).toEqual([]);
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
    if (step.successor) {
      successors += 1;
      expect(state.phase).toBe("closed");
      expect(["recurred", "retryAsked"]).toContain(event.type);
    }
    if (state.phase !== "closed") return;
    const { state: next, effects } = step;
    if (next === state && effects.length === 0) return;
    expect(["pullOpened", "revertAsked", "revertProposed", "effectFailed", "commandGiven"]).toContain(event.type);
    const { phase, outcome, reason, note } = state;
    expect(next).toMatchObject({ phase, outcome, reason, note });
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
      if (!spurs.includes(event.type) && "tries" in state) expect(next.tries.automatic).toBe(state.tries.automatic + 1);
      counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
    }
  });
  expect([...counts.keys()].sort()).toEqual([
    "checksFailed",
    "goAsked",
    "headMoved",
    "proofFailed",
    "retryAsked",
    "triaged",
  ]);
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
  const states = new Set<string>();
  explore((_, __, { state }) => states.add(JSON.stringify(state)));
  for (const state of states) State.parse(JSON.parse(state));
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
