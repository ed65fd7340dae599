import type { Effect } from "./effect.ts";
import type { Event, On } from "./event.ts";
import type { In, Phase, State } from "./incident.ts";
import {
  carried,
  check,
  close,
  fix,
  fresh,
  giveUp,
  go,
  handOver,
  hold,
  keepFix,
  look,
  merged,
  notABug,
  red,
  rejected,
  rest,
  retry,
  retryHeld,
  revert,
  revertClosed,
  spoken,
  stay,
  stop,
  to,
} from "./step.ts";
import type { Open, Rulebook, Step } from "./step.ts";

type Rule<P extends Phase, T extends Event["type"]> = (state: In<P>, event: On<T>, rules: Rulebook) => Step;
/** A cell of the table: the phases it can lead to (staying put aside), and the rule itself. A test holds the two together. */
type Cell<P extends Phase, T extends Event["type"]> = { to: readonly Phase[]; rule: Rule<P, T> };
type NotClosed = Exclude<State, In<"closed">>;
type Table = { [P in Phase]: { [T in Event["type"]]?: Cell<P, T> } };

/** What a person may say as long as the incident is open. */
const words = {
  takenOver: leads(["closed"], (state: NotClosed, { by }: On<"takenOver">) => handOver(state, by)),
  notABugSaid: leads(["closed"], (state: NotClosed, event: On<"notABugSaid">) => notABug(state, event)),
};

const holdAsked = leads(["held"], (state: Open | In<"triaging">, event: On<"holdAsked">) => rest(state, event));

/** What every phase between triage and the merge has. */
const endings = {
  stopAsked: leads(["closed"], (state: Open, { by }: On<"stopAsked">) => stop(state, by)),
  pullMerged: leads(["watching"], (state: Open, event: On<"pullMerged">, rules: Rulebook) =>
    merged(state, event, rules),
  ),
  pullClosed: leads(["closed"], (state: Open, event: On<"pullClosed">) => rejected(state, event)),
  holdAsked,
  ...words,
};

/** A switch or a limit stops an attempt wherever it is. */
const heldBack = leads(["held"], (state: Open, { reason, note }: On<"heldBack">) => hold(state, reason, note));

/** What a pull request under review hears about its checks and from its readers. */
const review = {
  checksReported: leads([], (state: In<"checking" | "awaitingApproval">, { head }: On<"checksReported">) =>
    head === state.pull.head ? to(state, look(state.pull, 0)) : stay(state),
  ),
  checksFailed: leads(
    ["fixing", "held"],
    (state: In<"checking" | "awaitingApproval">, event: On<"checksFailed">, rules: Rulebook) =>
      red(state, event, rules),
  ),
  // A new head voids what came before.
  headMoved: leads(["checking"], (state: In<"checking" | "awaitingApproval" | "merging">, { head }: On<"headMoved">) =>
    check({ tries: state.tries, pull: { ...state.pull, head } }),
  ),
  retryAsked: leads(["fixing"], (state: In<"checking" | "awaitingApproval">, { guidance }: On<"retryAsked">) =>
    fix(spoken(state), { guidance }),
  ),
};

/**
 * The whole lifecycle, one cell per (phase, event).
 * A pair that is not listed changes nothing: late and repeated webhooks are normal.
 */
