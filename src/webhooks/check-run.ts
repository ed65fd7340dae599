import type { CommandName } from "../domain/command.ts";
import { gateButtons, pullOfGate } from "../domain/gate-check.ts";
import { actorOf, ignored, notAPerson, notInstalled, repositoryOf, taskOn } from "./inbound.ts";
import type { Inbound, Payload, WebhookContext } from "./inbound.ts";

/** Somebody pressed a button on the gate's check run: the same as a command in a comment, with the same rules. */
export function buttonPressed(payload: Payload<"check_run.requested_action">, context: WebhookContext): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const { check_run: run, requested_action: action, sender } = payload;
  const number = numberOf(run, context);
  if (number === undefined) return ignored("the check run is not a gate of ours");
  const obstacle = notAPerson(sender);
  if (obstacle) return ignored(obstacle);
  const name = gateButtons.find(({ identifier }) => identifier === action?.identifier)?.identifier;
  if (!name) return ignored("the button is none of ours");
  const command = { name: name satisfies CommandName, text: "" };
  const at = { kind: "checkRun", id: run.id, number } as const;
  const address = { kind: "pull", repository: repository.id, number } as const;
  return [{ kind: "event", address, event: { type: "commandGiven", command, by: actorOf(sender), at } }];
}

/** "Re-run" on the gate's check run: decide it again. */
export function checkRerequested(payload: Payload<"check_run.rerequested">, context: WebhookContext): Inbound[] {
  const number = numberOf(payload.check_run, context);
  if (number === undefined) return ignored("the check run is not a gate of ours");
  return taskOn(payload, (repository) => ({ kind: "gate", repository, number }));
}

type Run = { app: { id: number } | null; external_id: string | null };

/** Which pull request a gate is about, from the id that we gave it; another App's check is not believed. */
function numberOf({ app, external_id: id }: Run, { appId }: WebhookContext): number | undefined {
  return app?.id === appId ? pullOfGate(id ?? "") : undefined;
}
