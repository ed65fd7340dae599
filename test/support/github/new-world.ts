import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { GitHubOptions, Permissions } from "./types.ts";
import { nodeId } from "./world.ts";
import type { Account, World } from "./world.ts";

/** The App as it is registered: a permission that app.yml forgets is refused here as well. */
const manifest = parse(readFileSync(new URL("../../../app.yml", import.meta.url), "utf8")) as {
  default_permissions: Permissions;
  default_events: string[];
};

const defaultApp = {
  id: 4242,
  slug: "self-heal",
  name: "Self-Heal",
  clientId: "Iv23liSelfHealStandIn",
  permissions: manifest.default_permissions,
  events: manifest.default_events,
};

/** One RSA key per process is enough, and 100 ms cheaper per server. */
let keys: ReturnType<typeof newKeys> | undefined;
const newKeys = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

type Wiring = Pick<World, "emit" | "later" | "exclusively" | "redeliver" | "log"> & { url: string; now(): Date };

/** An empty GitHub with one App that is installed nowhere. */
export async function newWorld(options: GitHubOptions, wiring: Wiring): Promise<World> {
  const { id, slug, name, clientId, permissions, events } = { ...defaultApp, ...options.app };
  keys ??= newKeys();
  let ids = 1000;
  const nextId = () => (ids += 1);
  const accounts = new Map<string, Account>();
  const register = (login: string, type: Account["type"]): Account => {
    const account = newAccount({
      id: nextId(),
      login,
      type,
      name: login.replace("[bot]", ""),
      createdAt: wiring.now(),
    });
    accounts.set(login.toLowerCase(), account);
    return account;
  };
  const shared = { nodeId: nodeId("A", id), createdAt: wiring.now() };
  const github = register("github", "Organization");
  return {
    ...wiring,
    nextId,
    app: {
      ...shared,
      id,
      slug,
      name,
      clientId,
      owner: register("self-heal-makers", "Organization"),
      bot: register(`${slug}[bot]`, "Bot"),
      permissions: { metadata: "read", ...permissions },
      events,
    },
    actions: {
      ...shared,
      id: 15368,
      slug: "github-actions",
      name: "GitHub Actions",
      clientId: "Iv1.githubactions",
      owner: github,
      bot: register("github-actions[bot]", "Bot"),
      permissions: { actions: "write", checks: "write", contents: "write" },
      events: [],
    },
    appKey: keys.publicKey,
    privateKey: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    webhookSecret: options.webhook?.secret ?? randomBytes(20).toString("hex"),
    webFlow: register("web-flow", "User"),
    accounts,
    repositories: new Map(),
    formerNames: new Map(),
    teams: [],
    installations: [],
    tokens: new Map(),
    violations: [],
    ci: options.ci,
    lazyMergeability: options.lazyMergeability ?? false,
    root: await mkdtemp(join(tmpdir(), "stand-in-github-")),
  };
}

export function newAccount(fields: Pick<Account, "id" | "login" | "type" | "name" | "createdAt">): Account {
  // An App's bot has no token of its own.
  const token = fields.type === "User" ? `ghp_${randomBytes(20).toString("hex")}` : "";
  return { ...fields, nodeId: nodeId(fields.type === "User" ? "U" : "O", fields.id), token, deleted: false };
}
