import { randomInt } from "node:crypto";
import { IncidentId } from "../domain/incident.ts";

// Without 0, 1, i, l and o, because people read ids to each other.
const alphabet = "23456789abcdefghjkmnpqrstuvwxyz";

export function newIncidentId(): IncidentId {
  return IncidentId.parse(Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join(""));
}
