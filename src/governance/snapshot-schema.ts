import * as z from "zod";
import { Snapshot } from "../domain/snapshot.ts";

/** The JSON Schema of a snapshot, as in docs/snapshot.schema.json: for editors, and for those who write cases by hand. */
export function snapshotSchema(): object {
  return {
    title: "Self-Heal gate snapshot",
    description: "All facts about one pull request that its gate is decided from. See docs/snapshot.md.",
    ...z.toJSONSchema(Snapshot, { io: "input" }),
  };
}
