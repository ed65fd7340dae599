import { describe, expect, test } from "vitest";
import { fakeClients } from "./fake-fetch.ts";
import { answering, fakePull, review, user } from "./fake-pull.ts";
import { snapshotOf, unknownFor } from "./snapshot-of.ts";

describe("reviews", () => {
  test("by deleted accounts, of lost commits and not submitted yet", async () => {
    const reviews = [review(1, null), review(2, "ada", "APPROVED", { commit_id: null }), review(3, "bob", "PENDING")];
    const { reviews: found } = await snapshotOf({ fake: fakePull({ reviews }) });
    expect(found).toMatchObject([
      { id: 1, user: null },
      { id: 2, commit: null },
    ]);
  });

  test("that were dismissed say what they said and who took them back, who is a person to know about, too", async () => {
    const fake = fakePull({
      reviews: [
        review(1, "ada", "DISMISSED", { user: user("ada", "User", 5) }),
        review(2, "bob", "DISMISSED"),
        review(3, "Eve", "COMMENTED"),
      ],
      events: [
        { event: "labeled", actor: user("ada") },
        {
          event: "review_dismissed",
          actor: user("Max", "User", 6),
          dismissed_review: { state: "changes_requested", review_id: 1 },
        },
      ],
      roles: { ada: "write", Max: "maintain" },
    });
    const { reviews, people } = await snapshotOf({ fake });
    expect(reviews).toMatchObject([
      {
        user: { id: 5, login: "ada" },
        dismissed: { was: "CHANGES_REQUESTED", by: { id: 6, login: "Max", type: "User" } },
      },
      { dismissed: unknownFor("do not say who") },
      {},
    ]);
    expect(people).toMatchObject({ max: { role: "maintain" }, ada: { role: "write" }, bob: { role: "none" } });
    expect(Object.keys(people)).toHaveLength(3);
  });

  test("nobody is asked about events where no review was dismissed", async () => {
    const github = fakeClients(answering(fakePull()));
    await snapshotOf({ github });
    expect(github.routes().filter((route) => route.includes("/events"))).toEqual([]);
  });
});
