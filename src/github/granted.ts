import { errorStatus, NoAccess } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** What an installation was granted, by the name of the permission: `{ members: "read" }`. */
export type Permissions = Readonly<Record<string, string | undefined>>;

const levels = ["read", "write", "admin"];

/** Whether a permission includes a level; a write permission includes reading. */
export function permits(permissions: Permissions, name: string, level: string): boolean {
  return levels.indexOf(permissions[name] ?? "") >= levels.indexOf(level);
}

/** An owner who accepts new permissions is heard of by a webhook; this is for when it was lost. */
const rememberedMs = 10 * 60_000;

type Granted = {
  /** One request in ten minutes. Throws `NoAccess` where the App is not installed (any more). */
  get(installation: number): Promise<Permissions>;
  forget(installation: number): void;
};

/** What installations have granted the App. `app` calls as the App itself. */
export function createGranted(app: () => Octokit, now: () => number): Granted {
  const known = new Map<number, { permissions: Promise<Permissions>; until: number }>();
  return {
    async get(installation) {
      const there = known.get(installation);
      if (there && there.until > now()) return there.permissions;
      const permissions = read(app(), installation);
      const entry = { permissions, until: now() + rememberedMs };
      known.set(installation, entry);
      permissions.catch(() => known.get(installation) === entry && known.delete(installation));
      return permissions;
    },
    forget: (installation) => void known.delete(installation),
  };
}

async function read(app: Octokit, installation: number): Promise<Permissions> {
  try {
    const { data } = await app.rest.apps.getInstallation({ installation_id: installation });
    return { metadata: "read", ...data.permissions };
  } catch (error) {
    if (errorStatus(error) !== 404) throw error;
    throw new NoAccess(`the App has no installation ${installation}`, { cause: error });
  }
}
