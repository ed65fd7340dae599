import { unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { CommitSha, Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

const query = `query ($owner: String!, $repo: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $repo) {
    mergeQueue(branch: $branch) {
      entries(first: 100, after: $after) {
        nodes { position headCommit { oid } pullRequest { number } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;

type Entry = { position: number; headCommit: { oid: string } | null; pullRequest: { number: number } | null };
type Answer = {
  repository: {
    mergeQueue: {
      entries: { nodes: (Entry | null)[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    } | null;
  } | null;
};

/**
 * The pull requests whose changes are in a merge queue's group: all that are queued up to its head, for the head has their
 * commits. `ref` is GitHub's name for the group and names only one of them. One GraphQL request per 100 queued. Needs
 * scope `govern` with Merge queues: read.
 */
export async function readMergeGroup(
  octokit: Octokit,
  repo: Repository,
  { ref, head }: { ref: string; head: CommitSha },
): Promise<Fact<number[]>> {
  // A base branch may have any name, so the last part decides (nrwl/nx-set-shas#120).
  const [, branch = "", named = ""] = /gh-readonly-queue\/(.+)\/pr-(\d+)-[0-9a-f]+$/.exec(ref) ?? [];
  if (branch === "") return unknown(`${ref} is no name of a merge group`);
  return visible<Fact<number[]>>("The merge queue", "Merge queues: read", async () => {
    const entries = await readEntries(octokit, repo, branch);
    const last = entries.find(({ headCommit }) => headCommit?.oid === head);
    if (!last) return unknown(`the merge queue of ${branch} has no entry with the head ${head} (any more)`);
    const group = entries.filter(({ position }) => position <= last.position);
    const numbers = group.flatMap(({ pullRequest }) => (pullRequest ? [pullRequest.number] : []));
    if (numbers.length < group.length || !numbers.includes(Number(named)))
      return unknown(`the merge queue of ${branch} does not show all pull requests of the group`);
    return numbers;
  });
}

async function readEntries(octokit: Octokit, repo: Repository, branch: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after: string | null = null;
  do {
    const answer: Answer = await octokit.graphql<Answer>(query, { ...at(repo), branch, after });
    const page = answer.repository?.mergeQueue?.entries;
    entries.push(...(page?.nodes ?? []).filter((entry) => entry !== null));
    after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return entries;
}
