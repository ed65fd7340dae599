import { grant, withdraw } from "./installations.ts";
import { enqueue, leaveQueue } from "./merge-queue.ts";
import { moveRepository } from "./renames.ts";
import { renderAccount } from "./render.ts";
import { membersOf, removeTeam, setTeam } from "./teams.ts";
import type { FakeGitHub } from "./types.ts";
import { findAccount, findRepository } from "./world.ts";
import type { Account, Repository, World } from "./world.ts";

type Governance = Pick<
  FakeGitHub,
  "withdraw" | "grant" | "deleteUser" | "renameAccount" | "addTeam" | "removeTeam" | "enqueue" | "leaveQueue"
>;

/** Accounts, teams, merge queues, and what an installation may do. */
export function governance(world: World): Governance {
  const account = (login: string): Account => {
    const found = findAccount(world, login);
    if (!found) throw new Error(`there is no account ${login}`);
    return found;
  };
  const repository = (fullName: string): Repository => {
    const found = findRepository(world, fullName);
    if (!found) throw new Error(`there is no repository ${fullName}; addRepository first`);
    return found;
  };
  return {
    withdraw: (repositories) => withdraw(world, [repositories].flat().map(repository)),
    grant: (id, permissions) => grant(world, id, permissions),
    deleteUser: (login) => deleteUser(world, account(login)),
    renameAccount: (login, to) => renameAccount(world, account(login), to),
    addTeam: (organization, slug, members) => setTeam(world, account(organization), slug, membersOf(world, members)),
    removeTeam: (organization, slug) => removeTeam(world, account(organization), slug),
    enqueue: async (fullName, numbers) => {
      const at = repository(fullName);
      return world.exclusively(async () => enqueue({ world, repository: at, by: at.owner }, numbers));
    },
    leaveQueue: async (fullName, head, reason) => {
      const at = repository(fullName);
      return world.exclusively(async () => leaveQueue({ world, repository: at, by: at.owner }, head, reason));
    },
  };
}

function deleteUser(world: World, account: Account): void {
  account.deleted = true;
  world.accounts.delete(account.login.toLowerCase());
  for (const repository of world.repositories.values()) repository.collaborators.delete(account.login.toLowerCase());
  for (const team of world.teams) team.members.delete(account);
}

function renameAccount(world: World, account: Account, to: string): void {
  const from = account.login;
  world.accounts.delete(from.toLowerCase());
  account.login = to;
  world.accounts.set(to.toLowerCase(), account);
  for (const repository of Array.from(world.repositories.values())) {
    if (repository.owner === account) moveRepository(world, repository);
    const role = repository.collaborators.get(from.toLowerCase());
    if (role === undefined) continue;
    repository.collaborators.delete(from.toLowerCase());
    repository.collaborators.set(to.toLowerCase(), role);
  }
  const installation = world.installations.find((one) => one.account === account);
  if (!installation) return;
  const changes = { login: { from } };
  const organization = account.type === "Organization" && { organization: account };
  const about = { installation, sender: account, ...organization };
  const target = { account: renderAccount(world, account), target_type: account.type, changes };
  world.emit("installation_target.renamed", { ...about, payload: target });
  if (organization) world.emit("organization.renamed", { ...about, payload: { changes } });
}
