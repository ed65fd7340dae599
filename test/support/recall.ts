import type { Recall } from "../../src/domain/recall.ts";
import type { GateRecord, Standing } from "../../src/domain/standing.ts";

/** What is remembered about a repository, from memory. */
export function recallOf({ standing, gates = [] }: { standing?: Standing | undefined; gates?: GateRecord[] }): Recall {
  return {
    standing: async () => standing,
    siblings: async () => (standing ? [standing] : []),
    incident: async () => undefined,
    gate: async (pull) => gates.find(({ number }) => number === pull),
    gates: async (limit) => gates.slice(0, limit),
  };
}
