import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Review } from "../domain/snapshot.ts";
import { keyOf } from "./gate-case.ts";

/**
 * The review of each person that decides: their latest one that is more than a comment. Reviews by deleted accounts stand
 * each on its own, for nobody can say which of them are one person's.
 */
export function decisiveReviews(reviews: Fact<readonly Review[]>): Fact<readonly Review[]> {
  if (isUnknown(reviews)) return reviews;
  const latest = new Map<string, Review>();
  const ghosts: Review[] = [];
  for (const review of reviews) {
    if (review.state === "COMMENTED" || review.state === "PENDING") continue;
    if (!review.user) {
      ghosts.push(review);
      continue;
    }
    const key = keyOf(review.user.login);
    const before = latest.get(key);
    if (!before || isLater(review, before)) latest.set(key, review);
  }
  return [...latest.values(), ...ghosts];
}

/** Of two at the same time, GitHub's higher id is the later one. */
function isLater(a: Review, b: Review): boolean {
  return a.submittedAt === b.submittedAt ? a.id >= b.id : a.submittedAt > b.submittedAt;
}
