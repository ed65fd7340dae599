import type { Repository } from "../domain/repository.ts";
import { errorStatus, NoAccess } from "./github-error.ts";
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
} as const satisfies Record<string, Record<string, "read" | "write">>;
export type Scope = Exclude<keyof typeof scopes, "git">;

type Token = { value: string; expiresAt: number };

export type Tokens = {
  /** A token for this one repository that stays valid for at least five minutes. Throws `NoAccess`. */
  get(repository: Repository, scope: keyof typeof scopes): Promise<string>;
  /** GitHub refused this token: the next `get` mints another. */
  forget(repository: Repository, scope: keyof typeof scopes, value: string): Promise<void>;
};

const spareMs = 5 * 60_000;

/** Installation tokens, kept in memory only. `app` calls as the App itself. */
export function createTokens(app: (repository: Repository) => Octokit, now: () => number): Tokens {
  const minted = new Map<string, Promise<Token>>();

  function mint(repository: Repository, scope: keyof typeof scopes, key: string): Promise<Token> {
    const token = request(app(repository), repository, scope);
    minted.set(key, token);
    token.catch(() => minted.get(key) === token && minted.delete(key));
    return token;
  }

  return {
    async get(repository, scope) {
      const key = keyOf(repository, scope);
      const known = minted.get(key);
      const token = await (known ?? mint(repository, scope, key));
      if (token.expiresAt - now() > spareMs) return token.value;
      // Whoever comes second finds the token that the first one is minting.
      const latest = minted.get(key);
      return (await (latest && latest !== known ? latest : mint(repository, scope, key))).value;
    },
    async forget(repository, scope, value) {
      const key = keyOf(repository, scope);
      const known = minted.get(key);
      if (known && (await known).value === value && minted.get(key) === known) minted.delete(key);
    },
  };
}

function keyOf({ installation, id }: Repository, scope: string): string {
  return `${installation}/${id}/${scope}`;
}

async function request(app: Octokit, repository: Repository, scope: keyof typeof scopes): Promise<Token> {
  try {
    const { data } = await app.rest.apps.createInstallationAccessToken({
      installation_id: repository.installation,
      // By id, so that a renamed repository stays the same and a new one under the old name is never meant.
      repository_ids: [repository.id],
      permissions: { ...scopes[scope] },
    });
    return { value: data.token, expiresAt: Date.parse(data.expires_at) };
  } catch (error) {
    // 404: no such installation. 422: the repository or a permission is not part of it.
    if (![404, 422].includes(errorStatus(error) ?? 0)) throw error;
    const { owner, name } = repository;
    throw new NoAccess(`the App has no "${scope}" access to ${owner}/${name}`, { cause: error });
  }
}
