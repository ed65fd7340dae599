import type { Phase } from "./incident.ts";
import { table } from "./transition.ts";

/** The lifecycle as a Mermaid state diagram, from the table itself. ARCHITECTURE.md holds it; a test compares the two. */
export function lifecycleDiagram(): string {
  const edges = new Map<string, string[]>();
  // Object.entries widens the keys of a table that is complete by its type.
  for (const [from, cells] of Object.entries(table) as [Phase, Record<string, { to: readonly Phase[] }>][]) {
    for (const [event, { to }] of Object.entries(cells)) {
      for (const phase of to) edges.set(`${from} --> ${phase}`, [...(edges.get(`${from} --> ${phase}`) ?? []), event]);
    }
  }
  const lines = [...edges].map(([edge, events]) => `  ${edge}: ${events.join(", ")}`);
  return ["stateDiagram-v2", "  [*] --> triaging", ...lines, "  closed --> [*]"].join("\n");
}
