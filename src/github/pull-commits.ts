import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { AccountId } from "../domain/signal.ts";
import type { Account, PullCommit } from "../domain/snapshot.ts";
import { accountOf } from "./account.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/** GitHub lists no more (GitHub docs, "List commits on a pull request"). */
const maxCommits = 250;

/** A commit with the id of its tree, which tells whether it holds what was proven. */
export type ReadCommit = { commit: PullCommit; tree: string };

/** The commits of a pull request, oldest first, all of them or none. One request per 100. Needs scope `govern`. */
export async function readCommits(
  octokit: Octokit,
  repo: Repository,
  { number, commits: count }: { number: number; commits: number },
): Promise<Fact<ReadCommit[]>> {
  if (count > maxCommits)
    return unknown(`it has ${count} commits, and GitHub lists no more than ${maxCommits}. Squash some of them.`);
  return visible<Fact<ReadCommit[]>>("The commits", "Pull requests: read", async () => {
    const target = { ...at(repo), pull_number: number, per_page: 100 };
    const commits = await octokit.paginate(octokit.rest.pulls.listCommits, target);
    if (commits.length !== count) return unknown(`GitHub counts ${count} commits and lists ${commits.length}`);
    return commits.map(({ sha, parents, author, committer, commit }) => ({
      commit: {
        sha: CommitSha.parse(sha),
        parents: parents.map((parent) => CommitSha.parse(parent.sha)),
        author: accountOf(author),
        committer: accountOf(committer),
        coAuthors: coAuthorsOf(commit.message),
        verified: commit.verification?.verified ?? false,
      },
      tree: commit.tree.sha,
    }));
  });
}

const trailer = /^[ \t]*co-authored-by[ \t]*:[ \t]*(\S.*)$/gim;
// `ID+login@users.noreply.github.com`, without the id in addresses from before 2017 (GitHub docs, "Setting your commit
// email address"); GitHub Enterprise Server has a host of its own.
const noreply = /<(?:(\d+)\+)?([a-z\d](?:[a-z\d-]{0,99})(?:\[bot\])?)@users\.noreply\.[a-z\d.-]+>\s*$/i;

/** More than anybody works with; who writes the message decides whom it names anyway. */
const maxCoAuthors = 100;

/** Who a commit message names as co-authors, wherever in it: rather one too many than one too few. */
function coAuthorsOf(message: string): PullCommit["coAuthors"] {
  return [...message.matchAll(trailer)].slice(0, maxCoAuthors).map(([, text = ""]) => {
    const [, digits, login] = noreply.exec(text.slice(-300)) ?? [];
    const { data: id } = AccountId.safeParse(Number(digits));
    return {
      ...(id !== undefined && { id }),
      ...(login !== undefined && { login: login.slice(0, 100) }),
      text: text.trim().slice(0, 500),
    };
  });
}

/** The account that wrote a commit; `null` where GitHub knows none for it. One request. Needs scope `govern`. */
export async function readCommitAuthor(octokit: Octokit, repo: Repository, sha: string): Promise<Fact<Account | null>> {
  if (!/^[0-9a-f]{7,40}$/i.test(sha))
    return unknown(`the report calls the commit that failed "${sha}", which is no id`);
  return visible<Account | null>(`The author of ${sha}`, "Contents: read", async () => {
    const { data } = await octokit.rest.repos.getCommit({ ...at(repo), ref: sha, per_page: 1 });
    return accountOf(data.author);
  });
}
