import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { CommitSha, Repository, TreeSha } from "../domain/repository.ts";
import type { Account, Origin } from "../domain/snapshot.ts";
import type { Octokit } from "./octokit.ts";
import { readCommitAuthor } from "./pull-commits.ts";
import type { ReadCommit } from "./pull-commits.ts";

type Fix = Extract<Origin, { kind: "fix" }>;

/** What Self-Heal remembers of its fix; GitHub has the rest. */
export type Remembered = Omit<Fix, "kind" | "failingAuthor" | "provenHead"> & {
  /** What was proven is a tree: any commit that holds it is the proven one. */
  provenTree?: TreeSha | undefined;
  /** The commit that failed, where its author must be known. */
  failingCommit?: string | undefined;
};

type Asked = {
  /** Of the pull request. */
  author: Account | null;
  /** Our own. */
  login: string;
  commits: Fact<readonly ReadCommit[]>;
  remembered: Remembered | undefined;
};

/**
 * Where a pull request comes from: from memory, never from what it says of itself. One that nobody remembers is a bot's or
 * a person's by its author. One request where the author of the failing commit is asked for. Needs scope `govern`.
 */
export async function readOrigin(
  octokit: Octokit,
  repo: Repository,
  { author, login, commits, remembered }: Asked,
): Promise<Fact<Origin>> {
  if (remembered) {
    const { provenTree, failingCommit, ...facts } = remembered;
    const failingAuthor = failingCommit === undefined ? null : await readCommitAuthor(octokit, repo, failingCommit);
    return { kind: "fix", ...facts, failingAuthor, provenHead: provenHead(commits, provenTree) };
  }
  if (!author) return unknown("the account that opened it was deleted, so it may have been a person or a bot");
  if (author.login === login)
    return unknown(
      "Self-Heal opened it and remembers nothing of it, so nobody can say who asked for it. Close it, and ask for the fix again.",
    );
  return { kind: author.type === "Bot" ? "bot" : "person" };
}

function provenHead(commits: Fact<readonly ReadCommit[]>, tree: TreeSha | undefined): CommitSha | null {
  if (isUnknown(commits)) return null;
  return commits.findLast((one) => one.tree === tree)?.commit.sha ?? null;
}
