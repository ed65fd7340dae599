import type { CommitInfo, Person } from "./bare-git.ts";
import { renderAccount, stamp } from "./render.ts";
import { nodeId } from "./world.ts";
import type { Account, Repository, World } from "./world.ts";
import type { Json } from "./types.ts";

export const noReply = ({ id, login }: Account): string => `${id}+${login}@users.noreply.github.com`;

/** GitHub maps a commit to an account by its email; its own belongs to the user `web-flow`. */
export function accountOf(world: World, { email }: Person): Account | undefined {
  if (email === "noreply@github.com") return world.webFlow;
  return [...world.accounts.values()].find((account) => noReply(account) === email);
}

const renderPerson = ({ name, email, date }: Person) => ({ name, email, date: stamp(date) });

function renderVerification(repository: Repository, sha: string): Json {
  if (!repository.signed.has(sha)) {
    return { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
  }
  const signature = "-----BEGIN PGP SIGNATURE-----\n\nstand-in\n-----END PGP SIGNATURE-----\n";
  return {
    verified: true,
    reason: "valid",
    signature,
    payload: `commit ${sha}\n`,
    verified_at: "2026-01-01T00:00:00Z",
  };
}

const parents = (world: World, { fullName }: Repository, commit: CommitInfo, kind: string) =>
  commit.parents.map((sha) => ({
    sha,
    url: `${world.url}/repos/${fullName}/${kind}/${sha}`,
    html_url: `${world.url}/${fullName}/commit/${sha}`,
  }));

/** A commit as the Git Data API shows it. */
export function renderGitCommit(world: World, repository: Repository, commit: CommitInfo): Json {
  const url = `${world.url}/repos/${repository.fullName}/git`;
  return {
    sha: commit.sha,
    node_id: nodeId("C", repository.id),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${world.url}/${repository.fullName}/commit/${commit.sha}`,
    author: renderPerson(commit.author),
    committer: renderPerson(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    parents: parents(world, repository, commit, "git/commits"),
    verification: renderVerification(repository, commit.sha),
  };
}

/** A commit as the repositories API shows it. */
export function renderCommit(world: World, repository: Repository, commit: CommitInfo): Json {
  const { tree, message, author, committer, verification } = renderGitCommit(world, repository, commit);
  const url = `${world.url}/repos/${repository.fullName}/commits/${commit.sha}`;
  const account = (person: Person) => {
    const known = accountOf(world, person);
    return known ? renderAccount(world, known) : null;
  };
  return {
    sha: commit.sha,
    node_id: nodeId("C", repository.id),
    commit: {
      url: `${world.url}/repos/${repository.fullName}/git/commits/${commit.sha}`,
      author,
      committer,
      message,
      tree,
      comment_count: 0,
      verification,
    },
    url,
    html_url: `${world.url}/${repository.fullName}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: account(commit.author),
    committer: account(commit.committer),
    parents: parents(world, repository, commit, "commits"),
  };
}

/** A commit as checks and workflow runs show it. */
export function renderSimpleCommit(commit: CommitInfo): Json {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: stamp(commit.author.date),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}
