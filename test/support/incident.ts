import { IncidentId } from "../../src/domain/incident.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { samplePolicy } from "./events.ts";

/** An open incident about issue 7 of acme/shop. */
export function sampleIncident(): Incident {
  return {
    id: IncidentId.parse("abcd1234"),
    fingerprint: `v1:${"0".repeat(32)}`,
    signal: {
      origin: { kind: "issue", number: 7 },
      repository: { id: 1, installation: 2, owner: "acme", name: "shop" },
      title: "It breaks",
      message: "It breaks when I call it",
      frames: [{ file: "src/x.js", line: 3 }],
      trust: "maintainer",
      requester: { login: "ada", type: "User" },
      at: 1000,
    },
    signals: 1,
    state: { phase: "triaging" },
    policy: samplePolicy,
    requesters: [{ login: "ada", type: "User" }],
    pushers: [],
    openedAt: 1000,
    changedAt: 1000,
  };
}
