import { actOf, actor } from "../access.ts";
import type { Person } from "../bare-git.ts";
import { isBadPath } from "../commit-files.ts";
import { isJson, json, list, text } from "../json.ts";
import { assertForward, moveRef, removeRef } from "../refs.ts";
import { noReply, renderGitCommit } from "../render-git.ts";
import { created, found, invalid, nothing, ok, page, ApiError } from "../reply.ts";
import type { Call, RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import { nodeId } from "../world.ts";
import type { Repository, World } from "../world.ts";
import { plain } from "./repositories.ts";
import { assertWorkflowsAllowed } from "../workflow-files.ts";

/** Refs, blobs, trees and commits, all in a real repository. */
export const gitDataHandlers: Record<string, RepositoryHandler> = {
  "git/get-ref": ({ world, repository, params }) => {
    const ref = `refs/${params["ref"]}`;
    return ok(renderRef(world, repository, ref, found(repository.refs.get(ref))));
  },
  "git/list-matching-refs": (call) => {
    const refs = [...call.repository.refs].filter(([ref]) => ref.startsWith(`refs/${call.params["ref"]}`));
    return page(
      call,
      refs.map(([ref, sha]) => renderRef(call.world, call.repository, ref, sha)),
    );
  },
  "git/create-ref": createRef,
  "git/update-ref": updateRef,
  "git/delete-ref": async ({ world, repository, caller, params }) => {
    const ref = `refs/${params["ref"]}`;
    if (!repository.refs.has(ref)) throw invalid("Reference does not exist");
    await removeRef(actOf({ world, repository, caller }), ref);
    return nothing();
  },
  "git/create-blob": async ({ world, repository, body }) => {
    assertNotEmpty(repository);
    const encoding = body["encoding"] === "base64" ? "base64" : "utf8";
    const sha = await repository.git.writeBlob(Buffer.from(text(body["content"]), encoding));
    return created({ sha, url: `${world.url}/repos/${repository.fullName}/git/blobs/${sha}` });
  },
  "git/get-blob": async ({ world, repository, params, media }) => {
    const sha = found(await repository.git.resolve(params["file_sha"] ?? "", "blob"));
    const content = await repository.git.blob(sha);
    if (media === "raw") return plain(content);
    const url = `${world.url}/repos/${repository.fullName}/git/blobs/${sha}`;
    return ok({
      sha,
      node_id: nodeId("B", repository.id),
      size: content.length,
      url,
      content: content.toString("base64"),
      encoding: "base64",
    });
  },
  "git/get-tree": async ({ world, repository, params, query }) => {
    const sha = found(await repository.git.resolve(params["tree_sha"] ?? "", "tree"));
    return ok(await renderTree(world, repository, sha, query["recursive"] !== undefined));
  },
  "git/create-tree": createTree,
  "git/get-commit": async ({ world, repository, params }) => {
    const sha = found(await repository.git.resolve(params["commit_sha"] ?? ""));
    return ok(renderGitCommit(world, repository, await repository.git.commit(sha)));
  },
  "git/create-commit": createCommit,
};

function renderRef(world: World, { fullName, id }: Repository, ref: string, sha: string) {
  const url = `${world.url}/repos/${fullName}/git`;
  return {
    ref,
    node_id: nodeId("REF", id),
    url: `${url}/${ref}`,
    object: { sha, type: "commit", url: `${url}/commits/${sha}` },
  };
}

function assertNotEmpty({ refs }: Repository): void {
  if (refs.size === 0) throw new ApiError(409, "Git Repository is empty.");
}

async function createRef({ world, repository, caller, body }: RepositoryCall): Promise<Reply> {
  assertNotEmpty(repository);
  const ref = text(body["ref"]);
  if (!/^refs\/[^/]+\/.+/.test(ref))
    throw invalid("Reference name must start with 'refs/' and have at least two slashes.");
  const valid = await repository.git.line(["check-ref-format", ref]).catch(() => undefined);
  if (valid === undefined) throw invalid(`${ref} is not a valid ref name.`);
  if (repository.refs.has(ref)) throw invalid("Reference already exists");
  const sha = await existingCommit(repository, body["sha"]);
  await assertWorkflowsAllowed(repository, caller, { from: undefined, to: sha });
  await moveRef(actOf({ world, repository, caller }), ref, sha);
  return { ...created(renderRef(world, repository, ref, sha)) };
}

async function updateRef({ world, repository, caller, body, params }: RepositoryCall): Promise<Reply> {
  const ref = `refs/${params["ref"]}`;
  const before = repository.refs.get(ref);
  if (!before) throw invalid("Reference does not exist");
  const sha = await existingCommit(repository, body["sha"]);
  if (body["force"] !== true) await assertForward(repository, before, sha);
  await assertWorkflowsAllowed(repository, caller, { from: before, to: sha });
  await moveRef(actOf({ world, repository, caller }), ref, sha);
  return ok(renderRef(world, repository, ref, sha));
}

async function existingCommit(repository: Repository, sha: unknown): Promise<string> {
  const known = /^[0-9a-f]{40}$/.test(text(sha)) ? await repository.git.resolve(text(sha), "object") : undefined;
  if (!known) throw invalid("Object does not exist");
  return known;
}

async function renderTree(world: World, repository: Repository, sha: string, recursive: boolean) {
  const url = `${world.url}/repos/${repository.fullName}/git`;
  const entries = await repository.git.tree(sha, recursive);
  const tree = entries.map((entry) => ({
    ...entry,
    ...(entry.type !== "commit" && { url: `${url}/${entry.type}s/${entry.sha}` }),
  }));
  return { sha, url: `${url}/trees/${sha}`, tree, truncated: false };
}

/** Through an index of its own: what git itself would write. */
async function createTree({ world, repository, body }: RepositoryCall): Promise<Reply> {
  assertNotEmpty(repository);
  const { git } = repository;
  const base = text(body["base_tree"]);
  const baseTree = base === "" ? undefined : await git.resolve(base, "tree");
  if (base !== "" && !baseTree) throw invalid("base_tree is not a valid tree oid");
  const env = { GIT_INDEX_FILE: `${git.directory}/index-${world.nextId()}` };
  if (baseTree) await git.line(["read-tree", baseTree], { env });
  for (const entry of list(body["tree"])) await stageEntry(repository, json(entry), env);
  const sha = await git.line(["write-tree"], { env });
  await git.line(["read-tree", "--empty"], { env });
  return created(await renderTree(world, repository, sha, false));
}

async function stageEntry(repository: Repository, entry: Call["body"], env: Record<string, string>): Promise<void> {
  const { git } = repository;
  const path = text(entry["path"]);
  const mode = text(entry["mode"]) || "100644";
  if (isBadPath(path)) {
    throw invalid("tree.path contains a malformed path component");
  }
  if (entry["sha"] === null) {
    // A folder goes with all that is in it.
    await git.line(["rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "--", path], {
      env: { ...env, GIT_WORK_TREE: git.directory },
    });
    return;
  }
  const content = entry["content"];
  const sha = typeof content === "string" ? await git.writeBlob(Buffer.from(content)) : text(entry["sha"]);
  const known = mode === "160000" ? sha : await git.resolve(sha, "object");
  if (!known) throw invalid(`tree.sha ${sha} is not a valid ${mode === "040000" ? "tree" : "blob"}`);
  if (mode === "040000") await git.line(["read-tree", `--prefix=${path}/`, sha], { env });
  else await git.line(["update-index", "--add", "--cacheinfo", `${mode},${sha},${path}`], { env });
}

/** GitHub signs what an App writes, if it names no author or committer of its own. */
async function createCommit({ world, repository, caller, body }: RepositoryCall): Promise<Reply> {
  assertNotEmpty(repository);
  const { git } = repository;
  const tree = await git.resolve(text(body["tree"]), "tree");
  if (!tree) throw invalid("Tree SHA does not exist");
  const parents = await Promise.all(list(body["parents"]).map(async (parent) => git.resolve(text(parent))));
  if (parents.includes(undefined)) throw invalid("Parent SHA does not exist or is not a commit object");
  const account = actor(world, caller);
  const self: Person = { name: account.login, email: noReply(account), date: world.now() };
  const person = (value: unknown): Person | undefined =>
    isJson(value)
      ? { name: text(value["name"]), email: text(value["email"]), date: dateOf(value["date"], world.now()) }
      : undefined;
  const author = person(body["author"]) ?? self;
  const committer = person(body["committer"]) ?? author;
  const sha = await git.writeCommit({
    tree,
    parents: parents.filter((one) => one !== undefined),
    author,
    committer,
    message: text(body["message"]),
  });
  if (caller.kind === "installation" && !body["author"] && !body["committer"]) repository.signed.add(sha);
  return created(renderGitCommit(world, repository, await git.commit(sha)));
}

const dateOf = (value: unknown, now: Date): Date => (typeof value === "string" ? new Date(value) : now);
