import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";

const events = ["check_run", "pull_request", "pull_request_review", "push"];

async function stagePull() {
  const staged = await stage({ app: { events } });
  const head = await staged.alice.push("acme/shop", { "new.txt": "new\n" }, "fix");
  const { number } = await staged.alice.openPull("acme/shop", { head: "fix", base: "main", title: "Fix it" });
  const sent = (...actions: string[]) =>
    staged.github.deliveries.filter(({ action }) => actions.includes(action ?? "")).map(({ payload }) => payload);
  return { ...staged, head, number, pull: { ...staged.at, pull_number: number }, sent };
}

test("the button of a check run tells its App who pressed it", async () => {
  const { github, octokit, at, head, alice, bob, sent } = await stagePull();
  const actions = [{ identifier: "fix", label: "Fix it", description: "Try again" }];
  const { data } = await octokit.rest.checks.create({ ...at, name: "gate", head_sha: head, actions });
  await bob.pressButton("acme/shop", data.id, "fix");
  await bob.rerequest("acme/shop", data.id);
  expect(sent("requested_action", "rerequested")).toMatchObject([
    { requested_action: { identifier: "fix" }, check_run: { id: data.id, name: "gate" }, sender: { login: "bob" } },
    { check_run: { id: data.id, head_sha: head }, sender: { login: "bob" } },
  ]);
  await expect(bob.pressButton("acme/shop", data.id, "other")).rejects.toThrow(/no button/);
  await expect(github.asUser("mallory").pressButton("acme/shop", data.id, "fix")).rejects.toThrow(/may not write/);
  const { checkRunId } = await github.runCi("acme/shop", head, "failure");
  await alice.rerequest("acme/shop", checkRunId); // GitHub Actions hears of that, we do not
  expect(sent("rerequested")).toHaveLength(1);
  github.assertValid();
});

test("people change pull requests, and the events say who did what", async () => {
  const { github, octokit, shop, alice, bob, number, pull, head, sent } = await stagePull();
  const { id } = await bob.review("acme/shop", number, { event: "APPROVE" });
  await alice.dismissReview("acme/shop", number, id, "outdated");
  expect(shop.reviews(number)).toMatchObject([{ state: "DISMISSED" }]);
  await alice.push("acme/shop", {}, "next", "another base");
  const base = await shop.head();
  await bob.retarget("acme/shop", number, "next");
  await bob.convertToDraft("acme/shop", number);
  await bob.readyForReview("acme/shop", number);
  await bob.closePull("acme/shop", number);
  await bob.reopenPull("acme/shop", number);
  await bob.addLabel("acme/shop", number, "urgent");
  await bob.forcePush("acme/shop", "fix", await alice.push("acme/shop", { "b.txt": "b" }, "side"));
  expect((await octokit.rest.pulls.get(pull)).data.head.sha).not.toBe(head);
  const by = { sender: { login: "bob" } };
  expect(sent("dismissed")).toMatchObject([{ review: { id, state: "dismissed" }, sender: { login: "alice" } }]);
  expect(sent("edited")).toMatchObject([
    {
      ...by,
      changes: { base: { ref: { from: "main" }, sha: { from: base } } },
      pull_request: { base: { ref: "next" } },
    },
  ]);
  expect(sent("edited")[0]?.["changes"]).not.toHaveProperty("title"); // nothing of the published example
  expect(sent("converted_to_draft", "ready_for_review", "closed", "reopened", "labeled")).toMatchObject([
    { ...by, action: "converted_to_draft" },
    { ...by, action: "ready_for_review" },
    { ...by, action: "closed" },
    { ...by, action: "reopened" },
    { ...by, action: "labeled", label: { name: "urgent" } },
  ]);
  expect(github.deliveries.findLast(({ event }) => event === "push")?.payload).toMatchObject({ ...by, forced: true });
  github.assertValid();
});

