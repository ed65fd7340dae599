import type { EmitterWebhookEvent, EmitterWebhookEventName } from "@octokit/webhooks";
import * as z from "zod";
import { Address } from "../domain/address.ts";
import { Event } from "../domain/event.ts";
import { Repository } from "../domain/repository.ts";
import { Signal } from "../domain/signal.ts";

const installation = z.int().positive();

/** What one delivery means to us. A schema, because payloads are only typed, and types promise more than senders keep. */
export const Inbound = z.discriminatedUnion("kind", [
  /** Opens an incident, or counts one up. */
  z.strictObject({ kind: z.literal("signal"), signal: Signal }),
  /** For an incident that exists already. */
  z.strictObject({ kind: z.literal("event"), address: Address, event: Event }),
  z.strictObject({
    kind: z.literal("installation"),
    installation,
    change: z.enum(["active", "suspended", "removed"]),
  }),
  z.strictObject({
    kind: z.literal("repositories"),
    installation,
    added: z.array(Repository),
    removed: z.array(z.int().positive()),
  }),
  /** `why` is one sentence for the log. */
  z.strictObject({ kind: z.literal("ignored"), why: z.string() }),
]);
export type Inbound = z.infer<typeof Inbound>;

/** What a payload cannot say. `label` triggers a fix; `botLogin` is our own App's user, as `self-heal[bot]`; `at` is UTC milliseconds. */
export type WebhookContext = { label: string; appId: number; botLogin?: string; at: number };

export type Payload<N extends EmitterWebhookEventName> = EmitterWebhookEvent<N>["payload"];
export type Reader<N extends EmitterWebhookEventName> = (payload: Payload<N>, context: WebhookContext) => Inbound[];

/** Fix branches, and only they, start like this. */
export const fixBranchPrefix = "self-heal/";

export function ignored(why: string): Inbound[] {
  return [{ kind: "ignored", why }];
}

/** A reader that never throws: what does not have the promised shape is ignored, with the reason. */
export function safely<P>(read: (payload: P, context: WebhookContext) => Inbound[]): typeof read {
  return (payload, context) => {
    try {
      return z.array(Inbound).parse(read(payload, context));
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s+/g, " ") : String(error);
      return ignored(`the payload does not have the expected shape: ${why.slice(0, 300)}`);
    }
  };
}

type Source = {
  repository: { id: number; name: string; owner: { login: string } };
  installation?: { id: number } | undefined;
};

export const notInstalled = "not installed through the App: the payload names no installation";

/** The repository a delivery is about, or undefined where it did not come through an installation of the App. */
export function repositoryOf({ repository, installation }: Source): Repository | undefined {
  if (!installation) return undefined;
  return { id: repository.id, installation: installation.id, owner: repository.owner.login, name: repository.name };
}

/** Why a delivery by this sender does not count where a person is asked for; undefined for people. */
export function notAPerson(sender: { login: string; type?: string } | undefined | null): string | undefined {
  if (!sender) return "the payload names no sender";
  return sender.type === "User"
    ? undefined
    : `the sender ${sender.login} is not a person (${sender.type ?? "unknown"})`;
}
