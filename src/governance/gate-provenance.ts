import type { Outcome, Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Account, PullCommit, Snapshot } from "../domain/snapshot.ts";
import { createAccountMap, keyOf } from "./account-map.ts";
import type { AccountMap } from "./account-map.ts";
import { isApp } from "./gate-case.ts";
import type { Fix, GateCase } from "./gate-case.ts";
import { code, count, listed, reason, short } from "./gate-reason.ts";

/** GitHub itself, which commits for whoever edits, merges or reverts on its pages; they are the author. */
const github = "web-flow";

/**
 * Everybody who had a hand in the changes, with what they did: authors, committers, co-authors and pushers. Our App is
 * none of them. Unknown where the commits are.
 */
export function contributorsOf(snapshot: Snapshot, fix: Fix | undefined): Fact<AccountMap<string>> {
  const { commits } = snapshot;
  if (isUnknown(commits)) return commits;
  const found = createAccountMap<string>();
  const add = (account: Account | null, did: string) => {
    if (account && !isApp(account, snapshot)) found.add(account, did);
  };
  for (const commit of commits) {
    add(commit.author, `wrote commit ${short(commit.sha)}`);
    if (!isGitHub(commit.committer)) add(commit.committer, `made commit ${short(commit.sha)}`);
    for (const coAuthor of coAuthorsOf(commit, snapshot))
      found.add(coAuthor, `is a co-author of commit ${short(commit.sha)}`);
  }
  for (const pusher of fix?.pushers ?? []) add(pusher, "pushed to its branch");
  return found;
}

/**
 * Whoever wrote the message chose the id. It may name one person more, but nobody is left out because of it: the login
 * counts by itself, too.
 */
function coAuthorsOf({ coAuthors }: PullCommit, { app }: Snapshot): { id?: number; login: string }[] {
  return coAuthors.flatMap(({ id, login }) => {
    if (login === undefined || keyOf(login) === keyOf(app.login)) return [];
    return id === undefined ? [{ login }] : [{ login }, { id, login }];
  });
}

/** Whether it is known who made every commit: otherwise somebody could approve their own work under another name. */
export function provenanceCondition(given: GateCase): Reason {
  const { commits, pull } = given.snapshot;
  if (isUnknown(commits))
    return reason("provenance", "unknown", `The commits could not be read: ${code(commits.unknown)}`);
  if (commits.at(-1)?.sha !== pull.head) {
    const text = `The commits that were read do not end with the head ${short(pull.head)}: it moved meanwhile.`;
    return reason("provenance", "unknown", text);
  }
  const nodes = commits.flatMap((commit) => commitReasons(commit, given));
  const failed = nodes.filter(({ outcome }) => outcome !== "pass");
  const people = isUnknown(given.contributors) ? [] : given.contributors.logins();
  if (failed.length > 0) {
    const text = `It is not certain who made ${count(commits.length, "commit")}. Let Self-Heal make the fix again (\`/self-heal retry\`), or sign the commits and link their addresses to accounts.`;
    return reason("provenance", "fail", text, failed.slice(0, 20));
  }
  const by = people.length > 0 ? `by ${listed(people)}` : "by Self-Heal";
  return reason(
    "provenance",
    "pass",
    `Who made the ${count(commits.length, "commit")} is known: ${by}.`,
    nodes.slice(0, 20),
  );
}

function commitReasons(commit: PullCommit, given: GateCase): Reason[] {
  const { author, committer, verified, coAuthors } = commit;
  if (!author || !committer)
    return [fail(commit, `names an ${author ? "committer" : "author"} that no account belongs to`)];
  const strangers = [author, committer].filter((account) => !isAccountable(account, given));
  if (strangers.length > 0)
    return [fail(commit, `was made by ${listed(names(strangers))}: which person is behind that cannot be seen`)];
  const nodes = coAuthors.filter(({ login }) => login === undefined).map(({ text }) => unmapped(commit, text));
  return verified ? nodes : [...nodes, unsigned(commit, author, given)];
}

/** A person, GitHub on a person's behalf, or our App; on another bot's pull request any bot. */
function isAccountable(account: Account, { snapshot, fix }: GateCase): boolean {
  if (account.type === "User") return true;
  return account.type === "Bot" && (fix === undefined || isApp(account, snapshot));
}

function isGitHub(account: Account | null): boolean {
  return account !== null && account.type !== "Bot" && keyOf(account.login) === github;
}

function names(accounts: readonly Account[]): Set<string> {
  return new Set(accounts.map(({ login }) => login));
}

/** Anybody can write any name into a commit without a signature, so somebody must be known to have pushed it. */
function unsigned(commit: PullCommit, author: Account, { snapshot, fix }: GateCase): Reason {
  if (isApp(author, snapshot))
    return fail(commit, "names this App as its author without the App's signature: it is forged");
  const pushers = (fix?.pushers ?? []).filter(({ type }) => type === "User");
  if (pushers.length === 0) return fail(commit, "is not signed, and who pushed it is not known");
  const text = `is not signed; ${listed(names(pushers))} pushed to the branch`;
  return told(commit, "pass", text);
}

function unmapped(commit: PullCommit, text: string): Reason {
  return told(commit, "pass", `names ${code(text)} as a co-author, which no account could be found for`);
}

function fail(commit: PullCommit, text: string): Reason {
  return told(commit, "fail", text);
}

function told(commit: PullCommit, outcome: Outcome, text: string): Reason {
  return reason("provenance", outcome, `Commit ${short(commit.sha)} ${text}.`);
}

/** Which commit the proof is about. A head that people moved is theirs to answer for: tiers treat it as unproven. */
export function proofCondition({ snapshot: { pull }, fix }: GateCase): Reason[] {
  if (!fix) return [];
  if (isProven(fix, pull.head))
    return [reason("proof", "pass", `Self-Heal proved this head: ${fix.verdict ?? "unproven"}.`)];
  const proven = fix.provenHead
    ? `is about ${short(fix.provenHead)}, not about the head ${short(pull.head)}`
    : "is missing";
  return [
    reason("proof", "pass", `The proof ${proven}, so it counts as unproven. Look at the changes since with care.`),
  ];
}

export function isProven(fix: Fix, head: string): boolean {
  return fix.provenHead === head;
}