test("commits name their accounts, or nobody for an e-mail that nobody has", async () => {
  const { github, octokit, at, alice, pull, head } = await stagePull();
  const author = { name: "Eve", email: "eve@example.test" };
  const message = "smuggled\n\nCo-authored-by: Bob <bob@example.test>";
  await alice.push("acme/shop", { "eve.txt": "e" }, "fix", { author, message });
  const tree = (await octokit.rest.git.getCommit({ ...at, commit_sha: head })).data.tree.sha;
  const parents = [await github.repository("acme/shop").head("fix")];
  const { data: made } = await octokit.rest.git.createCommit({ ...at, tree, parents, message: "by the App" });
  await octokit.rest.git.updateRef({ ...at, ref: "heads/fix", sha: made.sha });
  await alice.push("acme/shop", { "n.txt": "n" }, "fix", { committer: author });
  expect((await octokit.rest.pulls.listCommits(pull)).data).toMatchObject([
    {
      sha: head,
      author: { login: "alice" },
      committer: { login: "alice" },
      commit: { verification: { verified: false } },
    },
    { author: null, committer: { login: "alice" }, commit: { author, message }, parents: [{ sha: head }] },
    { author: { login: "self-heal[bot]", type: "Bot" }, commit: { verification: { verified: true } } },
    { author: { login: "alice" }, committer: null },
  ]);
  const merged = await alice.merge("acme/shop", pull.pull_number);
  expect((await octokit.rest.repos.getCommit({ ...at, ref: merged.sha })).data).toMatchObject({
    author: { login: "alice" },
    committer: { login: "web-flow" },
    commit: { verification: { verified: true } },
  });
  github.assertValid();
});

test("what an account did stays when it is gone, without a name", async () => {
  const { github, octokit, at, alice, bob, number, pull, head } = await stagePull();
  await bob.review("acme/shop", number, { event: "APPROVE" });
  await bob.comment("acme/shop", number, "good");
  await alice.reviewComment("acme/shop", number, { body: "hm", path: "new.txt", line: 1 });
  github.addTeam("acme", "owners", ["bob"]);
  github.deleteUser("alice");
  github.deleteUser("bob");
  const { data: reviews } = await octokit.rest.pulls.listReviews(pull);
  expect(reviews.map(({ user, state }) => [user, state])).toEqual([
    [null, "APPROVED"],
    [null, "COMMENTED"],
  ]);
  expect((await octokit.rest.issues.listComments({ ...at, issue_number: number })).data).toMatchObject([
    { user: null },
  ]);
  expect((await octokit.rest.pulls.listReviewComments(pull)).data).toMatchObject([{ user: null }]);
  expect((await octokit.rest.pulls.get(pull)).data.user.login).toBe("ghost");
  expect((await octokit.rest.pulls.listCommits(pull)).data).toMatchObject([{ sha: head, author: null }]);
  expect(await statusOf(octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "bob" }))).toBe(404);
  expect(await statusOf(octokit.rest.users.getByUsername({ username: "bob" }))).toBe(404);
  const membership = octokit.rest.teams.getMembershipForUserInOrg({
    org: "acme",
    team_slug: "owners",
    username: "bob",
  });
  expect(await statusOf(membership)).toBe(404);
  await expect(bob.comment("acme/shop", number, "still here")).rejects.toMatchObject({ status: 401 });
  github.assertValid();
});

