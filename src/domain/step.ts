import type { Effect } from "./effect.ts";
import type { On } from "./event.ts";
import type { In, Outcome, Pull, State, Tries } from "./incident.ts";
import type { SettledPolicy } from "./policy.ts";
import type { Reason } from "./reason.ts";
import type { Guidance } from "./signal.ts";

/** What follows from one event: the new state, the effects to run, and a new incident where a closed one comes back. */
export type Step = { state: State; effects: Effect[]; successor?: { guidance?: Guidance } };

/** The part of the policy that the lifecycle itself obeys. */
export type Rulebook = Pick<SettledPolicy["limits"], "attempts" | "ciIterations" | "watchHours"> & {
  merge: "manual" | "auto";
};

/** Phases in which work is under way or a human decides, before anything is merged. */
export type Open = Extract<State, { tries: Tries }>;

/** CI needs a moment to register its checks; a repository without CI is looked at once, after this long. */
const firstLookSeconds = 90;

export const fresh: Tries = { attempt: 0, automatic: 0, ci: 0 };

type Carried = { tries: Tries; pull?: Pull | undefined };

export function to(state: State, ...effects: Effect[]): Step {
  return { state, effects };
}

export function stay(state: State): Step {
  return to(state);
}

export function carried({ tries, pull }: Carried): { tries: Tries; pull?: Pull } {
  return { tries, ...(pull && { pull }) };
}

/** A human spoke: automatic attempts count from nought again. */
export function spoken({ tries, pull }: Carried): Carried {
  return { tries: { ...tries, automatic: 0, ci: 0 }, pull };
}

export function fix(from: Carried, words: { guidance?: Guidance; feedback?: string }): Step {
  const tries = { ...from.tries, attempt: from.tries.attempt + 1, automatic: from.tries.automatic + 1 };
  const state = { phase: "fixing", ...carried({ ...from, tries }) } as const;
  return to(
    state,
    { type: "fix", attempt: tries.attempt, ...words, ...(from.pull && { pull: from.pull }) },
    { type: "report" },
  );
}

export function retry(state: Carried, reason: Reason, feedback: string, rules: Rulebook): Step {
  return state.tries.automatic < rules.attempts ? fix(state, { feedback }) : giveUp(state, reason, feedback);
}

/** With a pull request open there is something for a human to look at; without one there is nothing left to wait for. */
export function giveUp(state: Carried, reason: Reason, note: string): Step {
  return state.pull ? hold(state, reason, note) : close("gaveUp", reason, note);
}

export function red(
  state: In<"checking"> | In<"awaitingApproval">,
  { head, feedback }: On<"checksFailed">,
  rules: Rulebook,
): Step {
  if (head !== state.pull.head) return stay(state);
  const { tries } = state;
  if (tries.ci >= rules.ciIterations || tries.automatic >= rules.attempts) return hold(state, "ci-red", feedback);
  return fix({ ...state, tries: { ...tries, ci: tries.ci + 1 } }, { feedback });
}

/** Looks at once, for CI that was faster than we, and again when it had time to register. */
export function check(state: { tries: Tries; pull: Pull }): Step {
  const { pull } = state;
  return to({ phase: "checking", ...state }, look(pull, 0), look(pull, firstLookSeconds), { type: "report" });
}

export function look(pull: Pull, afterSeconds: number): Effect {
  return { type: "observe", pull, afterSeconds };
}

export function hold(from: Carried, reason: Reason, note: string): Step {
  return to({ phase: "held", reason, note, ...carried(from) }, { type: "report" });
}

export function stop(state: Carried, by: string): Step {
  const step = close("rejected", "stopped", `stopped by @${by}`, state.pull);
  return state.pull ? { ...step, effects: [{ type: "closePull", pull: state.pull }, ...step.effects] } : step;
}

export function merged(state: Open, { number, sha }: On<"pullMerged">, { watchHours }: Rulebook): Step {
  const { pull } = state;
  // A pull request is ours only by number: a stranger's merge changes nothing.
  if (pull?.number !== number) return stay(state);
  return to(
    { phase: "watching", pull, mergeSha: sha },
    { type: "watch", afterSeconds: watchHours * 3600 },
    { type: "report" },
  );
}

export function rejected(state: Open, { number, by }: On<"pullClosed">): Step {
  if (state.pull?.number !== number) return stay(state);
  return close("rejected", "closed-by-human", `closed by @${by}`, state.pull);
}

export function close(outcome: Outcome, reason: Reason, note: string, pull?: Pull): Step {
  return to({ phase: "closed", outcome, reason, note, ...(pull && { pull }) }, { type: "report" });
}
