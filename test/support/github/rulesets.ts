import { holds } from "./access.ts";
import type { Caller } from "./access.ts";
import { json, list, text } from "./json.ts";
import { stamp } from "./render.ts";
import { invalid } from "./reply.ts";
import { isAtLeast, roleOf } from "./roles.ts";
import type { Json, Role, Ruleset } from "./types.ts";
import { nodeId } from "./world.ts";
import type { Act, Repository, World } from "./world.ts";

/** Rulesets: which branches they mean, who may bypass them, and how they change. */

const refName = (ruleset: Ruleset): Json => json(ruleset.conditions["ref_name"]);

function meansBranch(repository: Repository, ruleset: Ruleset, branch: string): boolean {
  if (ruleset.target !== "branch") return false;
  const { include, exclude } = refName(ruleset);
  const hit = (patterns: unknown) => list(patterns).some((pattern) => matches(repository, text(pattern), branch));
  return hit(include) && !hit(exclude);
}

function matches({ defaultBranch }: Repository, pattern: string, branch: string): boolean {
  if (pattern === "~ALL") return true;
  if (pattern === "~DEFAULT_BRANCH") return branch === defaultBranch;
  return toExpression(pattern).test(`refs/heads/${branch}`);
}

/** Ruby's fnmatch as GitHub uses it: a star stops at a slash, two stars do not. */
function toExpression(pattern: string): RegExp {
  const parts: Record<string, string> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
  const source = pattern.replaceAll(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => parts[part] ?? `\\${part}`);
  return new RegExp(`^${source}$`);
}

export const activeFor = (repository: Repository, branch: string): Ruleset[] =>
  repository.settings.rulesets.filter(
    (ruleset) => ruleset.enforcement === "active" && meansBranch(repository, ruleset, branch),
  );

/** What `GET /rules/branches/{branch}` lists. */
export function rulesOf(repository: Repository, branch: string): Json[] {
  const found = activeFor(repository, branch).flatMap((ruleset) =>
    ruleset.rules.map((rule) => ({
      ...rule,
      ruleset_source_type: ruleset.source_type,
      ruleset_source: ruleset.source,
      ruleset_id: ruleset.id,
    })),
  );
  return [...found, ...repository.settings.rules];
}

type Bypass = "always" | "pull_requests_only" | "never" | "exempt";
const modes: Record<string, Bypass> = { always: "always", pull_request: "pull_requests_only", exempt: "exempt" };
const roles: Record<number, Role> = { 2: "maintain", 4: "write", 5: "admin" }; // GitHub's ids of repository roles

export function bypassOf(world: World, repository: Repository, ruleset: Ruleset, caller: Caller | undefined): Bypass {
  const actor = ruleset.bypass_actors.find((one) => caller !== undefined && isActor(world, repository, one, caller));
  return actor ? (modes[text(actor["bypass_mode"]) || "always"] ?? "always") : "never";
}

function isActor(world: World, repository: Repository, actor: Json, caller: Caller): boolean {
  const { actor_type: type, actor_id: id } = actor;
  if (caller.kind === "installation") return type === "Integration" && id === world.app.id;
  if (caller.kind !== "user") return false;
  const role = roleOf(repository, caller.user);
  if (type === "User") return id === caller.user.id;
  if (type === "OrganizationAdmin") return isAtLeast(role, "admin");
  if (type === "RepositoryRole") return isAtLeast(role, roles[Number(id)] ?? "admin");
  const team = world.teams.find((one) => type === "Team" && one.id === id);
  return team?.members.get(caller.user) === "active";
}

const mayWrite = (repository: Repository, caller: Caller): boolean =>
  caller.kind === "installation"
    ? holds(caller.permissions, "administration", "write")
    : caller.kind === "user" && isAtLeast(roleOf(repository, caller.user), "admin");

/** As lists show it: without what it says and whom it exempts. */
export function renderRulesetSimple(world: World, repository: Repository, ruleset: Ruleset): Json {
  const { bypass_actors: _, conditions: __, rules: ___, ...simple } = ruleset;
  const url = `${world.url}/repos/${repository.fullName}/rulesets/${ruleset.id}`;
  const html = { href: `${world.url}/${repository.fullName}/rules/${ruleset.id}` };
  return { ...simple, node_id: nodeId("RRS", ruleset.id), _links: { self: { href: url }, html } };
}

