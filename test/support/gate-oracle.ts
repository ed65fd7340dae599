import type { Policy } from "../../src/domain/policy.ts";
import type { Account, PullCommit, Review, Snapshot } from "../../src/domain/snapshot.ts";

/** A case, and what of it is looked at again and again. */
type Given = { snapshot: Snapshot; policy: Policy; now: number; fix: Fix | undefined };
type Fix = Extract<Snapshot["origin"], { kind: "fix" }>;

/**
 * Whether a pull request may pass, told plainly from the requirement and without any of the gate's code: every reason
 * why not. An empty list: it may. It reads only such policies and CODEOWNERS files as the property test makes: paths are
 * plain directories and files, tiers have `paths` alone, and owners are `/directory/ owner…`.
 */
export function whyNot(snapshot: Snapshot, policy: Policy, now: number): string[] {
  const { origin } = snapshot;
  if ("unknown" in origin) return ["nobody knows whether it is a fix"];
  const fix = origin.kind === "fix" ? origin : undefined;
  const early = fix ? undefined : withoutFix(origin.kind, snapshot, policy);
  if (early) return early;
  const given = { snapshot, policy, now, fix };
  return [
    ...stateProblems(given),
    ...commitProblems(given),
    ...fileProblems(given),
    ...reviewProblems(given),
    ...checkProblems(given),
  ];
}

/** `undefined`: it is judged all the same. */
function withoutFix(kind: string, snapshot: Snapshot, policy: Policy): string[] | undefined {
  const { author } = snapshot.pull;
  if (isOurs(author, snapshot)) return ["the App does not remember it"];
  if (policy.gate.scope === "fixes") return [];
  if (kind === "bot" || author?.type === "Bot") return undefined;
  return author?.type === "User" ? [] : ["nobody knows who opened it"];
}

