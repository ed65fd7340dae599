import { isPull } from "./issues.ts";
import { renderCheckRun, renderStatus } from "./render-checks.ts";
import { renderComment, renderIssue } from "./render-issue.ts";
import { renderPull, renderReview } from "./render-pull.ts";
import { changesOf } from "./repository-changes.ts";
import type { RepositoryView } from "./types.ts";
import type { Repository, World } from "./world.ts";
import { readFiles } from "./workflow-runs.ts";

/** The test's own look at a repository, without a request. */
export function viewRepository(world: World, repository: Repository): RepositoryView {
  const head = (branch = repository.defaultBranch) => {
    const sha = repository.refs.get(`refs/heads/${branch}`);
    if (!sha) throw new Error(`${repository.fullName} has no branch ${branch}`);
    return sha;
  };
  return {
    ...changesOf(world, repository),
    id: repository.id,
    get owner() {
      return repository.owner.login;
    },
    get name() {
      return repository.name;
    },
    get fullName() {
      return repository.fullName;
    },
    get defaultBranch() {
      return repository.defaultBranch;
    },
    directory: repository.git.directory,
    get cloneUrl() {
      return `${world.url}/${repository.fullName}.git`;
    },
    settings: repository.settings,
    issues: () => repository.issues.filter(({ pull }) => !pull).map((issue) => renderIssue(world, repository, issue)),
    pulls: async () =>
      Promise.all(repository.issues.filter(isPull).map((issue) => renderPull(world, repository, issue))),
    comments: (number) =>
      repository.comments
        .filter(({ issue }) => issue.number === number)
        .map((comment) => renderComment(world, repository, comment)),
    reviews: (number) =>
      repository.issues.flatMap((issue) =>
        issue.number === number
          ? (issue.pull?.reviews ?? []).map((review) => renderReview(world, repository, issue, review))
          : [],
      ),
    checkRuns: (sha) =>
      repository.checks
        .filter(({ headSha }) => sha === undefined || headSha === sha)
        .map((run) => renderCheckRun(world, repository, run)),
    statuses: (sha) =>
      repository.statuses
        .filter((status) => status.sha === sha)
        .map((status) => renderStatus(world, repository, status)),
    branches: async () =>
      Object.fromEntries(
        [...repository.refs]
          .filter(([ref]) => ref.startsWith("refs/heads/"))
          .map(([ref, sha]) => [ref.slice("refs/heads/".length), sha]),
      ),
    head: async (branch) => head(branch),
    files: async (ref) => readFiles(repository, repository.refs.get(`refs/heads/${ref}`) ?? ref ?? head()),
    git: async (...args) => repository.git.line(args),
  };
}
