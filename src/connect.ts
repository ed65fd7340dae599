import { readConfig } from "./config.ts";
import type { Repository } from "./domain/repository.ts";
import { UserError } from "./domain/user-error.ts";
import { createClients } from "./github/clients.ts";
import type { Clients } from "./github/clients.ts";
import { errorStatus, NoAccess } from "./github/github-error.ts";

/** The App's clients, with the credentials from the environment. Throws UserError. */
export function connect(env: NodeJS.ProcessEnv | undefined): Clients {
  const { credentials, githubApiUrl } = readConfig(env);
  if (!credentials)
    throw new UserError(
      "There are no credentials of the App. Set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET, as for start.",
    );
  const { appId, privateKey } = credentials;
  const silent = { debug() {}, warn() {} };
  return createClients({ appId, privateKey, baseUrl: githubApiUrl, log: silent, now: Date.now });
}

/** A repository that the App is installed on, by `owner/name`. Throws UserError. */
export async function findRepository(clients: Clients, fullName: string): Promise<Repository> {
  const [, owner, name] = /^([^/\s]+)\/([^/\s]+)$/.exec(fullName) ?? [];
  if (!owner || !name) throw new UserError(`"${fullName}" is not a repository. Write OWNER/REPO, as acme/shop.`);
  try {
    const { data: installation } = await clients.app().rest.apps.getRepoInstallation({ owner, repo: name });
    const octokit = await clients.forName(installation.id, owner, name, "read");
    const { data } = await octokit.rest.repos.get({ owner, repo: name });
    return { id: data.id, installation: installation.id, owner: data.owner.login, name: data.name };
  } catch (error) {
    if (!(error instanceof NoAccess) && errorStatus(error) !== 404) throw error;
    const message = `The App is not installed on ${fullName}, or there is no such repository. Install it there first.`;
    throw new UserError(message, { cause: error });
  }
}
