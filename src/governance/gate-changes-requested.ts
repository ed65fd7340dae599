import type { Outcome, Reason } from "../domain/decision.ts";
import { isUnknown } from "../domain/fact.ts";
import { sameAccount } from "../domain/people.ts";
import { atLeast } from "../domain/role.ts";
import type { Account, Review } from "../domain/snapshot.ts";
import { isRequester, personOf } from "./gate-case.ts";
import type { GateCase } from "./gate-case.ts";
import { code, reason } from "./gate-reason.ts";

const rule = "changes-requested";

/** Whether somebody with a say objects. An objection ends by their own later review, or by somebody who may dismiss it. */
export function changesCondition(given: GateCase): Reason {
  const { reviews } = given;
  if (isUnknown(reviews)) return reason(rule, "unknown", `The reviews could not be read: ${code(reviews.unknown)}`);
  const nodes = reviews.flatMap((review) => objections(review, given));
  // The worst one is what people must see where the list is cut.
  const first = ["fail", "unknown"].map((outcome) => nodes.find((node) => node.outcome === outcome)).find(Boolean);
  if (!first) return reason(rule, "pass", "Nobody with a say asks for changes.", nodes.slice(0, 20));
  const children = [first, ...nodes.filter((node) => node !== first)];
  return reason(rule, first.outcome, "Somebody asked for changes, and that still stands.", children.slice(0, 20));
}

function objections(review: Review, given: GateCase): Reason[] {
  if (review.state === "CHANGES_REQUESTED") return [objection(review, given)];
  return review.state === "DISMISSED" ? dismissal(review, given) : [];
}

function objection({ user }: Review, given: GateCase): Reason {
  if (hasNoSay(user, given)) return node("pass", user, "asks for changes, but has no write access here");
  return node("fail", user, "asks for changes. Follow them, or have somebody who may dismiss the review");
}

/** Only where it is certain; an unknown role may well be a maintainer's. */
function hasNoSay(user: Account | null, { snapshot }: GateCase): boolean {
  const role = user ? personOf(snapshot, user.login)?.role : undefined;
  return role !== undefined && !isUnknown(role) && !atLeast(role, "write");
}

function dismissal({ user, dismissed }: Review, given: GateCase): Reason[] {
  if (hasNoSay(user, given)) return [];
  if (dismissed === undefined || isUnknown(dismissed)) {
    const why = dismissed === undefined ? "nothing was read" : code(dismissed.unknown);
    return [node("unknown", user, `was dismissed; whether it asked for changes, and by whom, is unknown (${why})`)];
  }
  if (dismissed.was === "APPROVED") return [];
  const { by } = dismissed;
  if (by && user && sameAccount(by, user)) return [node("pass", user, "asked for changes and took that back")];
  const objected = "asked for changes and was dismissed by";
  if (!by) return [node("fail", user, `${objected} somebody unknown. Have it reviewed again`)];
  const { outcome, why } = dismisserWorth(by, given);
  return [node(outcome, user, `${objected} ${code(by.login)}, ${why}`)];
}

type Worth = { outcome: Outcome; why: string };

function dismisserWorth(by: Account, given: GateCase): Worth {
  const { snapshot, policy, contributors } = given;
  const person = personOf(snapshot, by.login);
  const wanted = policy.gate.dismissers;
  if (by.type !== "User" || (person && person.type !== "User")) return { outcome: "fail", why: "which is no person" };
  if (isRequester(given, by)) return { outcome: "fail", why: "who asked for this fix" };
  if (isUnknown(contributors)) return { outcome: "unknown", why: "who may have had a hand in the changes" };
  if (contributors.get(by) !== undefined) return { outcome: "fail", why: "who had a hand in the changes" };
  if (!person || isUnknown(person.role)) return { outcome: "fail", why: "whose role could not be read" };
  if (!atLeast(person.role, wanted))
    return { outcome: "fail", why: `whose role is ${person.role}; ${wanted} is needed to dismiss it` };
  return { outcome: "pass", why: `whose role is ${person.role}` };
}

function node(outcome: Outcome, user: Account | null, text: string): Reason {
  return reason(rule, outcome, `The review by ${code(user?.login ?? "a deleted account")} ${text}.`);
}
