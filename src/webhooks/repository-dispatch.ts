import { clip } from "./clip.ts";
import { readErrorDetected } from "./error-detected.ts";
import { actorOf, ignored, notInstalled, repositoryOf } from "./inbound.ts";
import type { WebhookContext, Inbound, Payload } from "./inbound.ts";
import { scrub } from "./scrub.ts";

/** The `event_type` that monitors and workflows send. */
const eventType = "error-detected";

/** A machine with a token of the repository reports an error. */
export function repositoryDispatch(payload: Payload<"repository_dispatch">, { at }: WebhookContext): Inbound[] {
  if (payload.action !== eventType) return ignored(`the dispatch is ${clip(payload.action, 100)}, not ${eventType}`);
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  const read = readErrorDetected(scrub(payload.client_payload));
  if (!read.ok) return ignored(`client_payload is malformed: ${read.why}`);
  // Whoever has a token with contents: write may have sent it; they asked for the fix, and cannot approve it.
  const sender = actorOf(payload.sender);
  return [
    {
      kind: "signal",
      signal: { origin: { kind: "dispatch" }, repository, ...read.error, trust: "telemetry", sender, at },
    },
  ];
}
