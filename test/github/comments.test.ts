import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CommentRef } from "../../src/domain/command.ts";
import { react, reply, upsertComment } from "../../src/github/comments.ts";
import { errorKind } from "../../src/github/github-error.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const marker = "<!-- self-heal:progress:abcd1234 -->";
const bot = "self-heal[bot]";

let stage: Stage;
let issue: number;
beforeEach(async () => {
  stage = await openStage();
  issue = (await stage.ada.openIssue("acme/shop", { title: "It breaks" })).number;
});
afterEach(() => stage.close());

function comments(): { login: string; body: string }[] {
  return stage.view
    .comments(issue)
    .map(({ user, body }) => ({ login: (user as { login: string }).login, body: body as string }));
}

async function upsert(body: string, clients = stage.clients): Promise<{ id: number }> {
  return upsertComment(await clients.for(stage.repo, "report"), stage.repo, issue, { marker, body });
}

describe("the progress comment", () => {
  test("is made once and edited in place", async () => {
    const { id } = await upsert("working on it");
    expect(await upsert("done")).toEqual({ id });
    expect(comments()).toEqual([{ login: bot, body: `${marker}\ndone` }]);
  });

  test("costs one request per change once it is known, and no write when nothing changed", async () => {
    await upsert("working on it");
    stage.requests();
    const { id } = await upsert("done");
    expect(stage.requests()).toEqual([`PATCH /issues/comments/${id}`]);
    await upsert("done");
    expect(stage.requests()).toEqual([`GET /issues/comments/${id}`]);
  });

  test("is found again by a process that knows nothing of it", async () => {
    const { id } = await upsert("working on it");
    await upsert("working on it", stage.restart());
    expect(stage.requests().filter((request) => request.startsWith("P"))).toEqual([`POST /issues/${issue}/comments`]);
    expect(await upsert("done", stage.restart())).toEqual({ id });
    expect(comments()).toHaveLength(1);
  });

  test("is put right when another process wrote something else in the meantime", async () => {
    await upsert("working on it");
    await upsert("done", stage.restart());
    await upsert("working on it");
    expect(comments()).toEqual([{ login: bot, body: `${marker}\nworking on it` }]);
  });

  test("is not made twice when the answer to the first try was lost", async () => {
    stage.github.fail({ method: "POST", path: /\/comments$/, drop: "after" });
    expect(errorKind(await upsert("working on it").catch((error: unknown) => error))).toBe("unavailable");
    await upsert("working on it");
    expect(comments()).toHaveLength(1);
  });

  test("never edits a person's comment, though it holds the marker", async () => {
    await stage.ada.comment("acme/shop", issue, `${marker}\nmine`);
    await upsert("done");
    expect(comments()).toEqual([
      { login: "ada", body: `${marker}\nmine` },
      { login: bot, body: `${marker}\ndone` },
    ]);
  });

  test("is not mistaken for another comment of ours that quotes the marker", async () => {
    await reply(
      await stage.clients.for(stage.repo, "report"),
      stage.repo,
      { kind: "issueComment", id: 1, number: issue },
      marker,
    );
    await upsert("done");
    expect(comments()).toHaveLength(2);
  });

  test("is made anew after somebody deleted it", async () => {
    const { id } = await upsert("working on it");
    await stage.ada.request(`DELETE /repos/acme/shop/issues/comments/${id}`);
    await upsert("done");
    expect(comments()).toEqual([{ login: bot, body: `${marker}\ndone` }]);
  });

  test("is found behind more than a page of other comments", async () => {
    for (let n = 0; n < 101; n += 1) await stage.ada.comment("acme/shop", issue, `me too ${n}`);
    const { id } = await upsert("working on it");
    expect(await upsert("done", stage.restart())).toEqual({ id });
  });

  test("is cut to what GitHub takes, marker first", async () => {
    await upsert("x".repeat(100_000));
    const [made] = comments();
    expect(made?.body.length).toBe(65_000);
    expect(made?.body.startsWith(marker)).toBe(true);
    expect(made?.body.endsWith("…(cut)")).toBe(true);
  });
});

