import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { clip } from "./clip.ts";
import { errorKind } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** A pull request as GitHub has it now. */
export type PullState = {
  number: number;
  state: "open" | "closed";
  draft: boolean;
  head: CommitSha;
  branch: string;
  base: string;
  title: string;
  url: string;
  /** What GraphQL calls it. */
  nodeId: string;
  merged: boolean;
  /** Whether its commits fit the base's, which GitHub works out only when it is asked. */
  mergeable: "yes" | "no" | "computing";
  mergeSha?: CommitSha;
  mergedBy?: string;
  /** Who closed it without merging. */
  closedBy?: string;
};

export type NewPull = { branch: string; base: string; title: string; body: string; draft: boolean };

/**
 * Opens a pull request for a branch, or adopts the open one and brings its title and body up to date. One request when
 * it is new. Opens it ready where the plan has no drafts.
 */
export async function openPull(
  octokit: Octokit,
  repo: Repository,
  { branch: head, ...wanted }: NewPull,
): Promise<{ number: number; head: CommitSha; url: string }> {
  const { pulls } = octokit.rest;
  const text = { title: clip(wanted.title, 256), body: clip(wanted.body) };
  try {
    const { data } = await pulls.create({ ...at(repo), ...text, head, base: wanted.base, draft: wanted.draft });
    return opened(data);
  } catch (error) {
    // 422: there is one already, or drafts are not supported, or the branch has nothing to merge.
    if (errorKind(error) !== "invalid") throw error;
    const { data } = await pulls.list({ ...at(repo), head: `${repo.owner}:${head}`, state: "open" });
    const there = data.find((pull) => pull.base.ref === wanted.base);
    if (there) return opened((await pulls.update({ ...at(repo), pull_number: there.number, ...text })).data);
    if (wanted.draft && /draft/i.test(String(error)))
      return openPull(octokit, repo, { branch: head, ...wanted, draft: false });
    throw error;
  }
}

function opened(data: { number: number; head: { sha: string }; html_url: string }) {
  return { number: data.number, head: CommitSha.parse(data.head.sha), url: data.html_url };
}

/** One request; two for one that was closed without merging, to learn by whom. */
export async function readPull(octokit: Octokit, repo: Repository, number: number): Promise<PullState> {
  const { data } = await octokit.rest.pulls.get({ ...at(repo), pull_number: number });
  const closedBy = data.state === "closed" && !data.merged ? await readCloser(octokit, repo, number) : undefined;
  return {
    number,
    state: data.state,
    draft: data.draft ?? false,
    head: CommitSha.parse(data.head.sha),
    branch: data.head.ref,
    base: data.base.ref,
    title: data.title,
    url: data.html_url,
    nodeId: data.node_id,
    merged: data.merged,
    mergeable: mergeability[String(data.mergeable)] ?? "computing",
    ...(data.merged && data.merge_commit_sha && { mergeSha: CommitSha.parse(data.merge_commit_sha) }),
    ...(data.merged_by && { mergedBy: data.merged_by.login }),
    ...(closedBy && { closedBy }),
  };
}

const mergeability: Readonly<Record<string, PullState["mergeable"]>> = { true: "yes", false: "no" };

/** Only the issue behind a pull request says who closed it. */
async function readCloser(octokit: Octokit, repo: Repository, number: number): Promise<string | undefined> {
  const { data } = await octokit.rest.issues.get({ ...at(repo), issue_number: number });
  return data.closed_by?.login;
}

export async function updatePullBody(octokit: Octokit, repo: Repository, number: number, body: string): Promise<void> {
  await octokit.rest.pulls.update({ ...at(repo), pull_number: number, body: clip(body) });
}

/** Closing a closed or merged pull request changes nothing. */
export async function closePull(octokit: Octokit, repo: Repository, number: number): Promise<void> {
  await octokit.rest.pulls.update({ ...at(repo), pull_number: number, state: "closed" });
}

const readyMutation = `mutation ($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;

/** Takes an open pull request out of draft; does nothing where it is not one. Only GraphQL can. */
export async function markReady(octokit: Octokit, repo: Repository, number: number): Promise<void> {
  const { state, draft, nodeId } = await readPull(octokit, repo, number);
  if (state === "open" && draft) await octokit.graphql(readyMutation, { id: nodeId });
}

const revertMutation = `mutation ($input: RevertPullRequestInput!) {
  revertPullRequest(input: $input) { revertPullRequest { number } }
}`;

type Answer = { revertPullRequest: { revertPullRequest: { number: number } } };

/** Opens a pull request that takes a merged one back, or finds the one that was opened before. Gives its number. */
export async function proposeRevert(
  octokit: Octokit,
  repo: Repository,
  { number, body }: { number: number; body: string },
): Promise<number> {
  const { branch, title, nodeId } = await readPull(octokit, repo, number);
  // GitHub names the branch of a revert after the pull request that it takes back.
  const head = `${repo.owner}:revert-${number}-${branch}`;
  const { data } = await octokit.rest.pulls.list({ ...at(repo), head, state: "all" });
  const [there] = data;
  if (there) return there.number;
  const input = { pullRequestId: nodeId, title: clip(`Revert "${title}"`, 256), body: clip(body), draft: false };
  const answer = await octokit.graphql<Answer>(revertMutation, { input });
  return answer.revertPullRequest.revertPullRequest.number;
}

const colours: Record<string, string> = {
  proven: "1a7f37",
  verified: "0969da",
  unproven: "9a6700",
  rejected: "cf222e",
};
const otherColour = "8250df";

/**
 * Puts labels on an issue or pull request, beside those it has. GitHub makes the ones that the repository lacks, in grey;
 * the last, which carries the verdict, is made first, in its colour. One request, two where that label is not known yet.
 * Needs scope `report`: making a label takes `issues: write`. With less, the label stays grey.
 */
export async function addLabels(
  octokit: Octokit,
  repo: Repository,
  number: number,
  labels: readonly string[],
): Promise<void> {
  const verdict = labels.at(-1) ?? "";
  const { knownLabels } = octokit.self;
  if (verdict && !knownLabels.has(`${repo.id} ${verdict}`)) {
    const color = colours[verdict.split(":").at(-1) ?? ""] ?? otherColour;
    await octokit.rest.issues.createLabel({ ...at(repo), name: verdict, color }).catch((error: unknown) => {
      // 422: it is there already, perhaps in a colour that somebody chose. 403: a colour is not worth failing for.
      if (!["invalid", "forbidden"].includes(errorKind(error) ?? "")) throw error;
    });
    knownLabels.add(`${repo.id} ${verdict}`);
  }
  await octokit.rest.issues.addLabels({ ...at(repo), issue_number: number, labels: [...labels] });
}
