import type { Probot } from "probot";
import type { Delivery, Handled } from "./database/store.ts";
import { take } from "./take-inbound.ts";
import type { Readings } from "./take-reading.ts";
import type { Taking } from "./take-inbound.ts";
import type { Inbound } from "./webhooks/inbound.ts";

export type Deliveries = {
  /** Replays one of GitHub's deliveries into Probot, reads one of a monitor, and says how it ended. Run again, it changes nothing twice. */
  handle(probot: Pick<Probot, "receive">, delivery: Delivery): Promise<Handled>;
  /** What the Probot handlers call with what their delivery meant. */
  accept(delivery: string, inbound: readonly Inbound[]): Promise<void>;
};

/** Between the inbox and the store: a delivery becomes signals and events, each under a key that derives from it. */
export function createDeliveries({ readings, ...options }: Taking & { readings: Readings }): Deliveries {
  const notes = new Map<string, string[]>();
  return {
    async handle(probot, delivery) {
      if (delivery.source !== "github") return readings.handle(delivery);
      const { id, event, body } = delivery;
      let payload: object;
      try {
        payload = JSON.parse(body.toString("utf8")) as object;
      } catch {
        return { state: "ignored", note: "the body is not JSON" };
      }
      notes.set(id, []);
      try {
        // Which events exist is Probot's business; the intake only lets through those that somebody listens to.
        await probot.receive({ id, name: event, payload } as unknown as Parameters<Probot["receive"]>[0]);
        const said = notes.get(id) ?? [];
        return said.length > 0
          ? { state: "done", note: said.join("; ") }
          : { state: "ignored", note: "nothing listens to this action" };
      } finally {
        notes.delete(id);
      }
    },
    async accept(id, inbound) {
      for (const [index, what] of inbound.entries()) {
        const note = await take(what, `delivery:${id}:${index}`, options);
        notes.get(id)?.push(note);
      }
    },
  };
}
