import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";

const events = ["issues", "pull_request", "pull_request_review", "pull_request_review_comment", "push"];

async function stagePull(draft = false) {
  const staged = await stage({ app: { events } });
  const { alice, github } = staged;
  await alice.openIssue("acme/shop", { title: "It breaks" });
  const head = await alice.push("acme/shop", { "src/sum.js": "one\n2\nthree\n", "new.txt": "new\n" }, "fix");
  const { number } = await alice.openPull("acme/shop", {
    head: "fix",
    base: "main",
    title: "Fix it",
    body: "Fixes #1",
    draft,
  });
  return { ...staged, head, number, pull: { ...staged.at, pull_number: number }, names: names(github) };
}

const names = (github: { deliveries: { event: string; action: string | null }[] }) => () =>
  github.deliveries.map(({ event, action }) => (action === null ? event : `${event}.${action}`));

test("a pull request shows its real diff and commits", async () => {
  const { github, octokit, pull, head, shop } = await stagePull();
  const { data } = await octokit.rest.pulls.get(pull);
  expect(data).toMatchObject({
    head: { sha: head },
    base: { sha: await shop.head() },
    mergeable: true,
    mergeable_state: "clean",
    additions: 2,
    deletions: 1,
    changed_files: 2,
    commits: 1,
  });
  const { data: files } = await octokit.rest.pulls.listFiles(pull);
  expect(files).toMatchObject([
    { filename: "new.txt", status: "added", additions: 1, patch: "@@ -0,0 +1 @@\n+new" },
    { filename: "src/sum.js", status: "modified", patch: "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three" },
  ]);
  expect((await octokit.rest.pulls.listCommits(pull)).data.map(({ sha }) => sha)).toEqual([head]);
  const diff = await octokit.rest.pulls.get({ ...pull, mediaType: { format: "diff" } });
  expect(diff.data as unknown).toMatch(/^diff --git a\/new.txt/);
  github.assertValid();
});

test("a pull request needs an existing head, something to merge, and no twin", async () => {
  const { github, octokit, at } = await stagePull();
  const open = (head: string, base = "main") => statusOf(octokit.rest.pulls.create({ ...at, head, base, title: "t" }));
  expect(await open("missing")).toBe(422);
  expect(await open("fix", "missing")).toBe(422);
  expect(await open("acme:fix")).toBe(422); // open already
  expect(await open("main")).toBe(422); // nothing to merge
  expect((await octokit.rest.repos.listBranches(at)).data.map(({ name }) => name)).toEqual(["fix", "main"]);
  expect((await octokit.rest.pulls.list({ ...at, head: "acme:fix" })).data).toHaveLength(1);
  expect((await octokit.rest.pulls.list({ ...at, head: "acme:other" })).data).toHaveLength(0);
  github.assertValid();
});

test("the head follows a push, and everybody hears of it", async () => {
  const { github, octokit, alice, pull, head, shop, names: sent } = await stagePull();
  const after = await alice.push("acme/shop", { "new.txt": "newer\n" }, "fix");
  expect((await octokit.rest.pulls.get(pull)).data.head.sha).toBe(after);
  expect(await shop.git("rev-parse", `refs/pull/${pull.pull_number}/head`)).toBe(after);
  await github.idle();
  expect(sent()).toContain("pull_request.synchronize");
  const { payload } = github.deliveries.findLast(({ action }) => action === "synchronize") ?? {};
  expect(payload).toMatchObject({
    before: head,
    after,
    pull_request: { head: { sha: after } },
    sender: { login: "alice" },
  });
  github.assertValid();
});

test("a merge makes a real merge commit, closes what the text says it fixes, and pushes to the base", async () => {
  const { github, octokit, bob, pull, head, number, shop, names: sent } = await stagePull();
  const before = await shop.head();
  const { sha } = await bob.merge("acme/shop", number, { sha: head });
  expect(await shop.git("log", "-1", "--format=%P", "main")).toBe(`${before} ${head}`);
  expect((await shop.files())["src/sum.js"]).toBe("one\n2\nthree\n");
  expect((await octokit.rest.pulls.get(pull)).data).toMatchObject({
    merged: true,
    state: "closed",
    merge_commit_sha: sha,
    merged_by: { login: "bob" },
  });
  expect(await statusOf(octokit.rest.pulls.checkIfMerged(pull))).toBe(200);
  expect(shop.issues()[0]).toMatchObject({ state: "closed" });
  await github.idle();
  expect(sent().slice(-4)).toEqual(["pull_request.closed", "issues.closed", "push", "check_suite.requested"]);
  github.assertValid();
});

