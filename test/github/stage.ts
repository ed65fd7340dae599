import type { Repository } from "../../src/domain/repository.ts";
import { createClients } from "../../src/github/clients.ts";
import type { Clients } from "../../src/github/clients.ts";
import { startGitHub } from "../support/github/start-github.ts";
import type {
  FakeGitHub,
  GitHubOptions,
  RepositoryOptions,
  RepositoryView,
  UserClient,
} from "../support/github/types.ts";

export type Stage = {
  github: FakeGitHub;
  view: RepositoryView;
  repo: Repository;
  clients: Clients;
  /** May write to the repository. */
  ada: UserClient;
  /** Clients as a process has them that has just started: no token, nothing remembered. */
  restart(): Clients;
  /** `METHOD path` of the requests with an installation token since the last call. */
  requests(): string[];
  close(): Promise<void>;
};

/** A stand-in GitHub with the repository acme/shop, on which the App is installed. */
export async function openStage(
  repository: Partial<RepositoryOptions> = {},
  options: GitHubOptions = {},
): Promise<Stage> {
  const github = await startGitHub(options);
  const files = { "README.md": "shop\n", "src/price.js": "export const price = 1;\n" };
  const collaborators = { ada: "write" } as const;
  const view = await github.addRepository({ owner: "acme", name: "shop", files, collaborators, ...repository });
  const installation = await github.install("acme/shop");
  const restart = (): Clients =>
    createClients({
      appId: github.app.id,
      privateKey: github.app.privateKey,
      baseUrl: github.url,
      now: () => github.clock.now().getTime(),
      log: { debug() {}, warn() {} },
    });
  return {
    github,
    view,
    repo: { id: view.id, installation: installation.id, owner: "acme", name: "shop" },
    clients: restart(),
    ada: github.asUser("ada"),
    restart,
    requests() {
      const ours = github.requests.filter(({ token }) => token === "installation");
      github.clearRequests();
      return ours.map(({ method, path }) => `${method} ${path.replace("/repos/acme/shop", "")}`);
    },
    async close() {
      await github.idle();
      await github.close();
      // What we send must be right; the stand-in's own webhooks are its tests' concern.
      const wrong = github.violations.filter(({ kind }) => kind !== "webhook");
      if (wrong.length > 0) throw new Error(`GitHub would not have taken this: ${JSON.stringify(wrong)}`);
    },
  };
}
