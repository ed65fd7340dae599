import type { CommitInfo } from "./bare-git.ts";
import { runWorkflow } from "./workflow-runs.ts";
import { closePull, headMoved } from "./pulls.ts";
import { stamp } from "./render.ts";
import { accountOf, noReply } from "./render-git.ts";
import { renderSuite } from "./render-checks.ts";
import { invalid } from "./reply.ts";
import type { Act, CheckSuite, Repository, World } from "./world.ts";
import type { Json } from "./types.ts";

const noCommit = "0".repeat(40);
type Move = { ref: string; before: string; after: string };

/** Points a ref at a commit and lets everything follow that follows a push. */
export async function moveRef(act: Act, ref: string, sha: string): Promise<void> {
  await act.repository.git.updateRef(ref, sha);
  await refsMoved(act);
}

export async function removeRef(act: Act, ref: string): Promise<void> {
  await act.repository.git.deleteRef(ref);
  await refsMoved(act);
}

/** Throws what GitHub answers when a ref would not move forward and was not forced to. */
export async function assertForward(repository: Repository, from: string, to: string): Promise<void> {
  if (!(await repository.git.isAncestor(from, to))) throw invalid("Update is not a fast forward");
}

/** Compares the refs with what they were, and tells everybody: push webhooks, pull requests, CI. */
export async function refsMoved(act: Act): Promise<void> {
  const { repository } = act;
  const old = repository.refs;
  const now = await repository.git.refs();
  repository.refs = now;
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((ref) => /^refs\/(heads|tags)\//.test(ref));
  const moves = names.map((ref) => ({ ref, before: old.get(ref) ?? noCommit, after: now.get(ref) ?? noCommit }));
  for (const move of moves.filter(({ before, after }) => before !== after)) await refMoved(act, move);
}

async function refMoved(act: Act, move: Move): Promise<void> {
  const { world, repository, by } = act;
  repository.pushedAt = world.now();
  const isBranch = move.ref.startsWith("refs/heads/");
  const name = move.ref.replace(/^refs\/(heads|tags)\//, "");
  if (move.before === noCommit || move.after === noCommit) {
    const event = move.before === noCommit ? "create" : "delete";
    const created = event === "create" && { master_branch: repository.defaultBranch, description: null };
    const payload = { ref: name, ref_type: isBranch ? "branch" : "tag", ...created, pusher_type: "user" };
    world.emit(event, { repository, sender: by, payload });
  }
  world.emit("push", { repository, sender: by, payload: await pushPayload(act, move) });
  if (isBranch) await branchMoved(act, { ...move, branch: name });
}

async function branchMoved(act: Act, move: Move & { branch: string }): Promise<void> {
  const { world, repository, by } = act;
  const { branch, before, after } = move;
  if (after === noCommit) {
    for (const issue of repository.issues) {
      if (issue.pull?.head.ref === branch && issue.state === "open") await closePull(act, issue);
    }
    return;
  }
  const suite: CheckSuite = {
    id: world.nextId(),
    app: world.app,
    headSha: after,
    headBranch: branch,
    before,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  repository.suites.push(suite);
  world.emit("check_suite.requested", {
    repository,
    sender: by,
    payload: { check_suite: await renderSuite(world, repository, suite) },
  });
  await headMoved(act, move);
  if (branch === repository.defaultBranch) runWorkflow(world, repository, { sha: after, branch, event: "push", by });
}

async function pushPayload({ world, repository, by }: Act, { ref, before, after }: Move): Promise<Json> {
  const deleted = after === noCommit;
  const created = before === noCommit;
  const range = created ? after : `${before}..${after}`;
  const ids = deleted ? [] : await repository.git.log(range, created ? 1 : 20);
  const commits = await Promise.all(
    ids.toReversed().map(async (id) => pushedCommit(world, repository, await repository.git.commit(id))),
  );
  return {
    ref,
    before,
    after,
    pusher: { name: by.login, email: noReply(by) },
    created,
    deleted,
    forced: !created && !deleted && !(await repository.git.isAncestor(before, after)),
    base_ref: null,
    compare: `${world.url}/${repository.fullName}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: created ? [] : commits,
    head_commit: commits.at(-1) ?? null,
  };
}

async function pushedCommit(world: World, repository: Repository, commit: CommitInfo): Promise<Json> {
  const person = (who: CommitInfo["author"]) => {
    const username = accountOf(world, who)?.login;
    return { name: who.name, email: who.email, ...(username && { username }) };
  };
  const rows = (
    await repository.git.line(["diff-tree", "--root", "--no-commit-id", "--name-status", "-r", commit.sha])
  ).split("\n");
  const paths = (letter: string) => rows.filter((row) => row.startsWith(letter)).map((row) => row.slice(2));
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: stamp(commit.committer.date),
    url: `${world.url}/${repository.fullName}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths("A"),
    removed: paths("D"),
    modified: paths("M"),
  };
}