test("a merge names the head it means, and drafts and conflicts are not merged", async () => {
  const { github, octokit, alice, head, pull } = await stagePull(true);
  const merge = (sha?: string) => statusOf(octokit.rest.pulls.merge({ ...pull, ...(sha && { sha }) }));
  expect(await merge()).toBe(405);
  const { data } = await octokit.rest.pulls.get(pull);
  expect(data).toMatchObject({ draft: true, mergeable_state: "draft" });
  await octokit.graphql(
    "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft headRefOid } } }",
    { id: data.node_id },
  );
  await alice.push("acme/shop", { "new.txt": "newer\n" }, "fix");
  expect(await merge(head)).toBe(409);
  await alice.push("acme/shop", { "src/sum.js": "one\nzwei\nthree\n" }, "main");
  expect((await octokit.rest.pulls.get(pull)).data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
  expect(await merge()).toBe(405);
  expect(github.deliveries.map(({ action }) => action)).toContain("ready_for_review");
  github.assertValid();
});

test.each(["squash", "rebase"] as const)("%s leaves one line of history", async (method) => {
  const { github, alice, number, shop } = await stagePull();
  const base = await alice.push("acme/shop", { "other.txt": "x" }, "main");
  await alice.push("acme/shop", { "second.txt": "y" }, "fix");
  await alice.merge("acme/shop", number, { method });
  expect(await shop.git("rev-list", "--count", `${base}..main`)).toBe(method === "squash" ? "1" : "2");
  expect(await shop.files()).toMatchObject({ "other.txt": "x", "second.txt": "y", "new.txt": "new\n" });
  github.assertValid();
});

test("with lazy mergeability the first look does not know yet", async () => {
  const { octokit, alice, at } = await stage({ lazyMergeability: true });
  await alice.push("acme/shop", { "a.txt": "a" }, "fix");
  const { number: pull_number } = await alice.openPull("acme/shop", { head: "fix", base: "main", title: "t" });
  await alice.push("acme/shop", { "a.txt": "b" }, "fix");
  const look = async () => (await octokit.rest.pulls.get({ ...at, pull_number })).data.mergeable;
  expect([await look(), await look()]).toEqual([null, true]);
});

test("reviews belong to a commit and are not for authors", async () => {
  const { github, octokit, alice, bob, head, pull, number } = await stagePull();
  expect(await statusOf(alice.review("acme/shop", number, { event: "APPROVE" }))).toBe(422);
  expect(await statusOf(bob.review("acme/shop", number, { event: "REQUEST_CHANGES" }))).toBe(422);
  await bob.review("acme/shop", number, { event: "APPROVE" });
  const after = await alice.push("acme/shop", { "new.txt": "newer\n" }, "fix");
  const { id } = await bob.review("acme/shop", number, { event: "REQUEST_CHANGES", body: "no" });
  await bob.request(`PUT /repos/acme/shop/pulls/${number}/reviews/${id}/dismissals`, { message: "fine" });
  const { data } = await octokit.rest.pulls.listReviews(pull);
  expect(data).toMatchObject([
    { state: "APPROVED", commit_id: head, user: { login: "bob" } },
    { state: "DISMISSED", commit_id: after },
  ]);
  await github.idle();
  const sent = github.deliveries
    .filter(({ event }) => event === "pull_request_review")
    .map(({ payload }) => payload["review"]);
  expect(sent).toMatchObject([
    { state: "approved" },
    { state: "changes_requested", body: "no" },
    { state: "dismissed" },
  ]);
  github.assertValid();
});

test("a comment on a line carries its hunk, and can be answered", async () => {
  const { github, octokit, bob, at, pull, number } = await stagePull();
  expect(await statusOf(bob.reviewComment("acme/shop", number, { body: "?", path: "src/sum.js", line: 99 }))).toBe(422);
  expect(await statusOf(bob.reviewComment("acme/shop", number, { body: "?", path: "none.js", line: 1 }))).toBe(422);
  const { id } = await bob.reviewComment("acme/shop", number, { body: "why?", path: "src/sum.js", line: 2 });
  await octokit.rest.pulls.createReplyForReviewComment({ ...pull, comment_id: id, body: "because" });
  await octokit.rest.reactions.createForPullRequestReviewComment({ ...at, comment_id: id, content: "+1" });
  const comments = [{ path: "new.txt", line: 1, body: "new" }];
  await octokit.rest.pulls.createReview({ ...pull, event: "COMMENT", comments });
  const { data } = await octokit.rest.pulls.listReviewComments(pull);
  expect(data).toMatchObject([
    {
      body: "why?",
      line: 2,
      side: "RIGHT",
      path: "src/sum.js",
      diff_hunk: "@@ -1,3 +1,3 @@\n one\n-two\n+2",
      reactions: { "+1": 1 },
    },
    { body: "because", in_reply_to_id: id, user: { login: "self-heal[bot]" } },
    { body: "new", path: "new.txt", line: 1 },
  ]);
  await github.idle();
  expect(github.deliveries.filter(({ event }) => event === "pull_request_review_comment")).toHaveLength(3);
  github.assertValid();
});

test("a new base, title or state is told with what was before", async () => {
  const { github, octokit, alice, pull, number } = await stagePull();
  await alice.push("acme/shop", { "x.txt": "x" }, "release");
  await octokit.rest.pulls.update({ ...pull, base: "release", title: "Fix it well" });
  await alice.closePull("acme/shop", number);
  await octokit.rest.pulls.update({ ...pull, state: "open" });
  await github.idle();
  const sent = github.deliveries
    .filter(({ event }) => event === "pull_request")
    .map(({ action, payload }) => ({ action, changes: payload["changes"] }));
  expect(sent.slice(1)).toMatchObject([
    { action: "edited", changes: { base: { ref: { from: "main" } } } },
    { action: "edited", changes: { title: { from: "Fix it" } } },
    { action: "closed" },
    { action: "reopened" },
  ]);
  github.assertValid();
});

test("a merged pull request can be reverted by a pull request", async () => {
  const { github, octokit, bob, number, pull, shop } = await stagePull();
  const before = await shop.files();
  await bob.merge("acme/shop", number);
  await bob.push("acme/shop", { "later.txt": "later" });
  const { data } = await octokit.rest.pulls.get(pull);
  const answer = await octokit.graphql<{
    revertPullRequest: { revertPullRequest: { number: number; isDraft: boolean; title: string } };
  }>(
    "mutation($id: ID!) { revertPullRequest(input: {pullRequestId: $id, draft: true}) { revertPullRequest { number isDraft title } } }",
    { id: data.node_id },
  );
  const { revertPullRequest: revert } = answer.revertPullRequest;
  expect(revert).toMatchObject({ isDraft: true, title: 'Revert "Fix it"' });
  expect(await shop.files(`revert-${number}-fix`)).toEqual({ ...before, "later.txt": "later" });
  github.assertValid();
});

test("a branch that goes takes its pull request with it", async () => {
  const { github, octokit, at, pull } = await stagePull();
  await octokit.rest.git.deleteRef({ ...at, ref: "heads/fix" });
  expect((await octokit.rest.pulls.get(pull)).data).toMatchObject({ state: "closed", merged: false });
  github.assertValid();
});

test("GraphQL reads pull requests, and a field it does not have is an error", async () => {
  const { github, octokit, head, number } = await stagePull();
  const query =
    'query($n: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: $n) { number headRefOid isDraft merged state mergeable } } }';
  expect(await octokit.graphql(query, { n: number })).toEqual({
    repository: {
      pullRequest: { number, headRefOid: head, isDraft: false, merged: false, state: "OPEN", mergeable: "MERGEABLE" },
    },
  });
  const gone: unknown = await octokit.graphql(query, { n: 99 }).catch((error: unknown) => error);
  expect(gone).toMatchObject({ errors: [{ type: "NOT_FOUND" }] });
  github.assertValid();
  await octokit.graphql('{ repository(owner: "acme", name: "shop") { headRef } }').catch(() => undefined);
  expect(github.violations).toMatchObject([{ kind: "graphql", errors: [expect.stringContaining("headRef")] }]);
});
