import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { sameAccount } from "../domain/people.ts";
import { atLeast } from "../domain/role.ts";
import type { Account, Person, Review } from "../domain/snapshot.ts";
import type { Outcome, Reason } from "../domain/decision.ts";
import { keyOf } from "./account-map.ts";
import { isRequester, personOf } from "./gate-case.ts";
import type { GateCase } from "./gate-case.ts";
import { code, count, listed, reason, short } from "./gate-reason.ts";

/** GitHub's clock and ours may differ by so much; an approval from further in the future was not given yet. */
const clockSkewMs = 5 * 60_000;

/** What somebody's approval is worth. `maybe`: it would count if something unknown turned out well. */
export type Approval = { login: string; person: Person | undefined; counts: "yes" | "no" | "maybe"; why: string };

/** Every decisive review, with whether it is an approval that counts, and why not. */
export function judgeApprovals(given: GateCase): Fact<readonly Approval[]> {
  const { reviews, snapshot } = given;
  if (isUnknown(reviews)) return reviews;
  return reviews.map((review): Approval => {
    const login = review.user?.login ?? "a deleted account";
    return { login, person: review.user ? personOf(snapshot, review.user.login) : undefined, ...judge(review, given) };
  });
}

type Worth = Pick<Approval, "counts" | "why">;

function no(why: string): Worth {
  return { counts: "no", why };
}

function maybe(why: string): Worth {
  return { counts: "maybe", why };
}

/** What rules it out wins over what cannot be known. */
function judge(review: Review, given: GateCase): Worth {
  const { user } = review;
  if (review.state === "CHANGES_REQUESTED") return no("asks for changes");
  if (review.state !== "APPROVED") return no("does not count: it was dismissed");
  if (!user) return no("was given by an account that is deleted");
  const person = personOf(given.snapshot, user.login);
  const worths = [
    ...accountWorths(user, person, given),
    ...reviewWorths(review, given),
    ...involvementWorths(user, given),
    ...rightWorths(person, given),
  ];
  return (
    worths.find(({ counts }) => counts === "no") ??
    worths[0] ?? { counts: "yes", why: `counts, for the head ${short(given.snapshot.pull.head)}` }
  );
}

function accountWorths(user: Account, person: Person | undefined, { policy }: GateCase): Worth[] {
  const key = keyOf(user.login);
  const isPerson = user.type === "User" && !key.endsWith("[bot]") && (person === undefined || person.type === "User");
  const ignored = policy.gate.ignore.some((login) => keyOf(login) === key);
  return [
    ...(isPerson ? [] : [no("was not given by a person's account")]),
    ...(ignored ? [no("never counts: the policy lists this login under `gate.ignore`")] : []),
  ];
}

function reviewWorths({ commit, submittedAt }: Review, { snapshot: { pull }, now }: GateCase): Worth[] {
  const stale =
    commit === null ? "a commit that is lost" : `${commit === pull.head ? "" : "the older commit "}${short(commit)}`;
  return [
    ...(commit === pull.head ? [] : [no(`is for ${stale}, and the head is ${short(pull.head)}`)]),
    ...(submittedAt > now + clockSkewMs ? [no("is dated in the future")] : []),
  ];
}

/** Nobody approves what they asked for, made or broke. */
function involvementWorths(user: Account, given: GateCase): Worth[] {
  const { snapshot, contributors, policy } = given;
  const did = isUnknown(contributors) ? undefined : contributors.get(user);
  const author = snapshot.pull.author;
  return [
    ...(author && sameAccount(author, user) ? [no("does not count: they opened the pull request")] : []),
    ...(isRequester(given, user) ? [no("does not count: they asked for this fix")] : []),
    ...(policy.gate.pushers && did !== undefined ? [no(`does not count: the same person ${did}`)] : []),
    ...(policy.gate.pushers && isUnknown(contributors)
      ? [maybe("may not count: who made the commits is unknown")]
      : []),
    ...failingAuthorWorths(user, given),
  ];
}

function failingAuthorWorths(user: Account, { fix, policy }: GateCase): Worth[] {
  if (!policy.gate.failingAuthor || !fix) return [];
  const { failingAuthor } = fix;
  if (isUnknown(failingAuthor))
    return [maybe(`may not count: who wrote the commit that failed is unknown (${code(failingAuthor.unknown)})`)];
  return failingAuthor && sameAccount(failingAuthor, user)
    ? [no("does not count: they wrote the commit that failed")]
    : [];
}

function rightWorths(person: Person | undefined, { policy: { gate } }: GateCase): Worth[] {
  if (!person) return [maybe("may not count: nothing is known about what they may do here")];
  return [...roleWorths(person, gate.role), ...teamWorths(person, gate.teams)];
}

function roleWorths({ role }: Person, wanted: "write" | "maintain" | "admin"): Worth[] {
  if (isUnknown(role)) return [maybe(`may not count: their role could not be read (${code(role.unknown)})`)];
  return atLeast(role, wanted) ? [] : [no(`does not count: their role is ${role}, and ${wanted} is needed`)];
}

function teamWorths(person: Person, teams: readonly string[]): Worth[] {
  const member = isMember(person, teams);
  if (member === "yes") return [];
  const which = listed(teams);
  return member === "no"
    ? [no(`does not count: they are in none of the teams ${which}`)]
    : [maybe(`may not count: whether they are in one of the teams ${which} is unknown`)];
}

/** Whether somebody is an active member of one of the teams, where there are any. */
export function isMember(person: Person | undefined, teams: readonly string[]): Approval["counts"] {
  if (teams.length === 0) return "yes";
  if (!person || isUnknown(person.teams)) return "maybe";
  const wanted = teams.map(keyOf);
  return person.teams.some((team) => wanted.includes(keyOf(team))) ? "yes" : "no";
}

/**
 * How it stands with some approvals of which `needed` are wanted: what is still missing might be among those that nobody
 * can judge.
 */
export function outcomeOf(needed: number, worths: readonly Approval["counts"][]): Outcome {
  const yes = worths.filter((worth) => worth === "yes").length;
  const perhaps = worths.filter((worth) => worth === "maybe").length;
  if (yes >= needed) return "pass";
  return yes + perhaps >= needed ? "unknown" : "pending";
}

/** Whether enough people approved the head commit. `needed` says how many, and `because` of which tier. */
export function approvalsCondition(
  approvals: Fact<readonly Approval[]>,
  { needed, because }: { needed: number; because: string },
): Reason {
  if (isUnknown(approvals))
    return reason("approvals", "unknown", `The reviews could not be read: ${code(approvals.unknown)}`);
  const outcome = outcomeOf(
    needed,
    approvals.map(({ counts }) => counts),
  );
  const counted = approvals.filter(({ counts }) => counts === "yes");
  const text = `${counted.length} of ${count(needed, "needed approval")}${because}${outcomeTexts[outcome]}.`;
  return reason("approvals", outcome, text, approvals.slice(0, 50).map(approvalReason));
}

const outcomeTexts: { [O in Outcome]: string } = {
  pass: "",
  pending: "; somebody who may must approve the head commit",
  unknown: "; whether the others count cannot be known now",
  fail: "",
};

const approvalOutcomes = { yes: "pass", no: "fail", maybe: "unknown" } as const;

function approvalReason({ login, counts, why }: Approval): Reason {
  return reason("approvals", approvalOutcomes[counts], `The review by ${code(login)} ${why}.`);
}
