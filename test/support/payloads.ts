import type { EventPayloadMap } from "@octokit/webhooks-types";
import { json, merge } from "./github/json.ts";
import { checkPayload } from "./github/specification.ts";
import type { Json } from "./github/types.ts";
import { modernize, publishedExample } from "./github/webhook-payload.ts";

type EventName = keyof EventPayloadMap;
type ActionName<E extends EventName> = EventPayloadMap[E] extends { action: infer A extends string } ? `${E}.${A}` : E;
/** `issues.labeled`, `workflow_run.completed`, `push`, … */
export type PayloadName = { [E in EventName]: ActionName<E> }[EventName];

export type PayloadOf<N extends PayloadName> = N extends `${infer E extends EventName}.${infer A}`
  ? Extract<EventPayloadMap[E], { action: A }>
  : N extends EventName
    ? EventPayloadMap[N]
    : never;

const installation = { id: 77, node_id: "MDI_kwDO77" };

/**
 * A payload as GitHub publishes it, with an installation and with the patch laid over it (objects are merged, all
 * else replaced; `undefined` removes). Throws when GitHub's schema does not allow the result.
 */
export function payload<N extends PayloadName>(name: N, patch: Json = {}): PayloadOf<N> {
  const example = publishedExample(name);
  if (Object.keys(example).length === 0) throw new Error(`GitHub publishes no example of ${name}`);
  const patched = json(merge({ installation, ...json(modernize(example)) }, patch));
  const errors = checkPayload(name.split(".")[0] ?? "", patched) ?? [`GitHub publishes no schema of ${name}`];
  if (errors.length > 0) throw new Error(`GitHub would not send this ${name}:\n  ${errors.join("\n  ")}`);
  // Held against the schema just now, which is stricter than this type.
  return patched as unknown as PayloadOf<N>;
}
