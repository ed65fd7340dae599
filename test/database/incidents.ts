import type { Store } from "../../src/database/store.ts";
import { IncidentId } from "../../src/domain/incident.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { sampleIncident } from "../support/incident.ts";

/** Open incident number `n`, with an id and a fingerprint of its own. */
export function incidentNumber(n: number, changes: Partial<Incident> = {}): Incident {
  return {
    ...sampleIncident(),
    id: IncidentId.parse(n.toString(36).padStart(8, "0")),
    fingerprint: `v1:${n.toString(16).padStart(32, "0")}`,
    ...changes,
  };
}

export function closedState(note = "n"): Incident["state"] {
  return { phase: "closed", outcome: "rejected", reason: "stopped", note };
}

export async function insert(store: Store, ...incidents: Incident[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const incident of incidents) await tx.insertIncident(incident);
  });
}
