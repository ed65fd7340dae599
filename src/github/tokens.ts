import type { Repository } from "../domain/repository.ts";
import { errorStatus, NoAccess } from "./github-error.ts";
import { permits } from "./granted.ts";
import type { Permissions } from "./granted.ts";
import type { Octokit } from "./octokit.ts";

/**
 * What a token may do, beyond the metadata that every token reads. Narrow on purpose: whatever pushes code cannot post a
 * check, and whatever posts checks cannot push code.
 */
export const scopes = {
  read: {
    metadata: "read",
    contents: "read",
    issues: "read",
    pull_requests: "read",
    checks: "read",
    actions: "read",
    statuses: "read",
  },
  propose: { contents: "write", pull_requests: "write" },
  report: { issues: "write", pull_requests: "write", checks: "write" },
  git: { contents: "read" },
  /** Everything that decides about a pull request. What the installation was not granted is left out of the token. */
  govern: {
    metadata: "read",
    contents: "read",
    pull_requests: "read",
    checks: "read",
    statuses: "read",
    actions: "read",
    administration: "read",
    secrets: "read",
    members: "read",
    merge_queues: "read",
  },
  /** Opt-in: keeping a ruleset of our own. */
  enforce: { metadata: "read", administration: "write" },
} as const satisfies Record<string, Record<string, "read" | "write">>;
export type Scope = Exclude<keyof typeof scopes, "git">;
type AnyScope = keyof typeof scopes;

/** Owners may leave these out: the App works without, and says what it cannot see. */
export const optionalPermissions = {
  administration: "classic branch protection, Actions settings and bypasses",
  secrets: "whether secrets are there and how old they are",
  members: "who is in a team",
  merge_queues: "merge queues",
} as const;

type Token = { value: string; expiresAt: number };

export type Tokens = {
  /** A token for this one repository that stays valid for at least five minutes. Throws `NoAccess`. */
  get(repository: Repository, scope: AnyScope): Promise<string>;
  /** Another repository of an installation, by its name, with a token for it. Throws `NoAccess`. */
  find(named: Named, scope: AnyScope): Promise<Repository>;
  /** GitHub refused this token: the next `get` mints another. */
  forget(repository: Repository, scope: AnyScope, value: string): Promise<void>;
  /** What an installation may do has changed: all its tokens are minted again. */
  forgetAll(installation: number): void;
};

type Named = Pick<Repository, "installation" | "owner" | "name">;
type Minted = Token & { repositories: readonly { id: number; name: string; owner: { login: string } }[] };

type Source = {
  /** Calls as the App itself. */
  app: (repository?: Repository) => Octokit;
  granted: (installation: number) => Promise<Permissions>;
  now: () => number;
};

const spareMs = 5 * 60_000;
/** A repository that the App is installed on later is announced by a webhook; this is for when it was lost. */
const missedMs = 10 * 60_000;

/** Installation tokens, kept in memory only. */
export function createTokens(source: Source): Tokens {
  const { now } = source;
  const minted = new Map<string, Promise<Token>>();
  const found = new Map<string, { repository: Repository; until: number }>();
  /** Names that led nowhere: most owners have no `.github` repository, and every decision asks for it. */
  const missed = new Map<string, { error: NoAccess; until: number }>();

  function keep(key: string, token: Promise<Token>): Promise<Token> {
    minted.set(key, token);
    token.catch(() => minted.get(key) === token && minted.delete(key));
    return token;
  }

  return {
    async get(repository, scope) {
      const key = keyOf(repository, scope);
      const mintAgain = (): Promise<Token> => keep(key, mint(source, repository, scope));
      const known = minted.get(key);
      const token = await (known ?? mintAgain());
      if (token.expiresAt - now() > spareMs) return token.value;
      // Whoever comes second finds the token that the first one is minting.
      const latest = minted.get(key);
      return (await (latest && latest !== known ? latest : mintAgain())).value;
    },
    async find(named, scope) {
      const key = `${named.installation}/${named.owner}/${named.name}/${scope}`.toLowerCase();
      const known = found.get(key);
      if (known && known.until - now() > spareMs) return known.repository;
      const miss = missed.get(key);
      if (miss && miss.until > now()) throw miss.error;
      const token = await mint(source, named, scope).catch((error: unknown) => {
        if (error instanceof NoAccess) missed.set(key, { error, until: now() + missedMs });
        throw error;
      });
      const repository = theOneNamed(named, token);
      await keep(keyOf(repository, scope), Promise.resolve(token));
      found.set(key, { repository, until: token.expiresAt });
      return repository;
    },
    async forget(repository, scope, value) {
      const key = keyOf(repository, scope);
      const known = minted.get(key);
      if (known && (await known).value === value && minted.get(key) === known) minted.delete(key);
    },
    forgetAll(installation) {
      for (const tokens of [minted, found, missed])
        for (const key of tokens.keys()) if (key.startsWith(`${installation}/`)) tokens.delete(key);
    },
  };
}

function keyOf({ installation, id }: Repository, scope: string): string {
  return `${installation}/${id}/${scope}`;
}

async function mint(source: Source, target: Repository | Named, scope: AnyScope): Promise<Minted> {
  const { installation: installation_id, owner, name } = target;
  const permissions = await permissionsOf(source, installation_id, scope);
  // By id where it is known: a renamed repository stays the same, and a new one under the old name is never meant.
  const only = "id" in target ? { repository_ids: [target.id] } : { repositories: [name] };
  const app = "id" in target ? source.app(target) : source.app();
  try {
    const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id, ...only, permissions });
    return { value: data.token, expiresAt: Date.parse(data.expires_at), repositories: data.repositories ?? [] };
  } catch (error) {
    // 404: no such installation. 422: the repository or a permission is not part of it.
    if (![404, 422].includes(errorStatus(error) ?? 0)) throw error;
    throw new NoAccess(`the App has no "${scope}" access to ${owner}/${name}`, { cause: error });
  }
}

type Asked = Record<string, "read" | "write">;

/** GitHub refuses to mint what was not granted; a token that only reads does without. */
async function permissionsOf({ granted }: Source, installation: number, scope: AnyScope): Promise<Asked> {
  if (scope !== "govern") return { ...scopes[scope] };
  const has = await granted(installation);
  return Object.fromEntries(Object.entries(scopes[scope]).filter(([name, level]) => permits(has, name, level)));
}

/** An installation is one owner's: a repository of that name there is not the one of another owner. */
function theOneNamed({ installation, owner, name }: Named, { repositories }: Minted): Repository {
  const there = repositories.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (there?.owner.login.toLowerCase() === owner.toLowerCase())
    return { id: there.id, installation, owner: there.owner.login, name: there.name };
  throw new NoAccess(`${owner}/${name} does not belong to the App's installation ${installation}`);
}
