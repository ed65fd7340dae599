import { createHash } from "node:crypto";
import { Policy } from "../domain/policy.ts";

/** The same for two policies that say the same, in whatever order their files do. 64 hexadecimal digits. */
export function policyHash(policy: Policy): string {
  // Parsing puts the keys in the order of the schema, and leaves out what a settled policy knows beside.
  return createHash("sha256")
    .update(JSON.stringify(Policy.strip().parse(policy)))
    .digest("hex");
}
