import * as z from "zod";
import { Storm } from "./activity.ts";
import { Decision } from "./decision.ts";
import { IncidentId } from "./incident.ts";
import { Policy } from "./policy.ts";
import { Bypass, Drifted, ProtectionReport } from "./protection.ts";
import { CommitSha, Repository } from "./repository.ts";
import { Snapshot } from "./snapshot.ts";

/** The policy of a repository as it was read last. Texts are kept so that a change can be explained. */
export const PolicyRecord = z.strictObject({
  /** The last one without errors: it is in force. */
  policy: Policy,
  /** Where it came from, as `acme/shop/.github/self-heal.yml@1a2b3c4`. */
  sources: z.array(z.string()),
  /** Keys that the repository may not loosen, each with why it was refused. */
  refused: z.array(z.strictObject({ key: z.string(), why: z.string() })),
  /** What is wrong with the file that is there now. Empty: nothing, and `policy` is what it says. */
  problems: z.array(z.string()),
  /** The organisation's file, as it was read last: losing access to it must not loosen anything. */
  organisation: z.strictObject({ source: z.string(), text: z.string() }).optional(),
  readAt: z.int(),
});
export type PolicyRecord = z.infer<typeof PolicyRecord>;

/**
 * How a repository stands with the App: what is remembered about it between tasks. Everything but the first line is
 * absent until some task found it out. Times are UTC milliseconds.
 */
export const Standing = z.strictObject({
  repository: Repository,
  status: z.enum(["active", "suspended", "removed"]),
  removedAt: z.int().optional(),
  defaultBranch: z.string().optional(),
  policy: PolicyRecord.optional(),
  /** The maintainer who ended the observation, where the policy leaves it to them. */
  go: z.strictObject({ by: z.string(), at: z.int() }).optional(),
  paused: z.strictObject({ by: z.string(), at: z.int(), reason: z.string() }).optional(),
  /** The latest one; it may be over. */
  storm: Storm.optional(),
  protection: ProtectionReport.optional(),
  /** Bypasses that were reported already, newest last. */
  bypasses: z.array(Bypass).optional(),
  /** What passed once and does not any more, while that (or a bypass of the last days) keeps an issue open. */
  drift: z.strictObject({ since: z.int(), expectations: z.array(Drifted) }).optional(),
  /** Merges into the default branch without a passing decision of the gate, newest last. */
  ungated: z
    .array(z.strictObject({ number: z.int().positive(), by: z.string(), at: z.int(), sha: CommitSha }))
    .optional(),
  /** Whether GitHub requires the gate's check on the default branch: then every pull request needs one. */
  gateRequired: z.boolean().optional(),
  /** Numbers of our issues. */
  issues: z.strictObject({ onboarding: z.int(), drift: z.int(), policy: z.int() }).partial().optional(),
});
export type Standing = z.infer<typeof Standing>;

/** What may happen in a repository: where the policy leaves the mode open, it is watched until a maintainer says `go`. */
export function modeOf(
  policy: Pick<Policy, "enabled" | "mode"> | undefined,
  standing: Pick<Standing, "go" | "paused"> | undefined,
): "paused" | "off" | "observe" | "fix" {
  if (standing?.paused) return "paused";
  if (policy && !policy.enabled) return "off";
  return policy?.mode ?? (standing?.go ? "fix" : "observe");
}

/** The gate of one pull request as it was decided last. */
export const GateRecord = z.strictObject({
  repository: Repository,
  number: z.int().positive(),
  open: z.boolean(),
  /** Absent: not a fix of ours. */
  incident: IncidentId.optional(),
  head: CommitSha,
  snapshot: Snapshot,
  decision: Decision,
  /** Hash of the policy it was decided under. */
  policy: z.string(),
  at: z.int(),
});
export type GateRecord = z.infer<typeof GateRecord>;
