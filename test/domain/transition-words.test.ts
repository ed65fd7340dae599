import { expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import type { State } from "../../src/domain/incident.ts";
import { transition } from "../../src/domain/transition.ts";
import { samplePull } from "../support/events.ts";
import { explore, rules } from "./reachable.ts";

const pullOf = (state: State) => ("pull" in state ? state.pull : undefined);

test("a held incident never merges, and a hold stays one until somebody says go", () => {
  let gone = 0;
  const merges: Event[] = [];
  const others: Event[] = [];
  explore(({ state }, event, step) => {
    if (state.phase !== "held") return;
    if (step.effects.some(({ type }) => type === "merge") || step.state.phase === "merging") merges.push(event);
    if (state.reason !== "on-hold") return;
    if (event.type === "goAsked") {
      gone += 1;
      if (!["triaging", "fixing", "checking"].includes(step.state.phase)) others.push(event);
    } else if (!["held", "watching", "closed"].includes(step.state.phase)) others.push(event);
  });
  expect({ merges, others }).toEqual({ merges: [], others: [] });
  expect(gone).toBeGreaterThan(0);
});

test("a hold interrupts whatever is under way before the merge", () => {
  const held = new Set<string>();
  explore(({ state }, event, step) => {
    if (event.type !== "holdAsked" || step.state.phase !== "held") return;
    held.add(state.phase);
    expect(step.state).toMatchObject({ reason: "on-hold", note: "put on hold by @ada: not today" });
    expect(step.effects).toEqual([{ type: "report" }]);
    expect(pullOf(step.state)).toEqual(pullOf(state));
  });
  const interrupted = ["awaitingApproval", "checking", "fixing", "held", "merging", "proposing", "proving", "triaging"];
  expect([...held].sort()).toEqual(interrupted);
});

test("go on what was held before triage starts with triage, in the words that were given", () => {
  const guidance = { by: "ada", text: "look at y" };
  const held = transition({ phase: "triaging", guidance }, { type: "holdAsked", by: "ada", note: "" }, rules);
  const gone = transition(held.state, { type: "goAsked", by: "bob" }, rules);
  expect(gone).toEqual({ state: { phase: "triaging", guidance }, effects: [{ type: "triage" }, { type: "report" }] });
});

test("go on a held pull request looks at it again; a merge still needs an approval", () => {
  let seen = 0;
  explore(({ state }, event, step) => {
    if (event.type !== "goAsked" || state.phase !== "held" || !state.pull) return;
    seen += 1;
    expect(step.state).toMatchObject({ phase: "checking", pull: state.pull, tries: { automatic: 0, ci: 0 } });
    expect(step.effects.map(({ type }) => type)).toEqual(["observe", "observe", "report"]);
  });
  expect(seen).toBeGreaterThan(0);
});

test("retry does not stand in for go where a maintainer or a hold is in the way", () => {
  const seen = new Set<string>();
  explore(({ state }, event, step) => {
    if (event.type !== "retryAsked" || state.phase !== "held") return;
    seen.add(state.reason);
    expect(step.state.phase).toBe(["on-hold", "observing"].includes(state.reason) ? "held" : "fixing");
  });
  expect(seen).toContain("on-hold");
  const observed = {
    phase: "held",
    reason: "observing",
    note: "n",
    tries: { attempt: 0, automatic: 0, ci: 0 },
  } as const;
  const retry = transition(observed, { type: "retryAsked", guidance: { by: "ada", text: "" } }, rules);
  expect(retry).toEqual({ state: observed, effects: [] });
});

/** Effects after an event: at once, and by what may still be under way then. */
function afterwards(type: Event["type"], check: (state: State, effects: string[]) => void): number {
  let seen = 0;
  explore(({ state }, event, step) => {
    if (event.type !== type || state.phase === "closed") return;
    seen += 1;
    const late = transition(step.state, { type: "pullOpened", pull: pullOf(state) ?? samplePull }, rules);
    const again = transition(late.state, { type: "pullOpened", pull: pullOf(state) ?? samplePull }, rules);
    check(
      state,
      [step, late, again].flatMap(({ effects }) => effects.map((effect) => effect.type)),
    );
    expect(again.state.phase).toBe("closed");
  });
  return seen;
}

test("take-over ends every open phase and never closes the pull request, even one that is just being opened", () => {
  const seen = afterwards("takenOver", (_, effects) => expect(effects).toEqual(["report"]));
  expect(seen).toBeGreaterThan(10);
});

test("not-a-bug closes the pull request exactly once, and not after the merge", () => {
  const seen = afterwards("notABugSaid", (state, effects) =>
    expect(effects.filter((type) => type === "closePull")).toHaveLength("mergeSha" in state ? 0 : 1),
  );
  expect(seen).toBeGreaterThan(10);
});

test("takes a fix back only after its merge, and once per merge", () => {
  let reverts = 0;
  explore(({ state }, event, step) => {
    for (const effect of step.effects) {
      if (effect.type !== "revert") continue;
      reverts += 1;
      expect(state).toMatchObject({ mergeSha: effect.mergeSha, pull: effect.pull });
      expect(effect.asked).toEqual(event.type === "revertAsked" ? { by: "ada", note: "too slow" } : undefined);
      const again = transition(step.state, { type: "revertAsked", by: "bob", note: "" }, rules);
      expect(again).toEqual({ state: step.state, effects: [] });
    }
  });
  expect(reverts).toBeGreaterThan(1);
});

test("a revert of a closed incident is remembered, and asked for again only where it failed", () => {
  const merged = { phase: "closed", outcome: "healed", reason: "healed", note: "n" } as const;
  const closed: State = { ...merged, pull: samplePull, mergeSha: samplePull.head };
  const asked = transition(closed, { type: "revertAsked", by: "ada", note: "" }, rules);
  expect(asked.state).toEqual({ ...closed, revert: "asked" });
  const proposed = transition(asked.state, { type: "revertProposed", number: 2 }, rules);
  expect(proposed).toEqual({ state: { ...closed, revert: 2 }, effects: [{ type: "report" }] });
  const failed = transition(asked.state, { type: "effectFailed", effect: "revert", message: "m" }, rules);
  expect(failed).toEqual({ state: { ...closed, revert: "failed" }, effects: [{ type: "report" }] });
  expect(transition(failed.state, { type: "revertAsked", by: "ada", note: "" }, rules).state).toEqual(asked.state);
});

test("a revert that a person asked for and nobody merges leaves the fix healed, not suspected", () => {
  const state = { phase: "reverting", pull: samplePull, mergeSha: samplePull.head, revert: 2 } as const;
  const end = (from: State) => transition(from, { type: "pullClosed", number: 2, by: "bob" }, rules).state;
  expect(end({ ...state, askedBy: "ada" })).toMatchObject({ outcome: "healed" });
  expect(end(state)).toMatchObject({ outcome: "needsHuman", reason: "recurred" });
});

test("only the gate's approval of the head leads to a merge", () => {
  explore((_, __, step) => {
    if (step.state.phase !== "merging") return;
    expect(step.effects.every(({ type }) => ["merge", "answer", "report"].includes(type))).toBe(true);
  });
  explore(({ state }, event, step) => {
    if (state.phase === "merging" || step.state.phase !== "merging") return;
    expect(event).toMatchObject({ type: "approved", head: step.state.pull.head });
    expect(state.phase).toBe("awaitingApproval");
  });
});

test("what the gate says, a pause and a refusal change no state", () => {
  explore(({ state }, event, step) => {
    if (!["gateDecided", "pauseAsked", "resumeAsked", "commandRefused"].includes(event.type)) return;
    expect(step).toEqual({ state, effects: [] });
  });
});
