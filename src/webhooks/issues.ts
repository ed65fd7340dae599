import { parseStack } from "../domain/stack.ts";
import { clip, firstLine } from "./clip.ts";
import { actorOf, ignored, notAPerson, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";

/** Somebody put the trigger label on. Whether they may is asked by triage: the label alone proves nothing. */
export function issueLabeled(payload: Payload<"issues.labeled">, context: WebhookContext): Inbound[] {
  if (!isTrigger(payload.label, context)) return ignored(`the label ${payload.label?.name} is not the trigger label`);
  return issueSignal(payload, context);
}

/** Issue templates put labels on in the author's name, with or without an `issues.labeled` of their own. */
export function issueOpened(payload: Payload<"issues.opened">, context: WebhookContext): Inbound[] {
  if (!payload.issue.labels?.some((label) => isTrigger(label, context)))
    return ignored("the issue was opened without the trigger label");
  return issueSignal(payload, context);
}

type IssuePayload = Payload<"issues.labeled"> | Payload<"issues.opened">;

function issueSignal({ issue, sender, ...payload }: IssuePayload, { at }: WebhookContext): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const obstacle = notAPerson(sender) ?? notFixable(issue);
  if (obstacle) return ignored(obstacle);
  const title = firstLine(issue.title, 300) || `issue #${issue.number}`;
  // The text is frozen here: later edits by the author never reach a model.
  const detail = clip(issue.body ?? "", 60_000);
  const { errorType, frames } = parseStack(detail);
  return [
    {
      kind: "signal",
      signal: {
        origin: { kind: "issue", number: issue.number },
        repository,
        title,
        message: title,
        ...(detail && { detail }),
        ...(errorType !== undefined && { errorType: clip(errorType, 200) }),
        frames,
        url: clip(issue.html_url, 2_000),
        trust: "maintainer",
        requester: actorOf(sender),
        at,
      },
    },
  ];
}

function notFixable(issue: IssuePayload["issue"]): string | undefined {
  if (issue.pull_request) return "the label is on a pull request, not on an issue";
  return issue.state === "closed" ? "the issue is closed" : undefined;
}

/** GitHub compares label names without regard to case. */
function isTrigger(label: { name?: string } | string | null | undefined, { label: trigger }: WebhookContext): boolean {
  const name = typeof label === "string" ? label : label?.name;
  return name?.toLowerCase() === trigger.toLowerCase();
}
