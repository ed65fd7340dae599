import * as z from "zod";
import { IncidentId } from "./incident.ts";
import { Fingerprint } from "./signal.ts";

const repository = z.int().positive();
const number = z.int().positive();

/** How a webhook names the incident it is about. `repository` is GitHub's id, which survives renames. */
export const Address = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("incident"), id: IncidentId }),
  z.strictObject({ kind: z.literal("fingerprint"), repository, fingerprint: Fingerprint }),
  z.strictObject({ kind: z.literal("pull"), repository, number }),
  z.strictObject({ kind: z.literal("issue"), repository, number }),
  z.strictObject({ kind: z.literal("head"), repository, sha: z.string() }),
]);
export type Address = z.infer<typeof Address>;
