import { renderInstallation } from "./render.ts";
import type { Installation, Permissions } from "./types.ts";
import { findRepository } from "./world.ts";
import type { InstallationState, Repository, World } from "./world.ts";

const brief = ({ id, nodeId, name, fullName, private: hidden }: Repository) => ({
  id,
  node_id: nodeId,
  name,
  full_name: fullName,
  private: hidden,
});

/** Installs the App on repositories of one owner, or adds them to its installation there. */
export function install(world: World, fullNames: string[], permissions: Permissions | undefined): Installation {
  const repositories = fullNames.map((fullName) => {
    const repository = findRepository(world, fullName);
    if (!repository) throw new Error(`there is no repository ${fullName}; addRepository first`);
    return repository;
  });
  const [first] = repositories;
  if (!first || repositories.some(({ owner }) => owner !== first.owner))
    throw new Error("an installation has one owner and at least one repository");
  const known = world.installations.find(({ account }) => account === first.owner);
  const installation = known ?? newInstallation(world, first, permissions);
  const added = repositories.filter((repository) => !installation.repositories.has(repository));
  for (const repository of added) installation.repositories.add(repository);
  if (known) {
    const payload = {
      repository_selection: "selected",
      repositories_added: added.map(brief),
      repositories_removed: [],
      requester: null,
    };
    announce(world, "installation_repositories.added", installation, payload);
  } else {
    announce(world, "installation.created", installation, { repositories: added.map(brief), requester: null });
  }
  return describe(installation);
}

/** Takes repositories out of their installation. Tokens see them no more. */
export function withdraw(world: World, repositories: Repository[]): void {
  for (const installation of world.installations) {
    const removed = repositories.filter((repository) => installation.repositories.delete(repository));
    if (removed.length === 0) continue;
    const payload = {
      repository_selection: "selected",
      repositories_added: [],
      repositories_removed: removed.map(brief),
      requester: null,
    };
    announce(world, "installation_repositories.removed", installation, payload);
  }
}

export function grant(world: World, id: number, permissions: Permissions): void {
  const installation = installationById(world, id);
  installation.permissions = permissions;
  const repositories = [...installation.repositories].map(brief);
  announce(world, "installation.new_permissions_accepted", installation, { repositories, requester: null });
}

function newInstallation(
  world: World,
  { owner: account }: Repository,
  permissions = world.app.permissions,
): InstallationState {
  const installation = {
    id: world.nextId(),
    account,
    repositories: new Set<Repository>(),
    permissions,
    createdAt: world.now(),
    suspendedAt: undefined,
  };
  world.installations.push(installation);
  return installation;
}

function announce(
  world: World,
  name: string,
  installation: InstallationState,
  more: Record<string, unknown> = {},
): void {
  const payload = { installation: renderInstallation(world, installation), ...more };
  world.emit(name, { installation, sender: installation.account, payload });
}

function describe({ id, account, repositories, permissions }: InstallationState): Installation {
  return { id, account: account.login, repositories: [...repositories].map(({ fullName }) => fullName), permissions };
}

function installationById(world: World, id: number): InstallationState {
  const installation = world.installations.find((one) => one.id === id);
  if (!installation) throw new Error(`there is no installation ${id}`);
  return installation;
}

export function suspend(world: World, id: number): void {
  const installation = installationById(world, id);
  installation.suspendedAt = world.now();
  announce(world, "installation.suspend", installation);
}

export function unsuspend(world: World, id: number): void {
  const installation = installationById(world, id);
  installation.suspendedAt = undefined;
  announce(world, "installation.unsuspend", installation);
}

/** Its tokens end with it. */
export function uninstall(world: World, id: number): void {
  const installation = installationById(world, id);
  announce(world, "installation.deleted", installation, {
    repositories: [...installation.repositories].map(brief),
    requester: null,
  });
  world.installations = world.installations.filter((one) => one !== installation);
  for (const [token, known] of world.tokens) if (known.installation === installation) world.tokens.delete(token);
}
