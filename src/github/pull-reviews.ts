import { isUnknown, unknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { CommitSha } from "../domain/repository.ts";
import type { Repository } from "../domain/repository.ts";
import { Review } from "../domain/snapshot.ts";
import { accountOf } from "./account.ts";
import { at } from "./address.ts";
import type { Octokit } from "./octokit.ts";
import { visible } from "./visible.ts";

/**
 * All submitted reviews, oldest first. One request per 100, and as many for the events where one was dismissed: only
 * they say by whom. Needs scope `govern`.
 */
export async function readReviews(octokit: Octokit, repo: Repository, number: number): Promise<Fact<Review[]>> {
  const reviews = await visible("The reviews", "Pull requests: read", async () => {
    const target = { ...at(repo), pull_number: number, per_page: 100 };
    const all = await octokit.paginate(octokit.rest.pulls.listReviews, target);
    return all.flatMap(toReview);
  });
  if (isUnknown(reviews) || !reviews.some(({ state }) => state === "DISMISSED")) return reviews;
  const dismissals = await readDismissals(octokit, repo, number);
  return reviews.map((review) =>
    review.state === "DISMISSED" ? { ...review, dismissed: dismissalOf(review, dismissals) } : review,
  );
}

type ListedReview = Awaited<ReturnType<Octokit["rest"]["pulls"]["listReviews"]>>["data"][number];

/** One that is not submitted yet is only its author's business. */
function toReview({ id, user, state, commit_id: commit, submitted_at: submitted }: ListedReview): Review[] {
  if (state === "PENDING") return [];
  const review = {
    id,
    user: accountOf(user),
    state: Review.shape.state.parse(state),
    commit: CommitSha.safeParse(commit).data ?? null,
    submittedAt: Date.parse(submitted ?? "") || 0,
  };
  return [review];
}

type Dismissal = NonNullable<Review["dismissed"]>;

/** By the id of the review. The last one counts: a review can be dismissed once only, but nobody promises that. */
async function readDismissals(
  octokit: Octokit,
  repo: Repository,
  number: number,
): Promise<Fact<ReadonlyMap<number, Dismissal>>> {
  return visible("Who dismissed reviews", "Pull requests: read", async () => {
    const target = { ...at(repo), issue_number: number, per_page: 100 };
    const events = await octokit.paginate(octokit.rest.issues.listEvents, target);
    return new Map(events.flatMap(toDismissal));
  });
}

type ListedEvent = Awaited<ReturnType<Octokit["rest"]["issues"]["listEvents"]>>["data"][number];

const said: Readonly<Record<string, "APPROVED" | "CHANGES_REQUESTED">> = {
  approved: "APPROVED",
  changes_requested: "CHANGES_REQUESTED",
};

function toDismissal(event: ListedEvent): [id: number, dismissal: Dismissal][] {
  if (event.event !== "review_dismissed" || !("dismissed_review" in event)) return [];
  const { state, review_id: id } = event.dismissed_review;
  const was = said[state.toLowerCase()];
  return [
    [
      id,
      was ? { was, by: accountOf(event.actor) } : unknown(`GitHub says that a review of state ${state} was dismissed`),
    ],
  ];
}

function dismissalOf({ id }: Review, dismissals: Fact<ReadonlyMap<number, Dismissal>>): Dismissal {
  if (isUnknown(dismissals)) return dismissals;
  return dismissals.get(id) ?? unknown("GitHub's events do not say who dismissed this review, nor what it said");
}
