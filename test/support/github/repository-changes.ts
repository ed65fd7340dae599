import { withdraw } from "./installations.ts";
import { isPull } from "./issues.ts";
import { protect, switchProtection } from "./protection.ts";
import { moveRepository } from "./renames.ts";
import { renderAccount, renderOrganization } from "./render.ts";
import { changeRuleset, createRuleset, removeRuleset } from "./rulesets.ts";
import type { Json, RepositoryView, Role, Ruleset } from "./types.ts";
import { findAccount } from "./world.ts";
import type { Account, Act, Repository, World } from "./world.ts";

type Changes = Pick<
  RepositoryView,
  | "setRole"
  | "archive"
  | "rename"
  | "renameDefaultBranch"
  | "transfer"
  | "delete"
  | "protect"
  | "switchProtection"
  | "setRuleset"
>;

/** What administrators do in the browser. */
export function changesOf(world: World, repository: Repository): Changes {
  const act = (by?: string): Act => ({ world, repository, by: by === undefined ? repository.owner : known(world, by) });
  return {
    setRole: (login, role) => setRole(act(), login, role),
    archive: (by) => {
      repository.archived = true;
      announce(act(by), "archived");
    },
    rename: (name, by) => {
      const from = repository.name;
      repository.name = name;
      moveRepository(world, repository);
      announce(act(by), "renamed", { changes: { repository: { name: { from } } } });
    },
    renameDefaultBranch: async (name, by) => world.exclusively(async () => renameDefaultBranch(act(by), name)),
    transfer: (owner, by) => transfer(act(by), known(world, owner)),
    delete: (by) => {
      announce(act(by), "deleted");
      for (const installation of world.installations) installation.repositories.delete(repository);
      for (const names of [world.repositories, world.formerNames]) {
        for (const [name, one] of names) if (one === repository) names.delete(name);
      }
    },
    protect: (branch, protection, by) => protect(act(by), branch, protection),
    switchProtection: (enabled, by) => switchProtection(act(by), enabled),
    setRuleset: (name, fields, by) => setRuleset(act(by), name, fields),
  };
}

function known(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (!account) throw new Error(`there is no user ${login}; addUser first`);
  return account;
}

function announce({ world, repository, by }: Act, action: string, payload: Json = {}): void {
  world.emit(`repository.${action}`, { repository, sender: by, payload });
}

/** The event knows the old levels only. */
const coarse = (role: Role): string => ({ maintain: "write", triage: "read" })[role as string] ?? role;

function setRole({ world, repository, by: sender }: Act, login: string, role: Role | undefined): void {
  const account = known(world, login);
  const { collaborators } = repository;
  const old = collaborators.get(login.toLowerCase());
  if (old === role) return;
  if (role === undefined) collaborators.delete(login.toLowerCase());
  else collaborators.set(login.toLowerCase(), role);
  const send = (action: string, changes?: Json) =>
    world.emit(`member.${action}`, {
      repository,
      sender,
      payload: { member: renderAccount(world, account), ...(changes && { changes }) },
    });
  if (role === undefined) return send("removed");
  if (old === undefined) return send("added", { permission: { to: coarse(role) }, role_name: { to: role } });
  return send("edited", { permission: { from: coarse(old), to: coarse(role) } });
}

/** GitHub moves what refers to the branch, and nothing counts as pushed. */
async function renameDefaultBranch(act: Act, name: string): Promise<void> {
  const { repository } = act;
  const { git, defaultBranch: from, settings, protectionRules } = repository;
  const sha = repository.refs.get(`refs/heads/${from}`);
  if (!sha || repository.refs.has(`refs/heads/${name}`)) throw new Error(`${from} cannot be renamed to ${name}`);
  await git.updateRef(`refs/heads/${name}`, sha);
  await git.line(["symbolic-ref", "HEAD", `refs/heads/${name}`]);
  await git.deleteRef(`refs/heads/${from}`);
  repository.refs = await git.refs();
  repository.defaultBranch = name;
  for (const { pull } of repository.issues.filter(isPull)) {
    if (pull.base.ref === from) pull.base.ref = name;
    if (pull.head.ref === from) pull.head.ref = name;
  }
  const protection = settings.protection[from];
  if (protection) settings.protection[name] = protection;
  delete settings.protection[from];
  const rule = protectionRules.get(from);
  if (rule) protectionRules.set(name, rule);
  protectionRules.delete(from);
  announce(act, "edited", { changes: { default_branch: { from } } });
}

function transfer(act: Act, owner: Account): void {
  const { world, repository } = act;
  const old = repository.owner;
  repository.owner = owner;
  moveRepository(world, repository);
  const from = old.type === "Organization" ? { organization: renderOrganization(world, old) } : {};
  const changes = { owner: { from: old.type === "Organization" ? from : { user: renderAccount(world, old) } } };
  announce(act, "transferred", { changes });
  withdraw(world, [repository]);
}

/** Refuses in GitHub's words what the API would refuse. */
function setRuleset(act: Act, name: string, fields: Partial<Ruleset> | undefined): number {
  const old = act.repository.settings.rulesets.find((ruleset) => ruleset.name === name);
  if (!fields) {
    if (!old) throw new Error(`${act.repository.fullName} has no ruleset ${name}`);
    removeRuleset(act, old);
    return old.id;
  }
  if (!old) return createRuleset(act, { ...fields, name: fields.name ?? name }).id;
  changeRuleset(act, old, fields);
  return old.id;
}
