import { createRequire } from "node:module";
import type { Signal } from "../../src/domain/signal.ts";
import { githubEvents } from "../../src/webhooks/github.ts";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import type { WebhookContext, Inbound } from "../../src/webhooks/inbound.ts";

export type Json = { [key: string]: unknown };
const require = createRequire(import.meta.url);
// Required, not imported: importing would transform 5 MB of JSON for every test file.
const definitions = require("@octokit/webhooks-examples") as { name: string; examples: Json[] }[];

export const context: WebhookContext = {
  label: "ai-fix",
  appId: 4711,
  botLogin: "self-heal[bot]",
  at: 1_700_000_000_000,
};

/** Every published example of an event, as `issues.labeled` or `status`; fresh copies. */
export function examples(name: string): Json[] {
  const [event, action] = name.split(".", 2);
  const all = definitions.find((definition) => definition.name === event)?.examples ?? [];
  return structuredClone(action === undefined ? all : all.filter((example) => example["action"] === action));
}

/**
 * The first published example of an event (of another action where this one has none), come through installation 7, with
 * the patch's values in place of its own.
 */
export function payload(name: GithubEventName, patch: Json = {}): Json {
  const [event = "", action] = name.split(".", 2);
  const [like] = examples(event);
  const example = examples(name)[0] ?? (like && { ...like, ...(action && { action }) });
  if (!example) throw new Error(`there is no published example of ${name}`);
  return merged({ ...example, installation: { id: 7 } }, patch);
}

/** What a payload means, whatever its shape. */
export function read(name: GithubEventName, given: unknown, at: WebhookContext = context): Inbound[] {
  // The readers' types promise GitHub's shapes; that they survive other ones is what is tested.
  const reader = githubEvents[name] as (payload: unknown, context: WebhookContext) => Inbound[];
  return reader(given, at);
}

/** The one thing that a payload means. */
export function only(name: GithubEventName, patch: Json): Inbound {
  const [first, ...rest] = read(name, payload(name, patch));
  if (!first || rest.length > 0) throw new Error(`${name} gave ${rest.length + 1} values`);
  return first;
}

export function whyIgnored(name: GithubEventName, patch: Json): string {
  const inbound = only(name, patch);
  return inbound.kind === "ignored" ? inbound.why : `not ignored: ${inbound.kind}`;
}

/** The one event for an incident that a payload means, whatever else it means. */
export function eventOf(name: GithubEventName, patch: Json): { address: unknown; event: unknown } {
  const given = read(name, payload(name, patch));
  const [inbound, ...rest] = given.filter(({ kind }) => kind === "event");
  if (inbound?.kind !== "event" || rest.length > 0) throw new Error(JSON.stringify(given));
  return { address: inbound.address, event: inbound.event };
}

/** The tasks that a payload means, without the repository that they are about. */
export function tasksOf(name: GithubEventName, patch: Json): object[] {
  return read(name, payload(name, patch)).flatMap((inbound) => {
    if (inbound.kind !== "task") return [];
    const { repository: _, ...task } = inbound.task;
    return [task];
  });
}

export function signalOf(name: GithubEventName, patch: Json): Signal {
  const inbound = only(name, patch);
  if (inbound.kind !== "signal") throw new Error(JSON.stringify(inbound));
  return inbound.signal;
}

/** Objects are merged key by key, everything else is replaced. */
function merged(into: Json, patch: Json): Json {
  const result: Json = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    const old = result[key];
    result[key] = isObject(old) && isObject(value) ? merged(old, value) : value;
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
