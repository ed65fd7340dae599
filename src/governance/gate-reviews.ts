import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Review } from "../domain/snapshot.ts";
import { createAccountMap } from "./account-map.ts";

/**
 * The review of each person that decides: their latest one that is more than a comment. Reviews by deleted accounts stand
 * each on its own, for nobody can say which of them are one person's.
 */
export function decisiveReviews(reviews: Fact<readonly Review[]>): Fact<readonly Review[]> {
  if (isUnknown(reviews)) return reviews;
  const said = reviews.filter(({ state }) => state !== "COMMENTED" && state !== "PENDING").toSorted(inTime);
  const later = createAccountMap<true>();
  const isLatest = ({ user }: Review): boolean => {
    if (!user) return true;
    const isSuperseded = later.get(user) ?? false;
    later.add(user, true);
    return !isSuperseded;
  };
  return said.reverse().filter(isLatest).reverse();
}

/** Of two at the same time, GitHub's higher id is the later one. */
function inTime(a: Review, b: Review): number {
  return a.submittedAt - b.submittedAt || a.id - b.id;
}
