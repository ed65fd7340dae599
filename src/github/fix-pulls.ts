import { fixBranchPrefix } from "../domain/incident.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";

/** GitHub names the branch of a revert after the one that it takes back. */
const ourBranch = new RegExp(`^(?:revert-\\d+-)?${fixBranchPrefix}`);

/** Open fixes and reverts that our App proposed. One request per 100 open pull requests. Needs scope `govern`. */
export async function listFixPulls(
  octokit: Octokit,
  repo: Repository,
): Promise<{ number: number; head: CommitSha; base: string; author: string }[]> {
  const { login } = await octokit.self.identity();
  const pulls = await octokit.paginate(octokit.rest.pulls.list, { ...at(repo), state: "open", per_page: 100 });
  return pulls.flatMap(({ number, head, base, user }) =>
    user?.login === login && ourBranch.test(head.ref)
      ? [{ number, head: CommitSha.parse(head.sha), base: base.ref, author: user.login }]
      : [],
  );
}

/** Numbers of the open pull requests whose head is this commit: a check on it is on all of them. One request. */
export async function listPullsWithHead(octokit: Octokit, repo: Repository, head: CommitSha): Promise<number[]> {
  const target = { ...at(repo), commit_sha: head, per_page: 100 };
  const pulls = await octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, target);
  return pulls.filter((pull) => pull.state === "open" && pull.head.sha === head).map(({ number }) => number);
}
