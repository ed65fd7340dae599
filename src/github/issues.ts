import type { Repository } from "../domain/repository.ts";
import { at } from "./address.ts";
import { clip } from "./clip.ts";
import { whenMissing } from "./github-error.ts";
import { isMarked, markedText, sameText } from "./marker.ts";
import type { Octokit } from "./octokit.ts";

/** One issue of ours, as it should be. */
export type KeptIssue = {
  /** Its number, where it is remembered; else it is searched for by its marker. */
  known?: number | undefined;
  /** An HTML comment that names it among our issues. */
  marker: string;
  title: string;
  /** Must depend on nothing but what it reports: another text is a reason to write, and to open it again. */
  body: string;
  open: boolean;
  /** Said in a comment when it is closed. */
  closing?: string;
};

type Found = { number: number; state: string; title: string; body?: string | null };

/** An issue that we closed has another text than one that is open, so opening it again is a change like any other. */
const closedMark = "<!-- self-heal:closed -->";

/**
 * Keeps one issue of ours as it should be, and gives its number; `undefined` where there is none (issues may be switched
 * off). Writes only on change. What a person closed stays closed until the text changes; what a person opened again
 * stays open. Needs scope `report`.
 */
export async function keepIssue(octokit: Octokit, repo: Repository, issue: KeptIssue): Promise<number | undefined> {
  const there = (await readKnown(octokit, repo, issue)) ?? (await findIssue(octokit, repo, issue));
  const { issues } = octokit.rest;
  if (!issue.open) {
    if (there) await close(octokit, repo, there, issue);
    return there?.number;
  }
  const title = clip(issue.title, 256);
  const body = markedText(issue);
  if (!there) {
    // 410: issues are switched off here.
    const made = await issues.create({ ...at(repo), title, body }).catch(whenMissing(undefined));
    return made?.data.number;
  }
  if (there.title !== title || !sameText(there.body, body))
    await issues.update({ ...at(repo), issue_number: there.number, title, body, state: "open" });
  return there.number;
}

async function close(octokit: Octokit, repo: Repository, there: Found, issue: KeptIssue): Promise<void> {
  if (there.state === "closed" || there.body?.includes(closedMark)) return;
  const target = { ...at(repo), issue_number: there.number };
  const body = markedText({ marker: `${issue.marker}${closedMark}`, body: issue.body });
  await octokit.rest.issues.update({ ...target, body, state: "closed", state_reason: "completed" });
  // After the change, so that a repeated try never says it twice.
  if (issue.closing) await octokit.rest.issues.createComment({ ...target, body: clip(issue.closing) });
}

/** A number is remembered, not proven: the issue may have been deleted, or moved to another repository. */
async function readKnown(octokit: Octokit, repo: Repository, { known }: KeptIssue): Promise<Found | undefined> {
  if (known === undefined) return undefined;
  const { login } = await octokit.self.identity();
  const answer = await octokit.rest.issues.get({ ...at(repo), issue_number: known }).catch(whenMissing(undefined));
  return answer?.data.number === known && answer.data.user?.login === login ? answer.data : undefined;
}

async function findIssue(octokit: Octokit, repo: Repository, { marker, open }: KeptIssue): Promise<Found | undefined> {
  const { login } = await octokit.self.identity();
  const pages = octokit.paginate.iterator(octokit.rest.issues.listForRepo, {
    ...at(repo),
    creator: login,
    state: open ? "all" : "open",
    per_page: 100,
  });
  for await (const { data } of pages) {
    const found = data.find(({ body, pull_request: pull }) => !pull && isMarked(body ?? undefined, marker));
    if (found) return found;
  }
  return undefined;
}
