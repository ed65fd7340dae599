import type { Incident } from "../../src/domain/incident.ts";
import { TreeSha } from "../../src/domain/repository.ts";
import { sampleProof } from "../support/events.ts";
import { sampleIncident } from "../support/incident.ts";
import { repository } from "./fake-fetch.ts";
import { headSha, provenTree } from "./fake-pull.ts";

/** The incident whose fix the made-up pull request is, awaiting approval; Mona asked for it. */
export function incidentOf(changes: Partial<Incident>): Incident {
  const incident = sampleIncident();
  return {
    ...incident,
    signal: { ...incident.signal, repository },
    state: {
      phase: "awaitingApproval",
      tries: { attempt: 1, automatic: 1, ci: 0 },
      pull: { number: 1, head: headSha, branch: "self-heal/abcd1234" },
    },
    proof: { ...sampleProof, verdict: "proven", tree: TreeSha.parse(provenTree) },
    requesters: [{ login: "mona", type: "User" }],
    ...changes,
  };
}
