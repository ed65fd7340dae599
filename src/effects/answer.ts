import { commands, refusal } from "../domain/command.ts";
import { maxWords } from "../domain/event.ts";
import type { Event } from "../domain/event.ts";
import { atLeast } from "../domain/role.ts";
import { react, reply } from "../github/comments.ts";
import { readRole } from "../github/permissions.ts";
import { answers } from "./answer-table.ts";
import type { Deps, Runner } from "./deps.ts";

type Job = Parameters<Runner<"answer">>[0];

/**
 * Checks who gave a command, says 👀 or why not, and turns it into an event if it counts. The role is asked from GitHub
 * now, for the one who gave it; what a payload claims about its author is not believed.
 */
export const answer: Runner<"answer"> = async (job, deps) => {
  const { incident, effect, recall } = job;
  const { command, by, at } = effect;
  const { repository } = incident.signal;
  const wanted = incident.policy?.commands[command.name] ?? commands[command.name].role;
  const role = await readRole(await deps.clients.for(repository, "read"), repository, by);
  // Where a policy lets everybody speak, that is still every person: no App, no bot.
  if (by.type !== "User" || !atLeast(role, wanted)) {
    const why = `the role of ${by.login} is ${role}; ${wanted} is needed`;
    return refuse(job, deps, { text: refusal(by.login, command.name, wanted), why });
  }
  const given = { incident, command, by: by.login, actor: by, at, recall };
  const entry = answers[command.name];
  if (entry.kind === "says") {
    await say(job, deps, await entry.text(given));
    return undefined;
  }
  const obstacle = await entry.obstacle(given);
  if (obstacle) return refuse(job, deps, { text: obstacle, why: obstacle });
  const seen = await react(await deps.clients.for(repository, "report"), repository, at, "eyes");
  // Nobody sees that a button was pressed, and by whom.
  if (!seen && at.kind === "checkRun")
    await say(job, deps, `\`/self-heal ${command.name}\`, asked for by @${by.login} with the button of the check.`);
  return entry.event(given);
};

async function refuse(
  job: Job,
  deps: Deps,
  { text, why }: { text: string; why: string },
): Promise<Extract<Event, { type: "commandRefused" }>> {
  const { command, by } = job.effect;
  await say(job, deps, text);
  return { type: "commandRefused", command: command.name, by: by.login, why: why.slice(0, maxWords) };
}

async function say({ incident, effect: { at } }: Job, deps: Deps, body: string): Promise<void> {
  const { repository } = incident.signal;
  await reply(await deps.clients.for(repository, "report"), repository, at, body);
}
