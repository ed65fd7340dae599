import { clip } from "./clip.ts";
import { taskOn } from "./inbound.ts";
import type { Inbound, Payload } from "./inbound.ts";

type SettingsEvent =
  | "branch_protection_rule.created"
  | "branch_protection_rule.edited"
  | "branch_protection_rule.deleted"
  | "branch_protection_configuration.enabled"
  | "branch_protection_configuration.disabled"
  | "repository_ruleset.created"
  | "repository_ruleset.edited"
  | "repository_ruleset.deleted";

/**
 * Somebody changed what protects a branch. Changes by other bots count as well, and our own are looked at like any: the
 * look writes nothing when all is as expected. An organisation's ruleset names no repository; the sweep finds it.
 */
export function protectionChanged(payload: Payload<SettingsEvent>): Inbound[] {
  const { repository, installation } = payload;
  if (!repository) return [{ kind: "ignored", why: "the rules of the organisation changed; the sweep looks at them" }];
  const by = payload.sender ? clip(payload.sender.login, 300) : "unknown";
  return taskOn({ repository, installation }, (about) => [
    { kind: "protection", repository: about, by },
    // What GitHub requires is part of what the gate asks for.
    { kind: "lookAround", repository: about },
  ]);
}
