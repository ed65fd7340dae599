import { actor } from "../access.ts";
import { commitFiles } from "../commit-files.ts";
import { text } from "../json.ts";
import { moveRef } from "../refs.ts";
import { renderGitCommit } from "../render-git.ts";
import { ApiError, invalid, notFound, ok } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { TreeEntry } from "../bare-git.ts";
import type { Json } from "../types.ts";
import type { Repository, World } from "../world.ts";
import { commitAt, plain } from "./repositories.ts";

/** Files of a commit through the contents API. */
export const contentHandlers: Record<string, RepositoryHandler> = {
  "repos/get-content": getContent,
  "repos/create-or-update-file-contents": putContent,
};

async function getContent({ world, repository, params, query, media }: RepositoryCall): Promise<Reply> {
  if (repository.refs.size === 0) throw new ApiError(404, "This repository is empty.");
  const ref = query["ref"] ?? repository.defaultBranch;
  const sha = await commitAt(repository, ref).catch(() => undefined);
  if (!sha) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = (params["path"] ?? "").replaceAll(/^\/+|\/+$/g, "");
  const entry = await entryAt(repository, sha, path);
  if (entry.type === "tree") {
    const entries = await repository.git.tree(entry.sha);
    const inside = entries.map((one) => ({ ...one, path: path === "" ? one.path : `${path}/${one.path}` }));
    return ok(inside.map((one) => renderEntry(world, repository, ref, one)));
  }
  const content = await repository.git.blob(entry.sha);
  if (media === "raw") return plain(content);
  return ok({
    ...renderEntry(world, repository, ref, entry),
    ...inline(content),
    ...(entry.mode === "120000" && { type: "symlink", target: content.toString() }),
  });
}

/** Above 1 MB GitHub leaves the content out. */
function inline(content: Buffer): Json {
  if (content.length > 1_000_000) return { content: "", encoding: "none" };
  return { content: content.toString("base64").replaceAll(/.{60}/g, "$&\n"), encoding: "base64" };
}

async function entryAt(repository: Repository, sha: string, path: string): Promise<TreeEntry> {
  if (path === "") return { path: "", mode: "040000", type: "tree", sha };
  const found = (await repository.git.tree(sha, true)).find((entry) => entry.path === path);
  if (!found) throw notFound();
  return found;
}

function renderEntry(world: World, repository: Repository, ref: string, entry: TreeEntry): Json {
  const path = encodeURI(entry.path);
  const url = `${world.url}/repos/${repository.fullName}/contents/${path}?ref=${ref}`;
  const html = `${world.url}/${repository.fullName}/${entry.type}/${ref}/${path}`;
  const git = `${world.url}/repos/${repository.fullName}/git/${entry.type}s/${entry.sha}`;
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    html_url: html,
    git_url: git,
    download_url: entry.type === "tree" ? null : `${world.url}/${repository.fullName}/raw/${ref}/${path}`,
    type: entry.type === "tree" ? "dir" : "file",
    _links: { self: url, git, html },
  };
}

async function putContent({ world, repository, caller, params, body }: RepositoryCall): Promise<Reply> {
  const { git } = repository;
  const branch = text(body["branch"]) || repository.defaultBranch;
  const head = repository.refs.get(`refs/heads/${branch}`);
  if (!head) throw new ApiError(404, `Branch ${branch} not found`);
  const path = params["path"] ?? "";
  const old = (await git.tree(head, true)).find((entry) => entry.path === path);
  assertSame(path, old?.sha, body["sha"]);
  const by = actor(world, caller);
  const additions = [{ path, content: Buffer.from(text(body["content"]), "base64") }];
  const sha = await commitFiles(world, repository, {
    parent: head,
    message: text(body["message"]),
    additions,
    deletions: [],
    caller,
    by,
  });
  await moveRef({ world, repository, by }, `refs/heads/${branch}`, sha);
  const entry = await entryAt(repository, sha, path);
  const commit = renderGitCommit(world, repository, await git.commit(sha));
  return { status: old ? 200 : 201, body: { content: renderEntry(world, repository, branch, entry), commit } };
}

/** Whoever replaces a file must name the version that is replaced. */
function assertSame(path: string, old: string | undefined, named: unknown): void {
  if (old !== undefined && named === undefined) throw invalid(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (old !== undefined && named !== old) throw new ApiError(409, `${path} does not match ${text(named)}`);
}
