import type { Probot } from "probot";
import type { Delivery, Handled, Store } from "./database/store.ts";
import type { Log } from "./domain/log.ts";
import { dispatch, open } from "./queue/dispatch.ts";
import { fingerprint } from "./triage/fingerprint.ts";
import type { Inbound } from "./webhooks/inbound.ts";

type Options = { store: Store; log: Log; now: () => number; queued: () => void };

export type Deliveries = {
  /** Replays one stored delivery into Probot and says how it ended. Run again, it changes nothing twice. */
  handle(probot: Pick<Probot, "receive">, delivery: Delivery): Promise<Handled>;
  /** What the Probot handlers call with what their delivery meant. */
  accept(delivery: string, inbound: readonly Inbound[]): Promise<void>;
};

/** Between the inbox and the store: a delivery becomes signals and events, each under a key that derives from it. */
export function createDeliveries(options: Options): Deliveries {
  const notes = new Map<string, string[]>();
  return {
    async handle(probot, { id, event, body }) {
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

/** Puts one meaning into the store; gives a sentence for the log. */
async function take(what: Inbound, key: string, { store, now, queued }: Options): Promise<string> {
  switch (what.kind) {
    case "ignored":
      return `ignored: ${what.why}`;
    case "signal": {
      const { incident, opened } = await open(
        store,
        { key, signal: what.signal, fingerprint: fingerprint(what.signal) },
        now(),
      );
      queued();
      return `${opened ? "opened" : "counted for"} incident ${incident.id}`;
    }
    case "event": {
      const incident = await dispatch(store, { key, address: what.address, event: what.event }, now());
      if (!incident) return `ignored: ${what.event.type} is about no incident of ours`;
      queued();
      return `${what.event.type} for incident ${incident.id}, now ${incident.state.phase}`;
    }
    case "installation":
      await store.suspend(what.installation, what.change !== "active");
      queued();
      return `installation ${what.installation} is ${what.change}`;
    case "repositories":
      return `installation ${what.installation}: ${what.added.length} repositories added, ${what.removed.length} removed`;
  }
}