describe("answers to a comment", () => {
  async function answer(ref: CommentRef, body: string): Promise<void> {
    await reply(await stage.clients.for(stage.repo, "report"), stage.repo, ref, body);
  }

  test("an issue comment gets one answer, however often it is given", async () => {
    const { id } = await stage.ada.comment("acme/shop", issue, "/self-heal status");
    const ref: CommentRef = { kind: "issueComment", id, number: issue };
    await answer(ref, "all is well");
    await answer(ref, "all is well");
    const other = await stage.ada.comment("acme/shop", issue, "/self-heal status");
    await answer({ ...ref, id: other.id }, "all is well");
    expect(comments().filter(({ login }) => login === bot)).toHaveLength(2);
  });

  test("a review comment is answered in its thread, once, also when it was itself an answer", async () => {
    await stage.ada.push("acme/shop", { "src/price.js": "export const price = 2;\n" }, "work");
    const pull = await stage.ada.openPull("acme/shop", { head: "work", base: "main", title: "Work" });
    const place = { path: "src/price.js", line: 1 };
    const first = await stage.ada.reviewComment("acme/shop", pull.number, { body: "Why?", ...place });
    const second = await stage.ada.request(`POST /repos/acme/shop/pulls/${pull.number}/comments/${first.id}/replies`, {
      body: "/self-heal retry",
    });
    const ref: CommentRef = { kind: "reviewComment", id: Number(second["id"]), number: pull.number };
    await answer(ref, "working on it");
    await answer(ref, "working on it");
    const octokit = await stage.clients.for(stage.repo, "read");
    const { data } = await octokit.rest.pulls.listReviewComments({
      owner: "acme",
      repo: "shop",
      pull_number: pull.number,
    });
    const ours = data.filter(({ user }) => user?.login === bot);
    expect(ours.map(({ in_reply_to_id, body }) => [in_reply_to_id, body.split("\n").at(-1)])).toEqual([
      [first.id, "working on it"],
    ]);
  });

  test("the text of a review is answered in the conversation", async () => {
    await stage.ada.push("acme/shop", { "src/price.js": "export const price = 2;\n" }, "work");
    const pull = await stage.ada.openPull("acme/shop", { head: "work", base: "main", title: "Work" });
    stage.github.addUser("max");
    const { id } = await stage.github
      .asUser("max")
      .review("acme/shop", pull.number, { event: "COMMENT", body: "/self-heal status" });
    await answer({ kind: "review", id, number: pull.number }, "all is well");
    expect(stage.view.comments(pull.number)).toHaveLength(1);
  });
});

describe("reactions", () => {
  test("show once that a comment was seen", async () => {
    const { id } = await stage.ada.comment("acme/shop", issue, "/self-heal status");
    const octokit = await stage.clients.for(stage.repo, "report");
    const ref: CommentRef = { kind: "issueComment", id, number: issue };
    expect(await react(octokit, stage.repo, ref, "eyes")).toBe(true);
    expect(await react(octokit, stage.repo, ref, "eyes")).toBe(true);
    const { data } = await octokit.rest.reactions.listForIssueComment({ owner: "acme", repo: "shop", comment_id: id });
    expect(data.map(({ content, user }) => [content, user?.login])).toEqual([["eyes", bot]]);
  });

  test("a review takes none, and neither does a comment that is gone", async () => {
    const octokit = await stage.clients.for(stage.repo, "report");
    stage.requests();
    expect(await react(octokit, stage.repo, { kind: "review", id: 1, number: issue }, "eyes")).toBe(false);
    expect(stage.requests()).toEqual([]);
    expect(await react(octokit, stage.repo, { kind: "issueComment", id: 999_999, number: issue }, "eyes")).toBe(false);
  });
});
