import { commands, helpAnswer, refusal } from "../domain/command.ts";
import type { CommandName } from "../domain/command.ts";
import type { TaskOutcome } from "../domain/recall.ts";
import { modeOf } from "../domain/standing.ts";
import type { Standing } from "../domain/standing.ts";
import { atLeast } from "../domain/role.ts";
import type { TaskOf } from "../domain/task.ts";
import { decisionText } from "../governance/decision-text.ts";
import { react, reply } from "../github/comments.ts";
import { readRole } from "../github/permissions.ts";
import type { Reconciler } from "./deps.ts";

type Job = Parameters<Reconciler<"command">>[0];
/** What to say, or what to remember and that it was seen. */
type Answer = { say: string } | { standing: NonNullable<TaskOutcome["standing"]>; again?: true };

/**
 * Answers a command where there is no incident: on the onboarding issue, or on anybody's issue or pull request. Commands
 * about the whole repository work everywhere; the others say what they need.
 */
export const command: Reconciler<"command"> = async (job, deps) => {
  const { repository, command: given, by, at } = job.task;
  const report = await deps.clients.for(repository, "report");
  const role = await readRole(await deps.clients.for(repository, "read"), repository, by);
  const standing = await job.recall.standing();
  const wanted = standing?.policy?.policy.commands[given.name] ?? commands[given.name].role;
  if (by.type !== "User" || !atLeast(role, wanted)) {
    await reply(report, repository, at, refusal(by.login, given.name, wanted));
    return { note: `${given.name} by ${by.login} refused: their role is ${role}, ${wanted} is needed` };
  }
  const answer = await (answers[given.name] ?? needsIncident)(job, standing, deps.now());
  if ("say" in answer) await reply(report, repository, at, answer.say);
  else await react(report, repository, at, "eyes");
  return { note: `${given.name} by ${by.login}`, ...follow(answer, job.task) };
};

function follow(answer: Answer, { repository }: TaskOf<"command">): Partial<TaskOutcome> {
  if ("say" in answer) return {};
  return { standing: answer.standing, tasks: [{ task: { kind: "onboard", repository }, afterSeconds: 0 }] };
}

type Answerer = (job: Job, standing: Standing | undefined, now: number) => Answer | Promise<Answer>;

const answers: { [N in CommandName]?: Answerer } = {
  help: ({ task }) => ({ say: helpAnswer(task.command.text) }),
  status: (_, standing) => ({ say: standing ? statusText(standing) : "I know nothing about this repository yet." }),
  explain: async ({ task, recall }) => {
    const gate = await recall.gate(task.at.number);
    return {
      say: gate ? decisionText(gate.decision) : "No gate was decided here: this is no pull request of Self-Heal's.",
    };
  },
  go: ({ task }, standing, at) =>
    standing?.policy?.policy.mode === "observe"
      ? {
          say: "The policy says `mode: observe`. Change it to `mode: fix` in a pull request; a command cannot override it.",
        }
      : { standing: { go: { by: task.by.login, at } } },
  pause: ({ task }, _, at) => ({
    standing: { paused: { by: task.by.login, at, reason: task.command.text.slice(0, 2_000) } },
  }),
  resume: (_, standing) =>
    standing?.paused ? { standing: { paused: undefined } } : { say: "Nothing is paused in this repository." },
};

const needsIncident: Answerer = ({ task }) => ({
  say: `There is no incident here, so \`${task.command.name}\` has nothing to work on. Report a failure in an issue and put the trigger label on it.`,
});

function statusText(standing: Standing): string {
  const failing = standing.protection?.expectations.filter(({ result }) => result === "fail") ?? [];
  const problems = standing.policy?.problems ?? [];
  return [
    `This repository is in mode \`${modeOf(standing.policy?.policy, standing)}\`.`,
    ...(standing.paused
      ? [`Paused by \`${standing.paused.by}\`: ${standing.paused.reason || "no reason given"}.`]
      : []),
    problems.length > 0
      ? `The policy has ${problems.length} errors; the last good one is in force.`
      : "The policy is valid.",
    `${failing.length} settings differ from the policy${failing.map(({ title }) => `\n- ${title}`).join("")}`,
  ].join("\n");
}
