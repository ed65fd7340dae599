import type { Deliveries } from "./deliveries.ts";
import { json, merge, text } from "./json.ts";
import type { Delivery, Json } from "./types.ts";
import { modernize, publishedExample } from "./webhook-payload.ts";
import { findAccount, findRepository } from "./world.ts";
import type { World } from "./world.ts";

/** Sends a published example for what the state cannot cause, such as a deployment. `repository` may be a full name. */
export async function sendExample(world: World, deliveries: Deliveries, name: string, patch: Json): Promise<Delivery> {
  const { repository: named, sender: login, ...rest } = patch;
  const example = json(modernize(publishedExample(name)));
  const {
    repository: _,
    organization: __,
    installation: ___,
    sender: ____,
    action: _____,
    enterprise: ______,
    ...body
  } = example;
  const repository = typeof named === "string" ? findRepository(world, named) : [...world.repositories.values()][0];
  const sender = findAccount(world, text(login)) ?? repository?.owner ?? world.app.owner;
  const sent = deliveries.emit(
    name,
    { ...(repository && { repository }), sender, payload: json(merge(body, rest)) },
    true,
  );
  if (!sent) throw new Error(`${name} has nowhere to come from: the App is not installed on the repository`);
  return sent;
}
