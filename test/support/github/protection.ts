import { json, list, text } from "./json.ts";
import { stamp } from "./render.ts";
import { rulesOf } from "./rulesets.ts";
import type { Json } from "./types.ts";
import type { Act, Repository } from "./world.ts";

/** Classic branch protection. */

export function protectionOf({ settings }: Repository, branch: string): Json | undefined {
  return settings.protectionEnabled ? settings.protection[branch] : undefined;
}

export const isProtected = (repository: Repository, branch: string): boolean =>
  protectionOf(repository, branch) !== undefined || rulesOf(repository, branch).length > 0;

/** The checks it wants, in its newer form and in its older one. */
export function wantedChecks(protection: Json): { context: string; app: number | undefined }[] {
  const { checks, contexts } = json(protection["required_status_checks"]);
  const newer = list(checks).map((check) => {
    const { context, app_id: app } = json(check);
    return { context: text(context), app: typeof app === "number" && app > 0 ? app : undefined };
  });
  const older = list(contexts).filter((name) => !newer.some(({ context }) => context === name));
  return [...newer, ...older.map((name) => ({ context: text(name), app: undefined }))];
}

export function protect(act: Act, branch: string, protection: Json | undefined): void {
  const { world, repository } = act;
  const { settings, protectionRules } = repository;
  const old = settings.protection[branch];
  if (!old && !protection) return;
  const known = protectionRules.get(branch) ?? { id: world.nextId(), createdAt: world.now() };
  protectionRules.set(branch, known);
  const before = ruleOf(act, branch, old ?? {});
  if (!protection) {
    delete settings.protection[branch];
    protectionRules.delete(branch);
    return announce(act, before, "deleted");
  }
  settings.protection[branch] = protection;
  const rule = ruleOf(act, branch, protection);
  announce(act, rule, old ? "edited" : "created", old && { changes: changesOf(before, rule) });
}

function announce({ world, repository, by }: Act, rule: Json, action: string, more: Json = {}): void {
  world.emit(`branch_protection_rule.${action}`, { repository, sender: by, payload: { rule, ...more } });
}

export function switchProtection({ world, repository, by }: Act, enabled: boolean): void {
  if (repository.settings.protectionEnabled === enabled) return;
  repository.settings.protectionEnabled = enabled;
  const action = enabled ? "enabled" : "disabled";
  world.emit(`branch_protection_configuration.${action}`, { repository, sender: by, payload: {} });
}

/** Old values of what GitHub's schema of the webhook has. */
function changesOf(before: Json, rule: Json): Json {
  const shown = [
    "admin_enforced",
    "authorized_actor_names",
    "authorized_actors_only",
    "authorized_dismissal_actors_only",
    "linear_history_requirement_enforcement_level",
    "lock_branch_enforcement_level",
    "pull_request_reviews_enforcement_level",
    "require_last_push_approval",
    "required_status_checks",
    "required_status_checks_enforcement_level",
  ];
  const changed = shown.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(rule[key]));
  return Object.fromEntries(changed.map((key) => [key, { from: before[key] }]));
}

const isOn = (value: unknown): boolean => json(value)["enabled"] === true;

/** As webhooks say it, which is another way than the API's. */
function ruleOf({ world, repository }: Act, branch: string, protection: Json): Json {
  const { id, createdAt } = repository.protectionRules.get(branch) ?? { id: 0, createdAt: world.now() };
  const level = (on: boolean) => {
    const reach = isOn(protection["enforce_admins"]) ? "everyone" : "non_admins";
    return on ? reach : "off";
  };
  const everyone = (key: string) => (isOn(protection[key]) ? "everyone" : "off");
  const { restrictions, required_status_checks: checks, required_signatures: signatures } = protection;
  const actors = ["users", "teams", "apps"].flatMap((kind) => list(json(restrictions)[kind]).map(json));
  return {
    id,
    repository_id: repository.id,
    name: branch,
    created_at: stamp(createdAt),
    updated_at: stamp(world.now()),
    ...reviewRules(protection, level),
    required_status_checks: wantedChecks(protection).map(({ context }) => context),
    required_status_checks_enforcement_level: level(checks !== undefined),
    strict_required_status_checks_policy: json(checks)["strict"] === true,
    signature_requirement_enforcement_level: level(isOn(signatures)),
    linear_history_requirement_enforcement_level: level(isOn(protection["required_linear_history"])),
    lock_branch_enforcement_level: everyone("lock_branch"),
    admin_enforced: isOn(protection["enforce_admins"]),
    allow_force_pushes_enforcement_level: everyone("allow_force_pushes"),
    allow_deletions_enforcement_level: everyone("allow_deletions"),
    merge_queue_enforcement_level: "off",
    required_deployments_enforcement_level: "off",
    required_conversation_resolution_level: level(isOn(protection["required_conversation_resolution"])),
    authorized_actors_only: restrictions !== undefined,
    authorized_actor_names: actors.map(({ login, slug }) => text(login) || text(slug)),
  };
}

function reviewRules(protection: Json, level: (on: boolean) => string): Json {
  const reviews = protection["required_pull_request_reviews"];
  const { dismissal_restrictions: dismissal, required_approving_review_count: count, ...flags } = json(reviews);
  return {
    pull_request_reviews_enforcement_level: level(reviews !== undefined),
    required_approving_review_count: Number(count ?? 0),
    dismiss_stale_reviews_on_push: flags["dismiss_stale_reviews"] === true,
    require_code_owner_review: flags["require_code_owner_reviews"] === true,
    require_last_push_approval: flags["require_last_push_approval"] === true,
    authorized_dismissal_actors_only: dismissal !== undefined,
    ignore_approvals_from_contributors: false,
  };
}
