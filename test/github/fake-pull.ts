import { createHash } from "node:crypto";
import { CommitSha } from "../../src/domain/repository.ts";
import type { Reply, Sent } from "./fake-fetch.ts";

export type Json = Record<string, unknown>;

export const headSha = CommitSha.parse("a".repeat(40));
export const provenTree = "7".repeat(40);
const baseSha = "b".repeat(40);

export const user = (login: string, type = "User", id?: number): Json => ({
  ...(id !== undefined && { id }),
  login,
  type,
});
const self = user("self-heal[bot]", "Bot");

/** What a made-up GitHub answers about the pull request acme/shop#1. Tests change parts of it. */
export type FakePull = {
  pull: Json;
  files: Json[];
  commits: Json[];
  reviews: Json[];
  events: Json[];
  runs: Json[];
  statuses: Json[];
  rules: Json[];
  protection: Reply;
  /** Text by path, as `.github/CODEOWNERS`. */
  tree: Record<string, string>;
  /** Text by path, on the default branch: the policy. */
  contents: Record<string, string>;
  /** By login. */
  roles: Record<string, string>;
  /** Logins by slug. */
  teams: Record<string, string[]>;
  permissions: Record<string, string>;
  /** Answers of its own to some routes, as `GET /repos/acme/shop/pulls/1`. */
  special: (route: string, body: Json) => Reply | undefined;
};

const everything = {
  contents: "write",
  pull_requests: "write",
  checks: "write",
  statuses: "read",
  actions: "read",
  administration: "read",
  secrets: "read",
  members: "read",
  merge_queues: "read",
};

export const commit = (sha: string, more: Json = {}): Json => ({
  sha,
  parents: [{ sha: baseSha }],
  author: self,
  committer: user("web-flow"),
  commit: { message: "fix: count", tree: { sha: provenTree }, verification: { verified: true } },
  ...more,
});

export const review = (id: number, login: string | null, state = "APPROVED", more: Json = {}): Json => ({
  id,
  user: login === null ? null : user(login),
  state,
  commit_id: headSha,
  submitted_at: new Date(1_700_000_000_000 + id * 1_000).toISOString(),
  ...more,
});

/** A fix that Ada approved and CI is green on. */
export function fakePull({ pull, ...rest }: Partial<FakePull> = {}): FakePull {
  const repo = { id: 42, owner: { login: "acme", type: "Organization" }, default_branch: "main" };
  return {
    pull: {
      number: 1,
      state: "open",
      merged: false,
      draft: false,
      user: self,
      head: { sha: headSha, ref: "self-heal/abcd1234", repo },
      base: { sha: baseSha, ref: "main", repo },
      changed_files: 1,
      commits: 1,
      node_id: "PR_1",
      title: "Fix",
      html_url: "https://github.test/acme/shop/pull/1",
      mergeable: true,
      ...pull,
    },
    files: [{ filename: "src/price.js", status: "modified", additions: 2, deletions: 1 }],
    commits: [commit(headSha)],
    reviews: [review(1, "ada")],
    events: [],
    runs: [{ id: 5, name: "test", app: { id: 15368 }, status: "completed", conclusion: "success" }],
    statuses: [],
    rules: [],
    protection: { status: 404, json: { message: "Branch not protected" } },
    tree: {},
    contents: {},
    roles: { ada: "write" },
    teams: {},
    permissions: everything,
    special: () => undefined,
    ...rest,
  };
}

type Answerer = (fake: FakePull, sent: Sent, found: RegExpExecArray) => Reply;

const list =
  (part: "files" | "commits" | "reviews" | "events" | "rules"): Answerer =>
  (fake) => ({ json: fake[part] });