export const table: Table = {
  triaging: {
    triaged: leads(["fixing", "held", "closed"], ({ guidance }, { verdict }) => {
      if (verdict.kind === "ignore") return close("ignored", verdict.reason, verdict.note);
      if (verdict.kind === "hold") return hold({ tries: fresh }, verdict.reason, verdict.note);
      return fix({ tries: fresh }, guidance ? { guidance } : {});
    }),
    stopAsked: leads(["closed"], (_, { by }) => close("rejected", "stopped", `stopped by @${by}`)),
    holdAsked,
    ...words,
  },
  held: {
    ...endings,
    retryAsked: leads(["fixing"], retryHeld),
    goAsked: leads(["fixing", "checking", "triaging"], go),
    headMoved: leads([], (state, { head }) =>
      state.pull ? stay({ ...state, pull: { ...state.pull, head } }) : stay(state),
    ),
    // Put on hold while it was being proposed.
    pullOpened: leads([], (state, { pull }) => to({ ...state, pull }, { type: "report" })),
  },
  fixing: {
    ...endings,
    heldBack,
    patchProduced: leads(["proving"], (state, { patch }) =>
      ours(state, patch.attempt, to({ ...carried(state), phase: "proving", patch }, { type: "prove", patch })),
    ),
    patchNotFound: leads(["held", "closed"], (state, { attempt, reason, note }) =>
      ours(state, attempt, giveUp(state, reason, note)),
    ),
  },
  proving: {
    ...endings,
    heldBack,
    proofPassed: leads(["proposing"], (state, { proof }) => {
      const { patch, pull } = state;
      if (proof.tree !== patch.tree) return stay(state);
      return to(
        { ...carried(state), phase: "proposing", patch, proof },
        { type: "propose", patch, proof, ...(pull && { pull }) },
      );
    }),
    proofFailed: leads(["fixing", "held", "closed"], (state, { proof, reason, feedback }, rules) =>
      proof.tree === state.patch.tree ? retry(state, reason, feedback, rules) : stay(state),
    ),
  },
  proposing: {
    ...endings,
    heldBack,
    pullOpened: leads(["checking"], ({ tries }, { pull }) => check({ tries, pull })),
    // The branch has commits we do not know: they are never overwritten, the next attempt builds on them.
    headMoved: leads(["fixing", "held", "closed"], (state, { head }, rules) =>
      retry(
        state.pull ? { ...state, pull: { ...state.pull, head } } : state,
        "branch-moved",
        "the fix branch got new commits while the attempt ran",
        rules,
      ),
    ),
  },
  checking: {
    ...endings,
    ...review,
    checksPassed: leads(["awaitingApproval"], (state, { head }) =>
      head === state.pull.head
        ? to({ ...state, phase: "awaitingApproval" }, { type: "markReady", pull: state.pull }, { type: "report" })
        : stay(state),
    ),
  },
  awaitingApproval: {
    ...endings,
    ...review,
    // An approval names a commit, and only that commit is merged.
    approved: leads(["merging"], (state, { by, head }, rules) => {
      if (head !== state.pull.head || rules.merge === "manual") return stay(state);
      return to({ ...state, phase: "merging", approvedBy: by }, { type: "merge", pull: state.pull });
    }),
  },
  merging: {
    ...endings,
    headMoved: review.headMoved,
    mergeRefused: leads(["awaitingApproval"], ({ tries, pull }) =>
      to({ phase: "awaitingApproval", tries, pull }, { type: "report" }),
    ),
  },
  watching: {
    // Only a failure of the merged commit itself is evidence against the fix; without a commit, a human must look.
    recurred: leads(["reverting", "closed"], (state, { commit, note }) => {
      if (commit === state.mergeSha)
        return to(
          { ...state, phase: "reverting" },
          { type: "revert", pull: state.pull, mergeSha: state.mergeSha },
          { type: "report" },
        );
      return commit === undefined ? close("needsHuman", "recurred", note, state) : stay(state);
    }),
    watchElapsed: leads(["closed"], (state) => close("healed", "healed", "the failure stayed away", state)),
    stopAsked: leads(["closed"], (state, { by }) => close("healed", "healed", `@${by} ended the watch`, state)),
    revertAsked: leads(["reverting"], revert),
    ...words,
  },
  reverting: {
    revertProposed: leads([], (state, { number }) => to({ ...state, revert: number }, { type: "report" })),
    pullMerged: leads(["closed"], (state, { number, by }) =>
      number === state.revert ? close("reverted", "reverted", `reverted by @${by}`, { pull: state.pull }) : stay(state),
    ),
    pullClosed: leads(["closed"], (state, { number, by }) =>
      number === state.revert ? keepFix(state, `@${by} closed the revert`) : stay(state),
    ),
    stopAsked: leads(["closed"], (state, { by }) => keepFix(state, `stopped by @${by}`)),
    ...words,
  },
  // Closed stays closed; what comes back is a new incident, linked to this one.
  closed: {
    // Ended while it was being proposed: nobody would look after that pull request, unless somebody took it over.
    pullOpened: leads([], (state, { pull }) => {
      if (state.pull?.number === pull.number) return stay(state);
      const next = { ...state, pull };
      return state.reason === "taken-over" ? stay(next) : to(next, { type: "closePull", pull });
    }),
    revertAsked: leads([], revertClosed),
    revertProposed: leads([], (state, { number }) =>
      state.revert === "asked" ? to({ ...state, revert: number }, { type: "report" }) : stay(state),
    ),
    recurred: leads([], (state) => ({ ...stay(state), successor: {} })),
    retryAsked: leads([], (state, { guidance }) => ({ ...stay(state), successor: { guidance } })),
  },
};

/** Effects whose failure is a nuisance, not the end of an incident: somebody or the sweep asks again. */
const cosmetic: readonly string[] = [
  "report",
  "observe",
  "answer",
  "markReady",
  "closePull",
] satisfies Effect["type"][];

/** Pure: same arguments, same step. Time, chance and the network arrive as events. */
export function transition(state: State, event: Event, rules: Rulebook): Step {
  if (event.type === "commandGiven")
    return to(state, { type: "answer", command: event.command, by: event.by, at: event.at });
  if (event.type === "effectFailed") return failed(state, event);
  if (event.type === "evidenceArrived" || event.type === "resolvedElsewhere")
    return state.phase === "closed" ? stay(state) : to(state, { type: "report" });
  // TypeScript cannot correlate the two unions; the Table type already did.
  const cell = table[state.phase][event.type] as Cell<Phase, Event["type"]> | undefined;
  return cell ? cell.rule(state, event, rules) : stay(state);
}

function leads<S extends State, T extends Event["type"]>(
  phases: readonly Phase[],
  rule: (state: S, event: On<T>, rules: Rulebook) => Step,
): { to: readonly Phase[]; rule: typeof rule } {
  return { to: phases, rule };
}

function failed(state: State, { effect, message }: On<"effectFailed">): Step {
  if (state.phase === "closed") return failedClosed(state, effect);
  if (cosmetic.includes(effect)) return stay(state);
  const note = `${effect}: ${message}`;
  if (state.phase === "watching" || state.phase === "reverting") return close("needsHuman", "internal", note, state);
  if ("pull" in state && state.pull && "tries" in state) return hold(state, "internal", note);
  return close("gaveUp", "internal", note);
}

/** Nothing reopens it; a revert that could not be proposed may be asked for again. */
function failedClosed(state: In<"closed">, effect: string): Step {
  if (effect !== "revert" || state.revert !== "asked") return stay(state);
  return to({ ...state, revert: "failed" }, { type: "report" });
}

/** An event of an attempt counts only while that attempt is the current one. */
function ours(state: In<"fixing">, attempt: number, step: Step): Step {
  return attempt === state.tries.attempt ? step : stay(state);
}
