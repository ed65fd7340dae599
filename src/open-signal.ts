import type { Store } from "./database/store.ts";
import type { Signal } from "./domain/signal.ts";
import { open } from "./queue/dispatch.ts";
import { enrich } from "./triage/enrich.ts";
import { fingerprint } from "./triage/fingerprint.ts";

/** Brings a signal to the incident of its failure, or opens one. Gives a sentence for the log. */
export async function openSignal(
  store: Store,
  { key, signal: told }: { key: string; signal: Signal },
  at: number,
): Promise<string> {
  const signal = enrich(told);
  const { incident, opened } = await open(store, { key, signal, fingerprint: fingerprint(signal) }, at);
  return `${opened ? "opened" : "counted for"} incident ${incident.id}`;
}
