import { helpAnswer } from "../domain/command.ts";
import type { Command, CommandName, CommentRef } from "../domain/command.ts";
import { maxWords } from "../domain/event.ts";
import type { Event } from "../domain/event.ts";
import { pullNumbers } from "../domain/incident.ts";
import type { Incident } from "../domain/incident.ts";
import { plain } from "../domain/markdown.ts";
import type { Recall } from "../domain/recall.ts";
import type { Actor } from "../domain/signal.ts";
import type { GateRecord } from "../domain/standing.ts";
import { decisionText } from "../governance/decision-text.ts";
import { obstacle } from "./answer-obstacle.ts";
import { statusText } from "./progress-text.ts";

/** A command by somebody who may give it, and where. */
type Given = { incident: Incident; command: Command; by: string; actor: Actor; at: CommentRef; recall: Recall };

type Answer =
  /** It only wants to know something. */
  | { kind: "says"; text(given: Given): string | Promise<string> }
  /** It changes something, unless there is an obstacle, as a sentence for whoever asked. */
  | { kind: "becomes"; obstacle(given: Given): Promise<string | undefined>; event(given: Given): Event };

/** What each command does. One without an entry does not compile. */
export const answers: { [N in CommandName]: Answer } = {
  help: { kind: "says", text: ({ command }) => helpAnswer(command.text) },
  status: {
    kind: "says",
    async text(given) {
      const gate = await gateOf(given);
      const says =
        gate && `The gate of #${gate.number} says \`${gate.decision.decision}\`: ${plain(gate.decision.summary)}`;
      return [statusText(given.incident), says].filter(Boolean).join("\n\n");
    },
  },
  explain: {
    kind: "says",
    async text(given) {
      const gate = await gateOf(given);
      if (gate) return decisionText(gate.decision);
      const { state } = given.incident;
      return pullNumbers(state).length > 0
        ? "The gate has not been decided yet. Ask again in a minute."
        : "There is no pull request yet, so there is no gate to explain. `/self-heal status` says what is going on.";
    },
  },
  retry: becomes("retry", ({ command: { text, place }, by, actor }) => ({
    type: "retryAsked",
    guidance: { by, text, ...place },
    actor,
  })),
  stop: becomes("stop", ({ by }) => ({ type: "stopAsked", by })),
  hold: becomes("hold", (given) => ({ type: "holdAsked", ...spoken(given), actor: given.actor })),
  go: becomes("go", ({ by, actor }) => ({ type: "goAsked", by, actor })),
  revert: becomes("revert", (given) => ({ type: "revertAsked", ...spoken(given), actor: given.actor })),
  "not-a-bug": becomes("not-a-bug", (given) => ({ type: "notABugSaid", ...spoken(given) })),
  "take-over": becomes("take-over", ({ by }) => ({ type: "takenOver", by })),
  pause: becomes("pause", (given) => ({ type: "pauseAsked", ...spoken(given) })),
  resume: {
    kind: "becomes",
    async obstacle({ recall }) {
      return (await recall.standing())?.paused ? undefined : "Fixing is not paused in this repository.";
    },
    event: ({ by }) => ({ type: "resumeAsked", by }),
  },
};

function becomes(name: CommandName, event: (given: Given) => Event): Answer {
  return { kind: "becomes", obstacle: ({ incident }) => Promise.resolve(obstacle(name, incident.state)), event };
}

function spoken({ by, command }: Given): { by: string; note: string } {
  return { by, note: command.text.slice(0, maxWords) };
}

/** The gate of the pull request that was commented on, else that of the fix. */
async function gateOf({ incident, at, recall }: Given): Promise<GateRecord | undefined> {
  const numbers = pullNumbers(incident.state);
  const number = numbers.includes(at.number) ? at.number : numbers[0];
  return number === undefined ? undefined : recall.gate(number);
}