const shop = "^GET /repos/acme/shop";
const routes: [RegExp, Answerer][] = [
  [/^GET \/app$/, () => ({ json: { id: 4242, slug: "self-heal" } })],
  [/^GET \/app\/installations\/7$/, ({ permissions }) => ({ json: { permissions } })],
  [new RegExp(`${shop}/pulls/\\d+$`), ({ pull }) => ({ json: pull })],
  [new RegExp(`${shop}/pulls/\\d+/files$`), list("files")],
  [new RegExp(`${shop}/pulls/\\d+/commits$`), list("commits")],
  [new RegExp(`${shop}/pulls/\\d+/reviews$`), list("reviews")],
  [new RegExp(`${shop}/issues/\\d+/events$`), list("events")],
  [new RegExp(`${shop}/commits/\\w+/check-runs$`), ({ runs }) => counted("check_runs", runs)],
  [new RegExp(`${shop}/commits/\\w+/status$`), ({ statuses }) => counted("statuses", statuses)],
  [new RegExp(`${shop}/commits/\\w+/pulls$`), ({ pull }) => ({ json: [pull] })],
  [new RegExp(`${shop}/rules/branches/`), list("rules")],
  [new RegExp(`${shop}/branches/[^/]+/protection$`), ({ protection }) => protection],
  [new RegExp(`${shop}/git/trees/(.+)$`), treeOf],
  [new RegExp(`${shop}/git/blobs/(.+)$`), blobOf],
  [new RegExp(`${shop}/contents/(.+)$`), contentOf],
  [new RegExp(`${shop}/collaborators/([^/]+)/permission$`), roleOf],
  [/^GET \/orgs\/acme\/teams\/([^/]+)\/members$/, membersOf],
];

/**
 * A `reply` for `fakeClients` that answers about the pull request, with ETags as GitHub makes them. With a `secret`, they
 * depend on the token in a way that nobody can work out.
 */
export function answering(fake: FakePull, secret?: string): (sent: Sent) => Reply | undefined {
  return (sent) => {
    const route = `${sent.method} ${decodeURIComponent(sent.path)}`;
    const special = fake.special(route, sent.body);
    if (special) return tagged(special, sent, secret);
    for (const [pattern, answer] of routes) {
      const found = pattern.exec(route);
      if (found) return tagged(answer(fake, sent, found), sent, secret);
    }
    return route.startsWith("GET") ? { status: 404, json: { message: "Not Found" } } : undefined;
  };
}

function counted(name: string, items: Json[]): Reply {
  return { json: { total_count: items.length, [name]: items } };
}

function treeOf({ tree }: FakePull, _: Sent, [, name = ""]: RegExpExecArray): Reply {
  const folder = name.startsWith("tree-") ? `${name.slice(5)}/` : "";
  const within = Object.keys(tree).filter((path) => path.startsWith(folder));
  const names = new Set(within.map((path) => path.slice(folder.length).split("/")[0] ?? ""));
  const entries = [...names].map((path) =>
    within.includes(`${folder}${path}`)
      ? { path, type: "blob", mode: "100644", sha: `blob-${folder}${path}`, size: tree[`${folder}${path}`]?.length }
      : { path, type: "tree", mode: "040000", sha: `tree-${folder}${path}` },
  );
  return { json: { sha: name, tree: entries, truncated: false } };
}

function blobOf({ tree }: FakePull, _: Sent, [, name = ""]: RegExpExecArray): Reply {
  const text = tree[name.replace("blob-", "")] ?? "";
  return { json: { content: Buffer.from(text).toString("base64"), encoding: "base64" } };
}

function contentOf({ contents }: FakePull, _: Sent, [, path = ""]: RegExpExecArray): Reply {
  const text = contents[path];
  if (text === undefined) return { status: 404, json: { message: "Not Found" } };
  const content = Buffer.from(text).toString("base64");
  return { json: { type: "file", size: text.length, sha: "c".repeat(40), content, encoding: "base64" } };
}

function roleOf({ roles }: FakePull, _: Sent, [, login = ""]: RegExpExecArray): Reply {
  const role = roles[login];
  return role === undefined ? { status: 404 } : { json: { permission: role, role_name: role } };
}

function membersOf({ teams }: FakePull, _: Sent, [, slug = ""]: RegExpExecArray): Reply {
  const members = teams[slug];
  return members ? { json: members.map((login) => user(login)) } : { status: 404 };
}

/** GitHub's ETag is a hash of what was asked how, by whom, and the answer; not-found has none. */
function tagged(reply: Reply, { method, headers }: Sent, secret: string | undefined): Reply {
  if (method !== "GET" || (reply.status ?? 200) !== 200) return reply;
  const parts = [headers.get("accept"), headers.get("authorization"), JSON.stringify(reply.json)];
  if (secret !== undefined) parts.push(secret);
  const etag = `"${createHash("sha256").update(parts.join(":")).digest("hex")}"`;
  if (headers.get("if-none-match")?.replace(/^W\//, "") === etag) return { status: 304, headers: { etag } };
  return { ...reply, headers: { ...reply.headers, etag: `W/${etag}` } };
}
