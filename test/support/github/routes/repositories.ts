import { actor } from "../access.ts";
import { diffFiles } from "../diff.ts";
import { isJson } from "../json.ts";
import { renderAccount, renderRepository } from "../render.ts";
import { renderCommit } from "../render-git.ts";
import { association } from "../render-issue.ts";
import { renderPullSimple } from "../render-pull.ts";
import { isPull } from "../issues.ts";
import { isProtected, protectionOf, wantedChecks } from "../protection.ts";
import { ApiError, found, invalid, notFound, nothing, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { Json, Role } from "../types.ts";
import { roleOf } from "../roles.ts";
import { findAccount } from "../world.ts";
import type { Account, Repository, World } from "../world.ts";
import { renderFiles } from "./pulls.ts";

/** Repositories, branches, commits, who may do what, and repository_dispatch. */
export const repositoryHandlers: Record<string, RepositoryHandler> = {
  "repos/get": ({ world, repository, caller }) =>
    ok({
      ...renderRepository(world, repository),
      ...(caller.kind === "user" && { permissions: rights(roleOf(repository, caller.user)) }),
    }),
  "repos/get-collaborator-permission-level": collaboratorPermission,
  "repos/list-collaborators": listCollaborators,
  "repos/list-branches": (call) => {
    const { world, repository } = call;
    const branches = [...repository.refs].filter(([ref]) => ref.startsWith("refs/heads/"));
    return page(
      call,
      branches.map(([ref, sha]) => ({
        name: ref.slice("refs/heads/".length),
        commit: { sha, url: `${world.url}/repos/${repository.fullName}/commits/${sha}` },
        protected: isProtected(repository, ref.slice("refs/heads/".length)),
      })),
    );
  },
  "repos/get-branch": getBranch,
  "repos/get-commit": async (call) => {
    const { world, repository, params, media } = call;
    const sha = await commitAt(repository, params["ref"] ?? "");
    const commit = await repository.git.commit(sha);
    const from = commit.parents[0] ?? (await emptyTree(repository));
    if (media === "diff") return plain(await repository.git.run(["diff", from, sha]));
    const files = renderFiles(world, repository, sha, await diffFiles(repository.git, from, sha));
    return ok({ ...renderCommit(world, repository, commit), stats: stats(files), files });
  },
  "repos/list-commits": async (call) => {
    const { world, repository, query } = call;
    if (repository.refs.size === 0) throw new ApiError(409, "Git Repository is empty.");
    const tip = await commitAt(repository, query["sha"] ?? repository.defaultBranch);
    const path = query["path"] === undefined ? [] : ["--", query["path"]];
    const ids = (await repository.git.line(["rev-list", "--max-count=250", tip, ...path])).split("\n").filter(Boolean);
    return page(
      call,
      await Promise.all(ids.map(async (id) => renderCommit(world, repository, await repository.git.commit(id)))),
    );
  },
  "repos/compare-commits-with-basehead": compare,
  "repos/list-pull-requests-associated-with-commit": async (call) => {
    const { world, repository, params } = call;
    const sha = await commitAt(repository, params["commit_sha"] ?? "");
    const near = repository.issues.filter(isPull).filter(({ pull }) => pull.head.sha === sha || pull.mergeSha === sha);
    return page(
      call,
      near.map((issue) => renderPullSimple(world, repository, issue)),
    );
  },
  "repos/create-dispatch-event": dispatch,
};

export const plain = (body: Buffer): Reply => ({
  status: 200,
  body,
  headers: { "content-type": "text/plain; charset=utf-8" },
});

const rights = (role: Role | undefined) => ({
  admin: role === "admin",
  maintain: role === "admin" || role === "maintain",
  push: role !== undefined && ["admin", "maintain", "write"].includes(role),
  triage: role !== undefined && role !== "read",
  pull: role !== undefined,
});

/** The old field knows four levels only; `role_name` has them all. */
function collaboratorPermission({ world, repository, params }: RepositoryCall): Reply {
  const login = params["username"] ?? "";
  const account = findAccount(world, login);
  if (!account || account.type !== "User") throw new ApiError(404, `${login} is not a user`);
  const role = roleOf(repository, account);
  const coarse: Record<string, string> = { maintain: "write", triage: "read" };
  const user = renderCollaborator(world, repository, account);
  return ok({ permission: role ? (coarse[role] ?? role) : "none", role_name: role ?? "none", user });
}

function renderCollaborator(world: World, repository: Repository, account: Account): Json {
  const role = roleOf(repository, account);
  return { ...renderAccount(world, account), role_name: role ?? "none", permissions: rights(role) };
}

/** Who has a role of their own, or owns the repository. `permission` is what they may at least do. */
function listCollaborators(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const invited = [...repository.collaborators.keys()].map((login) => findAccount(world, login));
  const known = [repository.owner, ...invited].filter((account) => account !== undefined);
  const people = known.filter(({ type }) => type === "User");
  const may = (account: Account): Record<string, boolean> => rights(roleOf(repository, account));
  const chosen = people.filter(
    (account) =>
      may(account)[query["permission"] ?? "pull"] === true &&
      (query["affiliation"] !== "outside" || association(repository, account) === "COLLABORATOR"),
  );
  return page(
    call,
    chosen.map((account) => renderCollaborator(world, repository, account)),
  );
}

async function getBranch({ world, repository, params }: RepositoryCall): Promise<Reply> {
  const name = params["branch"] ?? "";
  const sha = repository.refs.get(`refs/heads/${name}`);
  if (!sha) throw new ApiError(404, "Branch not found");
  const url = `${world.url}/repos/${repository.fullName}/branches/${name}`;
  const html = `${world.url}/${repository.fullName}/tree/${name}`;
  const protection = protectionOf(repository, name);
  const contexts = protection ? wantedChecks(protection).map(({ context }) => context) : [];
  const status = { enforcement_level: contexts.length > 0 ? "non_admins" : "off", contexts, checks: [] };
  return ok({
    name,
    commit: renderCommit(world, repository, await repository.git.commit(sha)),
    _links: { self: url, html },
    protected: isProtected(repository, name),
    protection: { enabled: protection !== undefined, required_status_checks: status },
    protection_url: `${url}/protection`,
  });
}

/** The commit a branch, tag or id names; GitHub's 422 when there is none. */
export async function commitAt(repository: Repository, ref: string): Promise<string> {
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, ...(/^(heads|tags)\//.test(ref) ? [`refs/${ref}`] : [])];
  const known = names.map((name) => repository.refs.get(name)).find((sha) => sha !== undefined);
  const sha = known ?? (/^[0-9a-f]{7,40}$/.test(ref) || ref === "HEAD" ? await repository.git.resolve(ref) : undefined);
  if (!sha) throw invalid(`No commit found for SHA: ${ref}`);
  return sha;
}

const emptyTree = (repository: Repository) => repository.git.line(["mktree"]);

const stats = (files: Json[]) => {
  const sum = (key: string) => files.reduce((total, file) => total + Number(file[key]), 0);
  return { additions: sum("additions"), deletions: sum("deletions"), total: sum("changes") };
};

async function compare(call: RepositoryCall): Promise<Reply> {
  const { world, repository, params, media } = call;
  const { git } = repository;
  const [from = "", to = ""] = (params["basehead"] ?? "").split("...");
  const [base, head] = await Promise.all(
    [from, to].map(async (ref) => commitAt(repository, ref).catch(() => undefined)),
  );
  if (!base || !head) throw notFound();
  const middle = found(await git.mergeBase(base, head));
  if (media === "diff") return plain(await git.run(["diff", middle, head]));
  const ahead = await git.log(`${base}..${head}`);
  const behind = await git.log(`${head}..${base}`);
  const url = `${world.url}/repos/${repository.fullName}/compare/${params["basehead"]}`;
  const html = `${world.url}/${repository.fullName}/compare/${params["basehead"]}`;
  const render = async (sha: string) => renderCommit(world, repository, await git.commit(sha));
  return ok({
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await render(base),
    merge_base_commit: await render(middle),
    status: relation(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await Promise.all(ahead.toReversed().map(render)),
    files: renderFiles(world, repository, head, await diffFiles(git, middle, head)),
  });
}

function relation(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

function dispatch({ world, repository, caller, body }: RepositoryCall): Reply {
  const payload = body["client_payload"];
  if (isJson(payload) && Object.keys(payload).length > 10)
    throw invalid("No more than 10 properties are allowed; got more");
  const sender = actor(world, caller);
  sendDispatch(world, repository, { type: String(body["event_type"]), payload, sender });
  return nothing();
}

type Dispatch = { type: string; payload: unknown; sender: ReturnType<typeof actor> };

function sendDispatch(world: World, repository: Repository, { type, payload, sender }: Dispatch): void {
  world.emit(`repository_dispatch.${type}`, {
    repository,
    sender,
    payload: { branch: repository.defaultBranch, client_payload: isJson(payload) ? payload : null },
  });
}
