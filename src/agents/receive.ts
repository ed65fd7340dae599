import type { BetaMessageStream } from "@anthropic-ai/sdk/lib/BetaMessageStream";
import type { BetaMessage, BetaUsage } from "@anthropic-ai/sdk/resources/beta/messages";
import { failureOf } from "./retry.ts";
import type { Failure } from "./retry.ts";

/** A whole reply, or why there is none. `usage` is what a cut reply had cost by then. */
export type Received =
  | { kind: "whole"; message: BetaMessage }
  | { kind: "failed"; failure: Failure; usage: BetaUsage | undefined };

/**
 * Waits for the end of a reply. Only `finalMessage` tells a cut stream from a whole one: a loop over the events ends
 * silently at a cut (measured with SDK 1.12). Throws the SDK's APIUserAbortError when aborted.
 */
export async function receive(stream: BetaMessageStream): Promise<Received> {
  let usage: BetaUsage | undefined;
  stream.on("streamEvent", (_, snapshot) => {
    usage = snapshot.usage;
  });
  try {
    return { kind: "whole", message: await stream.finalMessage() };
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    return { kind: "failed", failure, usage };
  }
}
