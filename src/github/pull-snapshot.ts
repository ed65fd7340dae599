import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Policy } from "../domain/policy.ts";
import { Postponed } from "../domain/postponed.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { accountOf } from "./account.ts";
import { at } from "./address.ts";
import { readCheckResults } from "./check-results.ts";
import { readCodeOwners } from "./code-owners-file.ts";
import type { Permissions } from "./granted.ts";
import type { Octokit } from "./octokit.ts";
import { readCommits } from "./pull-commits.ts";
import { readFiles } from "./pull-files.ts";
import { readOrigin } from "./pull-origin.ts";
import type { Remembered } from "./pull-origin.ts";
import { readPeople } from "./pull-people.ts";
import { readReviews } from "./pull-reviews.ts";
import { readRequiredChecks } from "./required-checks.ts";
import { readTeams } from "./teams.ts";

/** What a base branch asks of every pull request into it. */
export type Base = Pick<Snapshot, "requiredChecks" | "codeOwners">;

type Asked = {
  number: number;
  /** Absent: not a fix of ours. */
  remembered?: Remembered | undefined;
  /** Says which teams matter. */
  policy: Policy;
  /** Whether that policy could be read. */
  policyState: Snapshot["policy"];
  /** See `readBase`; many pull requests share it. */
  readBase: (branch: string) => Promise<Base>;
  /** What the installation has granted the App. */
  granted: Permissions;
  /** UTC milliseconds. */
  now: () => number;
};

const againMs = 5_000;

/**
 * Everything that the gate of a pull request is decided from, as GitHub has it now. What GitHub does not show is unknown
 * in the snapshot; outages are thrown. Throws `Postponed` where the pull request does not hold still. About a dozen
 * requests, most of them free while nothing changes. Needs scope `govern`.
 */
export async function readSnapshot(octokit: Octokit, repo: Repository, asked: Asked): Promise<Snapshot> {
  for (let tries = 0; tries < 2; tries += 1) {
    const pull = await readNow(octokit, repo, asked.number);
    const snapshot = await collect(octokit, repo, { pull, asked });
    // A head that was pushed meanwhile would be decided by the reviews and checks of another one.
    if (isSame(pull, await readNow(octokit, repo, asked.number))) return snapshot;
  }
  throw new Postponed(`#${asked.number} changes while it is being read`, asked.now() + againMs);
}

/** Four to six requests. Needs scope `govern`. */
export async function readBase(
  octokit: Octokit,
  repo: Repository,
  { branch, granted }: { branch: string; granted: Permissions },
): Promise<Base> {
  const [requiredChecks, codeOwners] = await Promise.all([
    readRequiredChecks(octokit, repo, { branch, granted }),
    readCodeOwners(octokit, repo, branch),
  ]);
  return { requiredChecks, codeOwners };
}

type PullData = Awaited<ReturnType<Octokit["rest"]["pulls"]["get"]>>["data"];

async function readNow(octokit: Octokit, repo: Repository, number: number): Promise<PullData> {
  const { data } = await octokit.rest.pulls.get({ ...at(repo), pull_number: number });
  return data;
}

function isSame(a: PullData, b: PullData): boolean {
  const parts = ({ head, base, state, merged, draft }: PullData) => [
    head.sha,
    base.ref,
    base.sha,
    state,
    merged,
    draft,
  ];
  return parts(a).join() === parts(b).join();
}

type Job = { pull: PullData; asked: Asked };

async function collect(octokit: Octokit, repo: Repository, { pull, asked }: Job): Promise<Snapshot> {
  const { granted, remembered } = asked;
  const [app, files, commits, reviews, checks, base] = await Promise.all([
    octokit.self.identity(),
    readFiles(octokit, repo, pull),
    readCommits(octokit, repo, pull),
    readReviews(octokit, repo, pull.number),
    readCheckResults(octokit, repo, CommitSha.parse(pull.head.sha)),
    asked.readBase(pull.base.ref),
  ]);
  const author = accountOf(pull.user);
  const { owner } = pull.base.repo;
  const slugs = owner.type === "Organization" ? teamsNamed(asked.policy, base.codeOwners, owner.login) : [];
  const [origin, people] = await Promise.all([
    readOrigin(octokit, repo, { author, login: app.login, commits, remembered }),
    readTeams(octokit, { organization: owner.login, slugs, granted }).then(async (teams) =>
      readPeople(octokit, repo, { reviews, teams }),
    ),
  ]);
  return {
    version: 1,
    app: { id: app.id, login: app.login },
    repository: { owner: repo.owner, name: repo.name, defaultBranch: pull.base.repo.default_branch },
    pull: shownPull(pull),
    origin,
    files,
    commits: isUnknown(commits) ? commits : commits.map(({ commit }) => commit),
    reviews,
    people,
    codeOwners: base.codeOwners,
    checks,
    requiredChecks: base.requiredChecks,
    policy: asked.policyState,
  };
}

function shownPull(pull: PullData): Snapshot["pull"] {
  const { number, state, merged, head, base } = pull;
  return {
    number,
    state,
    merged,
    draft: pull.draft ?? false,
    author: accountOf(pull.user),
    head: CommitSha.parse(head.sha),
    branch: head.ref,
    base: base.ref,
    // A fork that was deleted is a fork.
    fork: (head.repo as typeof head.repo | null)?.id !== base.repo.id,
  };
}

/** Slugs of the teams whose members may have to approve: those the policy names, and those that own code. */
function teamsNamed({ gate }: Policy, codeOwners: Fact<string | null>, organization: string): string[] {
  const owned = isUnknown(codeOwners) ? "" : (codeOwners ?? "").replaceAll(/^[ \t]*#.*$/gm, "");
  const owners = [...owned.matchAll(/@([\w.-]+)\/([\w.-]+)/g)].flatMap(([, org = "", slug = ""]) =>
    org.toLowerCase() === organization.toLowerCase() ? [slug] : [],
  );
  const slugs = [...gate.teams, ...gate.tiers.flatMap(({ teams }) => teams), ...owners];
  return [...new Set(slugs.map((slug) => slug.toLowerCase()))].toSorted();
}
