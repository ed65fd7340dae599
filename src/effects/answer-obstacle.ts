import type { CommandName } from "../domain/command.ts";
import type { State } from "../domain/incident.ts";
import { reasons } from "../domain/reason.ts";
import { canRevert, waitsForGo } from "../domain/step.ts";

/** Why a command makes no sense where an incident is now, as a sentence for whoever gave it; undefined where it does. */
export function obstacle(name: CommandName, state: State): string | undefined {
  return obstacles[name]?.(state);
}

const obstacles: { [N in CommandName]?: (state: State) => string | undefined } = {
  retry(state) {
    if (state.phase === "held" && waitsForGo(state))
      return `This is held: ${reasons[state.reason].title}. Only \`/self-heal go\` ends that.`;
    if (isBusy(state)) return "An attempt is under way already. Wait for it to end, or `/self-heal stop` it first.";
    return isMerged(state) || state.phase === "merging"
      ? "The fix is merged (or being merged); open a new report if it does not hold."
      : undefined;
  },
  stop: closed,
  hold(state) {
    return isMerged(state) ? "The fix is merged; there is nothing left that could wait." : closed(state);
  },
  go(state) {
    return state.phase === "held"
      ? undefined
      : "Nothing is held here, so there is nothing to let go. `/self-heal status` says what is going on.";
  },
  revert(state) {
    if (state.phase === "watching" || (state.phase === "closed" && canRevert(state))) return undefined;
    const revert = "revert" in state ? state.revert : undefined;
    if (typeof revert === "number") return `A revert is proposed already, in #${revert}.`;
    return state.phase === "reverting" || revert === "asked"
      ? "A revert is being prepared already."
      : "Self-Heal has no merged fix here that it could take back.";
  },
  "not-a-bug": closed,
  "take-over": closed,
};

function closed({ phase }: State): string | undefined {
  return phase === "closed" ? "This incident is closed already; there is nothing to end." : undefined;
}

function isBusy({ phase }: State): boolean {
  return ["triaging", "fixing", "proving", "proposing"].includes(phase);
}

function isMerged({ phase }: State): boolean {
  return phase === "watching" || phase === "reverting";
}
