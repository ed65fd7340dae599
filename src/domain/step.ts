import type { Effect } from "./effect.ts";
import type { On } from "./event.ts";
import type { In, Outcome, Pull, State, Tries } from "./incident.ts";
import type { SettledPolicy } from "./policy.ts";
import type { Reason } from "./reason.ts";
import type { CommitSha } from "./repository.ts";
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

/** A person's word; what it interrupts is dropped, the pull request rests as it is. */
export function rest(state: Open | In<"triaging">, { by, note }: On<"holdAsked">): Step {
  const why = { reason: "on-hold", note: said(`put on hold by @${by}`, note) } as const;
  if (state.phase === "held") return to({ ...state, ...why }, { type: "report" });
  if (state.phase !== "triaging") return hold(state, why.reason, why.note);
  const { guidance } = state;
  return to({ phase: "held", ...why, untriaged: guidance ? { guidance } : {}, tries: fresh }, { type: "report" });
}

/** Whether only `go` ends a hold: its role may be higher than that of `retry`, or triage is not over. */
export function waitsForGo({ reason, untriaged }: Pick<In<"held">, "reason" | "untriaged">): boolean {
  return reason === "observing" || reason === "on-hold" || untriaged !== undefined;
}

/** With a pull request everything is looked at again, its approval too; without one an attempt starts. */
export function go(state: In<"held">): Step {
  const { tries } = spoken(state);
  if (state.pull) return check({ tries, pull: state.pull });
  if (!state.untriaged) return fix({ tries }, {});
  return to({ phase: "triaging", ...state.untriaged }, { type: "triage" }, { type: "report" });
}

export function retryHeld(state: In<"held">, { guidance }: On<"retryAsked">): Step {
  return waitsForGo(state) ? stay(state) : fix(spoken(state), { guidance });
}

export function stop(state: Carried, by: string): Step {
  return closingPull(close("rejected", "stopped", `stopped by @${by}`, state), state);
}

/** A person's word that nothing is broken. What is merged already is not closed, and a revert is left to people. */
export function notABug(state: Exclude<State, In<"closed">>, { by, note }: On<"notABugSaid">): Step {
  const from = "pull" in state ? state : {};
  const step = close("ignored", "not-a-bug", said(`@${by} said that it is not a bug`, note), from);
  return "mergeSha" in state ? step : closingPull(step, from);
}

/** The pull request stays open: it is a person's from now on. */
export function handOver(state: Exclude<State, In<"closed">>, by: string): Step {
  return close("needsHuman", "taken-over", `taken over by @${by}`, "pull" in state ? state : {});
}

function closingPull(step: Step, { pull }: { pull?: Pull | undefined }): Step {
  return pull ? { ...step, effects: [{ type: "closePull", pull }, ...step.effects] } : step;
}

function said(what: string, note: string): string {
  return note ? `${what}: ${note}` : what;
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
  return close("rejected", "closed-by-human", `closed by @${by}`, state);
}

export function revert({ pull, mergeSha }: In<"watching">, { by, note }: Pick<On<"revertAsked">, "by" | "note">): Step {
  return to(
    { phase: "reverting", pull, mergeSha, askedBy: by },
    { type: "revert", pull, mergeSha, asked: { by, note } },
    { type: "report" },
  );
}

/** Closed stays closed: the revert is proposed, once, and remembered beside what the end was. */
export function revertClosed(state: In<"closed">, { by, note }: On<"revertAsked">): Step {
  const { pull, mergeSha } = state;
  if (!canRevert(state) || !pull || !mergeSha) return stay(state);
  return to({ ...state, revert: "asked" }, { type: "revert", pull, mergeSha, asked: { by, note } }, { type: "report" });
}

/** Whether a closed incident has a merge that nobody has asked yet to take back. */
export function canRevert({ mergeSha, revert }: In<"closed">): boolean {
  return mergeSha !== undefined && (revert === undefined || revert === "failed");
}

/** The merged fix stays. That is a good end only where the failure did not come back. */
export function keepFix({ pull, askedBy }: In<"reverting">, note: string): Step {
  return askedBy === undefined
    ? close("needsHuman", "recurred", note, { pull })
    : close("healed", "healed", note, { pull });
}

/** `from` is what is known of the pull request and its merge, and stays known. */
export function close(
  outcome: Outcome,
  reason: Reason,
  note: string,
  from: { pull?: Pull | undefined; mergeSha?: CommitSha | undefined } = {},
): Step {
  const { pull, mergeSha } = from;
  return to(
    { phase: "closed", outcome, reason, note, ...(pull && { pull }), ...(mergeSha && { mergeSha }) },
    { type: "report" },
  );
}
