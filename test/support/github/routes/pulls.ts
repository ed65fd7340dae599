import { actOf, actor, holds } from "../access.ts";
import { diffFiles } from "../diff.ts";
import type { FileDiff } from "../diff.ts";
import { announce, editIssue, isPull } from "../issues.ts";
import { list, text } from "../json.ts";
import { mergePull } from "../merge-pull.ts";
import { closePull, openPull, reopenPull } from "../pulls.ts";
import { renderAccount } from "../render.ts";
import { renderCommit } from "../render-git.ts";
import { mergeBase, renderPull, renderPullSimple } from "../render-pull.ts";
import { ApiError, created, found, invalid, notFound, nothing, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import type { Json } from "../types.ts";
import { isAtLeast, roleOf } from "../roles.ts";
import { findAccount } from "../world.ts";
import type { Act, PullIssue, Repository, World } from "../world.ts";
import { issueIn } from "./issues.ts";

/** Pull requests, without their reviews. */
export const pullHandlers: Record<string, RepositoryHandler> = {
  "pulls/create": async ({ world, repository, caller, body }) => {
    const fields = {
      head: text(body["head"]),
      base: text(body["base"]),
      title: text(body["title"]),
      body: typeof body["body"] === "string" ? body["body"] : null,
      draft: body["draft"] === true,
      user: actor(world, caller),
      viaApp: caller.kind === "installation",
    };
    return created(await renderPull(world, repository, await openPull(world, repository, fields)));
  },
  "pulls/get": async ({ world, repository, params, media }) => {
    const issue = pullIn(repository, params);
    if (media !== "diff") return ok(await renderPull(world, repository, issue));
    const { pull } = issue;
    const body = await repository.git.run(["diff", await mergeBase(repository, pull), pull.head.sha]);
    return { status: 200, body, headers: { "content-type": "application/vnd.github.diff; charset=utf-8" } };
  },
  "pulls/list": listPulls,
  "pulls/update": updatePull,
  "pulls/list-files": async (call) => {
    const { world, repository } = call;
    const { pull } = pullIn(repository, call.params);
    const files = await diffFiles(repository.git, await mergeBase(repository, pull), pull.head.sha);
    return page(call, renderFiles(world, repository, pull.head.sha, files));
  },
  "pulls/list-commits": async (call) => {
    const { world, repository } = call;
    const { pull } = pullIn(repository, call.params);
    const ids = (await repository.git.log(`${await mergeBase(repository, pull)}..${pull.head.sha}`)).toReversed();
    return page(
      call,
      await Promise.all(ids.map(async (id) => renderCommit(world, repository, await repository.git.commit(id)))),
    );
  },
  "pulls/check-if-merged": ({ repository, params }) => {
    if (!pullIn(repository, params).pull.mergedAt) throw notFound();
    return nothing();
  },
  "pulls/merge": async ({ world, repository, caller, params, body }) => {
    const method = text(body["merge_method"]) as "merge" | "squash" | "rebase" | ""; // checked against the description
    const sha = await mergePull(world, repository, pullIn(repository, params), {
      ...(typeof body["sha"] === "string" && { sha: body["sha"] }),
      ...(typeof body["commit_title"] === "string" && { title: body["commit_title"] }),
      ...(typeof body["commit_message"] === "string" && { message: body["commit_message"] }),
      method: method === "" ? "merge" : method,
      by: actor(world, caller),
      caller,
    });
    return ok({ sha, merged: true, message: "Pull Request successfully merged" });
  },
  "pulls/request-reviewers": requestReviewers,
};

export function pullIn(repository: Repository, params: Record<string, string>): PullIssue {
  const issue = issueIn(repository, params);
  if (!isPull(issue)) throw notFound();
  return issue;
}

export function renderFiles(world: World, repository: Repository, sha: string, files: FileDiff[]): Json[] {
  return files.map((file) => ({
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${world.url}/${repository.fullName}/blob/${sha}/${encodeURI(file.filename)}`,
    raw_url: `${world.url}/${repository.fullName}/raw/${sha}/${encodeURI(file.filename)}`,
    contents_url: `${world.url}/repos/${repository.fullName}/contents/${encodeURI(file.filename)}?ref=${sha}`,
    ...(file.patch !== undefined && { patch: file.patch }),
    ...(file.previous !== undefined && { previous_filename: file.previous }),
  }));
}

function listPulls(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const state = query["state"] ?? "open";
  const head = query["head"]?.toLowerCase();
  const chosen = repository.issues.filter(isPull).filter(
    ({ state: is, pull }) =>
      (state === "all" || is === state) &&
      // GitHub ignores a head without "owner:".
      (!head?.includes(":") || `${repository.owner.login}:${pull.head.ref}`.toLowerCase() === head) &&
      (query["base"] === undefined || pull.base.ref === query["base"]),
  );
  const sorted = query["direction"] === "asc" ? chosen : chosen.toReversed();
  return page(
    call,
    sorted.map((issue) => renderPullSimple(world, repository, issue)),
  );
}

async function updatePull(call: RepositoryCall): Promise<Reply> {
  const { world, repository, caller, body } = call;
  const issue = pullIn(repository, call.params);
  const act = actOf(call);
  if (caller.kind === "user" && issue.user !== act.by && !isAtLeast(roleOf(repository, act.by), "write"))
    throw notFound();
  await retarget(act, issue, body["base"]);
  await editIssue(act, issue, {
    ...(typeof body["title"] === "string" && { title: body["title"] }),
    ...(typeof body["body"] === "string" && { body: body["body"] }),
  });
  if (body["state"] === "closed") await closePull(act, issue);
  if (body["state"] === "open" && issue.state === "closed") await reopenPull(act, issue);
  return ok(await renderPull(world, repository, issue));
}

async function retarget(act: Act, issue: PullIssue, base: unknown): Promise<void> {
  const old = { ...issue.pull.base };
  if (typeof base !== "string" || base === old.ref) return;
  const sha = act.repository.refs.get(`refs/heads/${base}`);
  if (!sha) throw invalid("Validation Failed", { resource: "PullRequest", field: "base", code: "invalid" });
  issue.pull.base = { ref: base, sha };
  await announce(act, issue, "edited", { changes: { base: { ref: { from: old.ref }, sha: { from: old.sha } } } });
}

async function requestReviewers({ world, repository, caller, params, body }: RepositoryCall): Promise<Reply> {
  if (caller.kind === "installation" && !holds(caller.permissions, "pull_requests", "write")) throw notFound();
  const issue = pullIn(repository, params);
  for (const login of list(body["reviewers"])) {
    const account = found(findAccount(world, text(login)));
    if (!repository.collaborators.has(account.login.toLowerCase()) && account !== repository.owner) {
      throw new ApiError(
        422,
        "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.",
      );
    }
    if (account === issue.user) throw new ApiError(422, "Review cannot be requested from pull request author.");
    if (issue.pull.reviewers.includes(account)) continue;
    issue.pull.reviewers.push(account);
    await announce(actOf({ world, repository, caller }), issue, "review_requested", {
      requested_reviewer: renderAccount(world, account),
    });
  }
  return created(renderPullSimple(world, repository, issue));
}