/** The texts whose claim is true. */
function trueOf(claims: Record<string, boolean>): string[] {
  return Object.keys(claims).filter((text) => claims[text] === true);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

type Named = { id?: number | undefined; login: string };

/** By the ids, where both are known. */
function isOne(a: Named, b: Named): boolean {
  return a.id === undefined || b.id === undefined ? same(a.login, b.login) : a.id === b.id;
}

function isOurs(account: Account | null, { app }: Snapshot): boolean {
  return account !== null && account.type === "Bot" && same(account.login, app.login);
}

function stateProblems({ snapshot: { pull, policy }, fix }: Given): string[] {
  const unmerged = !pull.merged;
  return trueOf({
    closed: unmerged && pull.state === "closed",
    draft: unmerged && pull.draft,
    "the policy is unknown": policy.state === "unknown",
    "on hold": fix !== undefined && fix.onHold !== null,
    retargeted: fix !== undefined && fix.base !== pull.base,
    "in a fork": fix !== undefined && pull.fork,
  });
}

function commitProblems({ snapshot, fix }: Given): string[] {
  const { commits, pull } = snapshot;
  if (!Array.isArray(commits)) return ["commits unknown"];
  const knownPusher = (fix?.pushers ?? []).some(({ type }) => type === "User");
  const isMadeBy = (account: Account | null) =>
    [account?.type === "User", isOurs(account, snapshot), !fix && account?.type === "Bot"].includes(true);
  const problems = (commit: PullCommit) =>
    trueOf({
      "nobody's": !isMadeBy(commit.author) || !isMadeBy(commit.committer),
      forged: !commit.verified && (isOurs(commit.author, snapshot) || !knownPusher),
    });
  return [
    ...trueOf({ "the head is not the last commit": commits.at(-1)?.sha !== pull.head }),
    ...commits.flatMap(problems),
  ];
}

function pathsOf({ files }: Snapshot): string[] | undefined {
  return Array.isArray(files) ? files.flatMap(({ path, previousPath }) => [path, previousPath ?? path]) : undefined;
}

function fileProblems({ snapshot, policy }: Given): string[] {
  const fixed = (path: string) => path.startsWith(".github/") || path.split("/").includes("CODEOWNERS");
  const chosen = (path: string) => policy.paths.protected.some((own) => path === own || path.startsWith(`${own}/`));
  const paths = pathsOf(snapshot);
  if (!paths) return ["files unknown"];
  return trueOf({ "a protected path": paths.some((path) => fixed(path) || chosen(path)) });
}

function reviewProblems(given: Given): string[] {
  const { reviews, commits } = given.snapshot;
  if (!Array.isArray(reviews) || !Array.isArray(commits)) return ["reviews or commits unknown"];
  const deciding = reviews.filter((review) => isDeciding(review, reviews));
  const approvers = deciding.filter((review) => isGoodApproval(review, given)).map(({ user }) => user?.login ?? "");
  const { gate } = given.policy;
  return [
    ...trueOf({
      "too few approvals": approvers.length < gate.approvals,
      "changes requested": deciding.some((review) => stands(review, given)),
      "code owners": gate.codeOwners && !ownersAgree(given.snapshot, approvers),
    }),
    ...tierProblems(given, approvers),
  ];
}

function tierProblems({ snapshot, policy }: Given, approvers: readonly string[]): string[] {
  const paths = pathsOf(snapshot);
  const touched = policy.gate.tiers.filter(
    (tier) => !paths || paths.some((path) => tier.paths?.some((directory) => path.startsWith(`${directory}/`))),
  );
  return touched.flatMap(({ approvals, teams }) =>
    trueOf({
      "tier: too few": approvers.length < approvals,
      "tier: team": teams.length > 0 && !approvers.some((login) => isInTeam(snapshot, login, teams)),
    }),
  );
}

function ownersAgree(snapshot: Snapshot, approvers: readonly string[]): boolean {
  const { codeOwners } = snapshot;
  if (codeOwners === null) return true;
  const paths = pathsOf(snapshot);
  if (typeof codeOwners !== "string" || !paths) return false;
  const lines = codeOwners.split("\n").map((line) => line.split(" "));
  return paths.every((path) => {
    const [, ...owners] = lines.findLast(([directory = ""]) => `/${path}`.startsWith(directory || "?")) ?? [];
    return owners.length === 0 || owners.some((owner) => approvers.some((login) => isOwner(login, owner, snapshot)));
  });
}

function isOwner(login: string, owner: string, snapshot: Snapshot): boolean {
  const [name = "", team] = owner.slice(1).split("/");
  if (team === undefined) return same(name, login);
  return same(name, snapshot.repository.owner) && isInTeam(snapshot, login, [team]);
}

const opinions = ["APPROVED", "CHANGES_REQUESTED", "DISMISSED"];

/** Not followed by another one of the same person that is more than a comment. */
function isDeciding(review: Review, all: readonly Review[]): boolean {
  const { user } = review;
  if (!opinions.includes(review.state)) return false;
  if (!user) return true;
  const order = ({ submittedAt, id }: Review) => submittedAt * 1_000 + id;
  const theirs = all.filter((other) => other.user && isOne(other.user, user));
  const later = theirs.filter((other) => order(other) > order(review) && opinions.includes(other.state));
  // Of two that are alike in everything the list decides, as it does for GitHub.
  const alike = theirs.filter((other) => order(other) === order(review) && opinions.includes(other.state));
  return later.length === 0 && alike.at(-1) === review;
}

function isGoodApproval({ user, state, commit, submittedAt }: Review, given: Given): boolean {
  const { snapshot, policy, now } = given;
  if (!user) return false;
  const { gate } = policy;
  const { login, type } = user;
  return [
    state === "APPROVED",
    commit === snapshot.pull.head,
    submittedAt <= now + 300_000,
    type === "User",
    !login.endsWith("[bot]"),
    personOf(snapshot, login)?.type === "User",
    !gate.ignore.some((ignored) => same(ignored, login)),
    hasRole(snapshot, login, gate.role),
    gate.teams.length === 0 || isInTeam(snapshot, login, gate.teams),
    !excluded(given).some((other) => other === "everybody" || isOne(other, user)),
  ].every(Boolean);
}

function personOf({ people }: Snapshot, login: string) {
  return new Map(Object.entries(people)).get(login.toLowerCase());
}

function hasRole(snapshot: Snapshot, login: string, wanted: string): boolean {
  const ranks = ["none", "read", "triage", "write", "maintain", "admin"];
  const role = personOf(snapshot, login)?.role;
  return typeof role === "string" && ranks.indexOf(role) >= ranks.indexOf(wanted);
}

function isInTeam(snapshot: Snapshot, login: string, teams: readonly string[]): boolean {
  const theirs = personOf(snapshot, login)?.teams;
  return Array.isArray(theirs) && theirs.some((team) => teams.some((wanted) => same(wanted, team)));
}

/** Who asked, opened, pushed, wrote or broke. */
function excluded({ snapshot, policy: { gate }, fix }: Given): (Named | "everybody")[] {
  const blamed = gate.failingAuthor && fix ? fix.failingAuthor : null;
  return [
    ...(fix?.requesters ?? []),
    ...known([snapshot.pull.author]),
    ...(gate.pushers ? [...handsIn(snapshot.commits), ...(fix?.pushers ?? [])] : []),
    ...(blamed && "unknown" in blamed ? ["everybody" as const] : known([blamed])),
  ];
}

function known(accounts: readonly (Account | null)[]): Account[] {
  return accounts.filter((account) => account !== null);
}

function handsIn(commits: Snapshot["commits"]): Named[] {
  if (!Array.isArray(commits)) return [];
  return commits.flatMap(({ author, committer, coAuthors }) => [
    ...known([author]),
    ...known([committer]).filter(({ login }) => login !== "web-flow"),
    ...coAuthors.flatMap(({ id, login }) => (login === undefined ? [] : [{ login }, { id, login }])),
  ]);
}

/** Whether an objection is still one. Only who certainly has no say is passed over. */
function stands({ state, user, dismissed }: Review, given: Given): boolean {
  const { snapshot } = given;
  const known = user !== null && typeof personOf(snapshot, user.login)?.role === "string";
  if (known && !hasRole(snapshot, user.login, "write")) return false;
  if (state !== "DISMISSED") return state === "CHANGES_REQUESTED";
  if (!dismissed || "unknown" in dismissed) return true;
  return dismissed.was === "CHANGES_REQUESTED" && !mayDismiss(dismissed.by, user, given);
}

function mayDismiss(by: Account | null, reviewer: Account | null, { snapshot, policy, fix }: Given): boolean {
  if (!by) return false;
  if (reviewer && isOne(by, reviewer)) return true;
  const involved = [...(fix?.requesters ?? []), ...(fix?.pushers ?? []), ...handsIn(snapshot.commits)];
  return [
    by.type === "User",
    personOf(snapshot, by.login)?.type === "User",
    hasRole(snapshot, by.login, policy.gate.dismissers),
    !involved.some((one) => isOne(one, by)),
  ].every(Boolean);
}

function checkProblems({ snapshot, policy: { gate } }: Given): string[] {
  const { checks, requiredChecks, app, pull } = snapshot;
  if (!Array.isArray(checks) || !Array.isArray(requiredChecks)) return ["checks unknown"];
  const wanted = [...requiredChecks, ...gate.checks.map(({ name, app: id = null }) => ({ name, app: id }))];
  const isOwn = (want: { name: string; app: number | null }) =>
    want.name === `self-heal/approval (${pull.base})` && [null, app.id].includes(want.app);
  const isGreen = (want: { name: string; app: number | null }) => {
    const named = checks.filter(({ name }) => name === want.name);
    const from = named.filter((check) => [null, check.app].includes(want.app));
    const spoiling = named.filter((check) => [want.app, null].includes(check.app) || want.app === null);
    const green = spoiling.every(({ status, conclusion }) => status === "completed" && conclusion === "success");
    return from.length > 0 && green;
  };
  return wanted.filter((want) => !isOwn(want) && !isGreen(want)).map(({ name }) => `check ${name}`);
}
