import type { Policy } from "../domain/policy.ts";
import type { Standing } from "../domain/standing.ts";
import { blocks } from "../governance/protection-report.ts";

/** The expectations that forbid a fix under `protection.mode: block`, one line each. Settings nobody has read yet do, too. */
export function settingsInTheWay(standing: Standing | undefined, policy: Policy): string[] {
  if (standing?.protection) return blocks(standing.protection, policy);
  return policy.protection.mode === "block" ? ["The repository's settings have not been read yet."] : [];
}
