import type { ApplicationFunction, Context } from "probot";
import { githubEvents } from "./webhooks/github.ts";
import type { WebhookContext } from "./webhooks/github.ts";
import type { Inbound } from "./webhooks/inbound.ts";

type Options = {
  context: () => WebhookContext;
  /** Takes what a delivery meant; resolves when it is on disk. */
  accept: (delivery: string, inbound: readonly Inbound[]) => Promise<void>;
};

/**
 * The Probot application function: one handler per entry of the table in `webhooks/github.ts`.
 * A handler only turns the payload into signals and events; it calls no API, so an ignored delivery costs nothing.
 */
export function createApp({ context, accept }: Options): ApplicationFunction {
  return (app) => {
    for (const [name, read] of Object.entries(githubEvents)) {
      // The table's key and its reader's payload belong together by the table's type; a loop cannot express that.
      app.on(name as "issues.labeled", async ({ id, payload }: Context<"issues.labeled">) => {
        await accept(id, (read as (typeof githubEvents)["issues.labeled"])(payload, context()));
      });
    }
  };
}