test("the events of a pull request say who dismissed which review, and what else happened", async () => {
  const { github, octokit, at, alice, bob, number } = await stagePull();
  const listEvents = async (issue_number = number) =>
    (await octokit.rest.issues.listEvents({ ...at, issue_number })).data;
  expect(await listEvents()).toEqual([]);
  const approval = await bob.review("acme/shop", number, { event: "APPROVE" });
  await alice.dismissReview("acme/shop", number, approval.id, "outdated");
  const again = alice.dismissReview("acme/shop", number, approval.id, "outdated");
  expect(await statusOf(again)).toBe(422);
  const refusal = await bob.review("acme/shop", number, { event: "REQUEST_CHANGES", body: "no" });
  await octokit.rest.pulls.dismissReview({ ...at, pull_number: number, review_id: refusal.id, message: "done" });
  await alice.addLabel("acme/shop", number, "urgent");
  await alice.removeLabel("acme/shop", number, "urgent");
  await bob.closePull("acme/shop", number);
  await bob.reopenPull("acme/shop", number);
  const { sha } = await alice.merge("acme/shop", number);
  const dismissed = (state: string, { id }: { id: number }, message: string) => ({
    event: "review_dismissed",
    dismissed_review: { state, review_id: id, dismissal_message: message },
  });
  const [byAlice, byBob] = [{ actor: { login: "alice" } }, { actor: { login: "bob" } }];
  expect(await listEvents()).toMatchObject([
    { ...byAlice, ...dismissed("approved", approval, "outdated"), commit_id: null, performed_via_github_app: null },
    {
      actor: { login: "self-heal[bot]" },
      ...dismissed("changes_requested", refusal, "done"),
      performed_via_github_app: { slug: "self-heal" },
    },
    { ...byAlice, event: "labeled", label: { name: "urgent", color: "ededed" } },
    { ...byAlice, event: "unlabeled", label: { name: "urgent" } },
    { ...byBob, event: "closed" },
    { ...byBob, event: "reopened" },
    { ...byAlice, event: "merged", commit_id: sha },
    { ...byAlice, event: "closed", commit_id: null },
  ]);
  github.deleteUser("alice");
  expect((await listEvents())[0]?.actor).toMatchObject({ login: "ghost" });
  expect(await statusOf(listEvents(99))).toBe(404);
  github.assertValid();
});

test("the events of issues take the permission for issues, those of pull requests either", async () => {
  const { github, installation, octokit, probot, at, alice, number } = await stagePull();
  const issue = await alice.openIssue("acme/shop", { title: "t", labels: ["bug"] });
  const app = await probot.auth();
  const narrow = async (permissions: { issues?: "read"; pull_requests?: "read" }) => {
    const created = await app.rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      permissions,
    });
    const ask = async (asked: number) => {
      const headers = { authorization: `token ${created.data.token}` };
      return (await fetch(`${github.url}/repos/acme/shop/issues/${asked}/events`, { headers })).status;
    };
    return [await ask(issue.number), await ask(number)];
  };
  expect(await narrow({ issues: "read" })).toEqual([200, 200]);
  expect(await narrow({ pull_requests: "read" })).toEqual([403, 200]);
  expect((await octokit.rest.issues.listEvents({ ...at, issue_number: issue.number })).data).toMatchObject([
    { event: "labeled", actor: { login: "alice" }, label: { name: "bug" } },
  ]);
  github.assertValid();
});

test("collaborators are listed by what they may do, with the owner when that is a user", async () => {
  const { github, octokit, at, alice } = await stage(
    {},
    { collaborators: { alice: "write", bob: "triage", mallory: "maintain" } },
  );
  const names = async (query: object = {}) =>
    (await octokit.rest.repos.listCollaborators({ ...at, ...query })).data.map(({ login }) => login);
  expect(await names()).toEqual(["alice", "bob", "mallory"]);
  expect(await names({ permission: "push", affiliation: "all" })).toEqual(["alice", "mallory"]);
  expect(await names({ permission: "admin" })).toEqual([]);
  expect(await names({ affiliation: "outside" })).toEqual([]);
  expect((await octokit.rest.repos.listCollaborators({ ...at, permission: "maintain" })).data).toMatchObject([
    { login: "mallory", role_name: "maintain", permissions: { admin: false, maintain: true, push: true, pull: true } },
  ]);
  await github.addRepository({ owner: "alice", name: "notes", collaborators: { bob: "read" } });
  const own = async (query: string) => {
    const { items } = await alice.request(`GET /repos/alice/notes/collaborators?${query}`);
    return items;
  };
  expect(await own("permission=push")).toMatchObject([{ login: "alice", role_name: "admin" }]);
  expect(await own("affiliation=outside")).toMatchObject([{ login: "bob", role_name: "read" }]);
  expect(await statusOf(github.asUser("bob").request("GET /repos/alice/notes/collaborators"))).toBe(403);
  github.assertValid();
});
