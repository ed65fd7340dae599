import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import { errorKind } from "../../src/github/github-error.ts";
import {
  addLabels,
  closePull,
  markReady,
  openPull,
  proposeRevert,
  readPull,
  updatePullBody,
} from "../../src/github/pulls.ts";
import type { Octokit } from "../../src/github/octokit.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const branch = "self-heal/fix";
const wanted = { branch, base: "main", title: "Fix the price", body: "Because.", draft: true };
const failure = (error: unknown): unknown => error;

let stage: Stage;
let octokit: Octokit;
let head: CommitSha;
beforeEach(async () => {
  stage = await openStage();
  head = CommitSha.parse(await stage.ada.push("acme/shop", { "src/price.js": "export const price = 2;\n" }, branch));
  octokit = await stage.clients.for(stage.repo, "propose");
  stage.requests();
});
afterEach(() => stage.close());

describe("opening", () => {
  test("takes one request and makes a draft", async () => {
    const pull = await openPull(octokit, stage.repo, wanted);
    expect(stage.requests()).toEqual(["POST /pulls"]);
    expect(pull.head).toBe(head);
    expect(await readPull(octokit, stage.repo, pull.number)).toMatchObject({
      state: "open",
      draft: true,
      merged: false,
      head,
      branch,
      base: "main",
      title: "Fix the price",
    });
  });

  test("adopts the open pull request of the branch and brings its text up to date", async () => {
    stage.github.fail({ method: "POST", path: /\/pulls$/, drop: "after" });
    expect(errorKind(await openPull(octokit, stage.repo, wanted).catch(failure))).toBe("unavailable");
    const pull = await openPull(octokit, stage.repo, { ...wanted, body: "Because of that." });
    const pulls = await stage.view.pulls();
    expect(pulls.map(({ number, body }) => [number, body])).toEqual([[pull.number, "Because of that."]]);
  });

  test("opens another one after the first was closed", async () => {
    const first = await openPull(octokit, stage.repo, wanted);
    await closePull(octokit, stage.repo, first.number);
    const second = await openPull(octokit, stage.repo, wanted);
    expect(second.number).not.toBe(first.number);
  });

  test("opens it ready where the plan has no drafts", async () => {
    const message = "Validation Failed";
    const errors = [{ message: "Draft pull requests are not supported in this repository." }];
    stage.github.fail({ method: "POST", path: /\/pulls$/, status: 422, body: { message, errors } });
    const { number } = await openPull(octokit, stage.repo, wanted);
    expect(await readPull(octokit, stage.repo, number)).toMatchObject({ state: "open", draft: false });
  });

  test("a branch with nothing to merge is an error", async () => {
    const sha = await stage.view.head("main");
    await stage.ada.request(`PATCH /repos/acme/shop/git/refs/heads/${branch}`, { sha, force: true });
    expect(errorKind(await openPull(octokit, stage.repo, wanted).catch(failure))).toBe("invalid");
  });
});

describe("an open pull request", () => {
  let number: number;
  beforeEach(async () => {
    ({ number } = await openPull(octokit, stage.repo, wanted));
    stage.requests();
  });

  test("gets another body", async () => {
    await updatePullBody(octokit, stage.repo, number, "New.");
    expect((await stage.view.pulls())[0]?.["body"]).toBe("New.");
  });

  test("is closed, once or twice", async () => {
    await closePull(octokit, stage.repo, number);
    await closePull(octokit, stage.repo, number);
    expect(await readPull(octokit, stage.repo, number)).toMatchObject({ state: "closed", merged: false });
  });

  test("that was closed without merging tells who closed it", async () => {
    await stage.ada.closePull("acme/shop", number);
    const { data } = await octokit.rest.pulls.get({ owner: "acme", repo: "shop", pull_number: number });
    const { clients } = fakeClients(({ path }) => {
      if (path.endsWith("/pulls/1")) return { json: data };
      return path.endsWith("/issues/1") ? { json: { closed_by: { login: "ada" } } } : undefined;
    });
    const pull = await readPull(await clients.for(repository, "read"), repository, 1);
    expect(pull).toMatchObject({ state: "closed", merged: false, closedBy: "ada" });
  });

  test("is taken out of draft once", async () => {
    await markReady(octokit, stage.repo, number);
    expect(stage.requests()).toEqual([`GET /pulls/${number}`, "POST /graphql"]);
    await markReady(octokit, stage.repo, number);
    expect(stage.requests()).toEqual([`GET /pulls/${number}`]);
    expect(await readPull(octokit, stage.repo, number)).toMatchObject({ draft: false });
  });

  test("that was closed is not taken out of draft", async () => {
    await closePull(octokit, stage.repo, number);
    await markReady(octokit, stage.repo, number);
    expect(stage.requests()).not.toContain("POST /graphql");
  });

  test("gets its labels, in grey, also with a token that may not make labels", async () => {
    await addLabels(octokit, stage.repo, number, ["self-heal", "self-heal:proven"]);
    const labels = (await stage.view.pulls())[0]?.["labels"] as { name: string }[];
    expect(labels.map(({ name }) => name)).toEqual(["self-heal", "self-heal:proven"]);
  });

  test("gets labels beside those it has, in at most two requests; the verdict gets its colour", async () => {
    const report = await stage.clients.for(stage.repo, "report");
    await stage.ada.addLabel("acme/shop", number, "mine");
    stage.requests();
    await addLabels(report, stage.repo, number, ["self-heal", "self-heal:proven"]);
    expect(stage.requests()).toEqual(["POST /labels", `POST /issues/${number}/labels`]);
    await addLabels(report, stage.repo, number, ["self-heal", "self-heal:proven"]);
    expect(stage.requests()).toEqual([`POST /issues/${number}/labels`]);
    const again = await stage.restart().for(stage.repo, "report");
    await addLabels(again, stage.repo, number, ["self-heal", "self-heal:proven"]);
    const labels = (await stage.view.pulls())[0]?.["labels"] as { name: string; color: string }[];
    expect(labels.map(({ name }) => name).toSorted()).toEqual(["mine", "self-heal", "self-heal:proven"]);
    expect(labels.find(({ name }) => name === "self-heal:proven")?.color).toBe("1a7f37");
  });
});

describe("reverting", () => {
  test("opens one pull request that takes the merged one back", async () => {
    const { number } = await openPull(octokit, stage.repo, { ...wanted, draft: false });
    await stage.ada.merge("acme/shop", number);
    const revert = await proposeRevert(octokit, stage.repo, { number, body: "It came back." });
    expect(await readPull(octokit, stage.repo, revert)).toMatchObject({
      state: "open",
      base: "main",
      title: 'Revert "Fix the price"',
    });
    expect(await proposeRevert(octokit, stage.repo, { number, body: "It came back." })).toBe(revert);
  });
});
