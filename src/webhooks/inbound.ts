import type { EmitterWebhookEvent, EmitterWebhookEventName } from "@octokit/webhooks";
import * as z from "zod";
import { Address } from "../domain/address.ts";
import { Event } from "../domain/event.ts";
import { CommitSha, Repository } from "../domain/repository.ts";
import { Signal } from "../domain/signal.ts";
import type { Actor } from "../domain/signal.ts";
import { Task } from "../domain/task.ts";
import { clip } from "./clip.ts";

const installation = z.int().positive();

/** What one delivery means to us. A schema, because payloads are only typed, and types promise more than senders keep. */
export const Inbound = z.discriminatedUnion("kind", [
  /** Opens an incident, or counts one up. */
  z.strictObject({ kind: z.literal("signal"), signal: Signal }),
  /** For an incident that exists already. */
  z.strictObject({ kind: z.literal("event"), address: Address, event: Event }),
  /** Something is to be brought to what it should be. */
  z.strictObject({ kind: z.literal("task"), task: Task }),
  /** Gates that may come out differently now: of this head, of this repository, or of the whole installation. */
  z.strictObject({
    kind: z.literal("gates"),
    installation,
    repository: z.int().positive().optional(),
    head: CommitSha.optional(),
  }),
  /** `repositories`: those that GitHub lists, for a new installation. */
  z.strictObject({
    kind: z.literal("installation"),
    installation,
    change: z.enum(["active", "suspended", "removed", "permissions"]),
    repositories: z.array(Repository),
  }),
  z.strictObject({
    kind: z.literal("repositories"),
    installation,
    added: z.array(Repository),
    removed: z.array(z.int().positive()),
  }),
  /** A repository has another name, owner or default branch now, or is gone. */
  z.strictObject({
    kind: z.literal("repository"),
    repository: Repository,
    change: z.enum(["renamed", "transferred", "edited", "deleted"]),
    by: z.string(),
  }),
  /** The account that an installation belongs to has another name. */
  z.strictObject({ kind: z.literal("owner"), installation, owner: z.string().min(1) }),
  /** `why` is one sentence for the log. */
  z.strictObject({ kind: z.literal("ignored"), why: z.string() }),
]);
export type Inbound = z.infer<typeof Inbound>;

/** What a payload cannot say. `label` triggers a fix; `botLogin` is our own App's user, as `self-heal[bot]`; `at` is UTC milliseconds. */
export type WebhookContext = { label: string; appId: number; botLogin?: string; at: number };

export type Payload<N extends EmitterWebhookEventName> = EmitterWebhookEvent<N>["payload"];
export type Reader<N extends EmitterWebhookEventName> = (payload: Payload<N>, context: WebhookContext) => Inbound[];

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

/** A task about the repository that a delivery is about. */
export function taskOn(payload: Source, task: (repository: Repository) => Task | readonly Task[]): Inbound[] {
  const repository = repositoryOf(payload);
  if (!repository) return ignored(notInstalled);
  return [task(repository)].flat().map((one) => ({ kind: "task", task: one }));
}

type Sender = { id?: number; login: string; type?: string };

/** Whoever caused a delivery. */
export function actorOf({ id, login, type = "Unknown" }: Sender): Actor {
  return { ...(id !== undefined && { id }), login: clip(login, 100), type: clip(type, 100) };
}

/** Why a delivery by this sender does not count where a person is asked for; undefined for people. */
export function notAPerson(sender: { login: string; type?: string } | undefined | null): string | undefined {
  if (!sender) return "the payload names no sender";
  return sender.type === "User"
    ? undefined
    : `the sender ${sender.login} is not a person (${sender.type ?? "unknown"})`;
}
