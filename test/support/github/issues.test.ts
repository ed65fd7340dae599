import { expect, test } from "vitest";
import { receiver, stage, statusOf } from "./stage.ts";

test("an issue opened with labels sends opened, and a labeled for each label", async () => {
  const { github, alice } = await stage();
  await alice.openIssue("acme/shop", { title: "It breaks", body: "badly", labels: ["ai-fix", "bug"] });
  await github.idle();
  const sent = github.deliveries.filter(({ event }) => event === "issues");
  expect(sent.map(({ action }) => action)).toEqual(["opened", "labeled", "labeled"]);
  expect(sent[0]?.payload).toMatchObject({
    issue: { labels: [{ name: "ai-fix" }, { name: "bug" }] },
    sender: { login: "alice" },
  });
  expect(sent[1]?.payload).toMatchObject({ label: { name: "ai-fix", color: "ededed", default: false } });
  github.assertValid();
});

test("labels are made, listed, put on and taken off", async () => {
  const { github, octokit, alice, at } = await stage();
  await alice.openIssue("acme/shop", { title: "t" });
  await octokit.rest.issues.createLabel({ ...at, name: "fix me", color: "ff0000" });
  expect(await statusOf(octokit.rest.issues.createLabel({ ...at, name: "FIX ME" }))).toBe(422);
  await octokit.rest.issues.addLabels({ ...at, issue_number: 1, labels: ["fix me", "new"] });
  expect((await octokit.rest.issues.listLabelsForRepo(at)).data.map(({ name }) => name)).toEqual(["fix me", "new"]);
  await octokit.rest.issues.removeLabel({ ...at, issue_number: 1, name: "fix me" });
  expect(await statusOf(octokit.rest.issues.removeLabel({ ...at, issue_number: 1, name: "fix me" }))).toBe(404);
  expect((await octokit.rest.issues.get({ ...at, issue_number: 1 })).data.labels).toMatchObject([{ name: "new" }]);
  await github.idle();
  expect(github.deliveries.map(({ event, action }) => `${event}.${action}`)).toContain("issues.unlabeled");
  github.assertValid();
});

test("issues are filtered, paged and closed", async () => {
  const { github, octokit, alice, at } = await stage();
  for (const title of ["a", "b", "c"]) await alice.openIssue("acme/shop", { title, labels: [title] });
  await alice.closeIssue("acme/shop", 2);
  const titles = async (query: object) =>
    (await octokit.rest.issues.listForRepo({ ...at, ...query })).data.map(({ title }) => title);
  expect(await titles({})).toEqual(["c", "a"]);
  expect(await titles({ state: "all", labels: "b" })).toEqual(["b"]);
  const all = await octokit.paginate(octokit.rest.issues.listForRepo, { ...at, state: "all", per_page: 1 });
  expect(all.map(({ title }) => title)).toEqual(["c", "b", "a"]);
  expect(all[1]).toMatchObject({ state: "closed", state_reason: "completed", closed_at: expect.any(String) });
  github.assertValid();
});

test("comments are written, edited by their author, and reacted to once", async () => {
  const { github, octokit, alice, at, shop } = await stage();
  await alice.openIssue("acme/shop", { title: "t" });
  const { data } = await octokit.rest.issues.createComment({ ...at, issue_number: 1, body: "working" });
  expect(data).toMatchObject({
    user: { login: "self-heal[bot]", type: "Bot" },
    performed_via_github_app: { slug: "self-heal" },
  });
  await octokit.rest.issues.updateComment({ ...at, comment_id: data.id, body: "done" });
  const hers = await alice.comment("acme/shop", 1, "/fix");
  expect(await statusOf(octokit.rest.issues.updateComment({ ...at, comment_id: hers.id, body: "mine now" }))).toBe(403);
  const react = async () =>
    (await octokit.rest.reactions.createForIssueComment({ ...at, comment_id: hers.id, content: "eyes" })).status;
  expect([await react(), await react()]).toEqual([201, 200]);
  await octokit.rest.reactions.createForIssue({ ...at, issue_number: 1, content: "rocket" });
  expect(shop.comments(1)).toMatchObject([{ body: "done" }, { body: "/fix", reactions: { eyes: 1, total_count: 1 } }]);
  expect((await octokit.rest.issues.listComments({ ...at, issue_number: 1 })).data).toHaveLength(2);
  await github.idle();
  expect(github.deliveries.filter(({ event }) => event === "issue_comment").map(({ action }) => action)).toEqual([
    "created",
    "edited",
    "created",
  ]);
  github.assertValid();
});

test("an edit says what it changed, and one that changes nothing is silent", async () => {
  const { github, alice } = await stage();
  const { received, url } = await receiver();
  github.deliverTo(url);
  await alice.openIssue("acme/shop", { title: "old" });
  await alice.editIssue("acme/shop", 1, { title: "new" });
  await alice.editIssue("acme/shop", 1, { title: "new" });
  await github.idle();
  const edits = received
    .map(({ body }) => JSON.parse(body) as { action?: string })
    .filter(({ action }) => action === "edited");
  expect(edits).toMatchObject([{ changes: { title: { from: "old" } } }]);
});

test("a conditional request that finds nothing new is answered 304", async () => {
  const { github, alice } = await stage();
  const ask = (etag?: string) =>
    fetch(`${github.url}/repos/acme/shop`, {
      headers: { authorization: `token ${alice.token}`, ...(etag && { "if-none-match": etag }) },
    });
  const first = await ask();
  expect((await ask(first.headers.get("etag") ?? "")).status).toBe(304);
  await alice.openIssue("acme/shop", { title: "t" });
  expect((await ask(first.headers.get("etag") ?? "")).status).toBe(200);
});