/** Only who could change it sees who may bypass it. Webhooks have no caller. */
export function renderRuleset(
  world: World,
  repository: Repository,
  ruleset: Ruleset,
  caller: Caller | undefined,
): Json {
  const { bypass_actors, conditions, rules } = ruleset;
  return {
    ...renderRulesetSimple(world, repository, ruleset),
    conditions,
    rules,
    ...(caller && { current_user_can_bypass: bypassOf(world, repository, ruleset, caller) }),
    ...(caller && mayWrite(repository, caller) && { bypass_actors }),
  };
}

type Fields = Partial<Ruleset> & { name: string };

export function createRuleset(act: Act, fields: Fields): Ruleset {
  const { world, repository } = act;
  assertUnique(repository, fields.name, undefined);
  const now = stamp(world.now());
  const ruleset: Ruleset = {
    id: world.nextId(),
    target: "branch",
    source_type: "Repository",
    source: fields.source_type === "Organization" ? repository.owner.login : repository.fullName,
    enforcement: "active",
    bypass_actors: [],
    conditions: {},
    rules: [],
    created_at: now,
    updated_at: now,
    ...fields,
  };
  repository.settings.rulesets.push(ruleset);
  announce(act, ruleset, "created");
  return ruleset;
}

export function changeRuleset(act: Act, ruleset: Ruleset, fields: Partial<Ruleset>): void {
  const { world, repository } = act;
  assertUnique(repository, fields.name ?? ruleset.name, ruleset);
  const old = structuredClone(ruleset);
  Object.assign(ruleset, fields, { id: old.id, updated_at: stamp(world.now()) });
  announce(act, ruleset, "edited", { changes: changesOf(old, ruleset) });
}

export function removeRuleset(act: Act, ruleset: Ruleset): void {
  const { settings } = act.repository;
  settings.rulesets = settings.rulesets.filter((one) => one !== ruleset);
  announce(act, ruleset, "deleted");
}

function assertUnique({ settings }: Repository, name: string, self: Ruleset | undefined): void {
  if (settings.rulesets.some((one) => one !== self && one.name === name)) {
    throw invalid("Validation Failed", { code: "custom", message: "Name must be unique" });
  }
}

/** An organization's ruleset changes there: this repository hears nothing of it. */
function announce({ world, repository, by }: Act, ruleset: Ruleset, action: string, more: Json = {}): void {
  if (ruleset.source_type === "Organization") return;
  const payload = { repository_ruleset: renderRuleset(world, repository, ruleset, undefined), ...more };
  world.emit(`repository_ruleset.${action}`, { repository, sender: by, payload });
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** GitHub says nothing of bypass actors here. */
function changesOf(old: Ruleset, now: Ruleset): Json {
  const rules = ruleChanges(old.rules, now.rules);
  return {
    ...(old.name !== now.name && { name: { from: old.name } }),
    ...(old.enforcement !== now.enforcement && { enforcement: { from: old.enforcement } }),
    ...(!same(old.conditions, now.conditions) && { conditions: conditionChanges(old, now) }),
    ...(Object.values(rules).some((changed) => changed.length > 0) && { rules }),
  };
}

function conditionChanges(old: Ruleset, now: Ruleset): Json {
  const { include, exclude } = refName(old);
  const changes = { include: { from: list(include) }, exclude: { from: list(exclude) } };
  return { updated: [{ condition: now.conditions, changes }] };
}

function ruleChanges(old: Json[], now: Json[]) {
  const without = (rules: Json[], others: Json[]) =>
    rules.filter((rule) => !others.some((other) => other["type"] === rule["type"]));
  const updated = now.flatMap((rule) => {
    const was = old.find((one) => one["type"] === rule["type"]);
    const from = JSON.stringify(was?.["parameters"] ?? {});
    return was && !same(was, rule) ? [{ rule, changes: { configuration: { from } } }] : [];
  });
  return { added: without(now, old), deleted: without(old, now), updated };
}
