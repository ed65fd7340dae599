import { helpText } from "../domain/command.ts";
import type { Command } from "../domain/command.ts";
import type { Incident } from "../domain/incident.ts";
import type { Guidance } from "../domain/signal.ts";
import { react, reply } from "../github/comments.ts";
import { hasWritePermission } from "../github/permissions.ts";
import type { Runner } from "./deps.ts";
import { statusLine } from "./progress-text.ts";

/**
 * Checks who gave a command, says 👀 or why not, and turns it into an event if it counts. Asked from the permission API
 * for the comment's own author; what the payload claims about the author is not believed.
 */
export const answer: Runner<"answer"> = async ({ incident, effect: { command, by, at } }, deps) => {
  const { repository } = incident.signal;
  const say = async (body: string): Promise<undefined> => {
    await reply(await deps.clients.for(repository, "report"), repository, at, body);
    return undefined;
  };
  if (!(await hasWritePermission(await deps.clients.for(repository, "read"), repository, by))) {
    return say(`@${by.login}, only people with write permission here can give Self-Heal commands.`);
  }
  switch (command.name) {
    case "help":
      return say(help(command.text));
    case "status":
      return say(statusLine(incident));
    case "retry":
    case "stop": {
      const refusal = cannot(incident, command.name);
      if (refusal) return say(refusal);
      await react(await deps.clients.for(repository, "report"), repository, at, "eyes");
      return command.name === "stop"
        ? { type: "stopAsked", by: by.login }
        : { type: "retryAsked", guidance: guidance(command, by.login) };
    }
  }
};

function guidance({ text, place }: Command, by: string): Guidance {
  return { by, text, ...place };
}

/** Why a command makes no sense right now. */
function cannot({ state }: Incident, name: "retry" | "stop"): string | undefined {
  if (name === "stop")
    return state.phase === "closed" ? "This incident is closed already; there is nothing to stop." : undefined;
  const busy = ["triaging", "fixing", "proving", "proposing"].includes(state.phase);
  if (busy) return "An attempt is under way already. Wait for it to end, or `/self-heal stop` it first.";
  return ["merging", "watching", "reverting"].includes(state.phase)
    ? "The fix is merged (or being merged); open a new report if it does not hold."
    : undefined;
}

function help(text: string): string {
  const unknown = /^unknown: (.*)$/.exec(text)?.[1];
  return `${unknown ? `There is no command \`${unknown.replaceAll("`", "'")}\`. ` : ""}What I understand, at the start of a line:\n\n${helpText()}`;
}
