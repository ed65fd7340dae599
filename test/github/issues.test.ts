import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keepIssue } from "../../src/github/issues.ts";
import type { KeptIssue } from "../../src/github/issues.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const keep = async (changes: Partial<KeptIssue> = {}): Promise<number | undefined> => {
  const octokit = await stage.restart().for(stage.repo, "report");
  const issue = { marker: "<!-- self-heal:drift -->", title: "Settings differ", body: "Something.", open: true };
  return keepIssue(octokit, stage.repo, { ...issue, ...changes });
};
const writes = (): string[] => stage.requests().filter((request) => !request.startsWith("GET"));
const shown = () => stage.view.issues()[0];

describe("an issue of ours", () => {
  test("is created once, and written again only when its text changes", async () => {
    const number = await keep();
    expect(number).toBe(1);
    writes();
    expect(await keep({ known: number })).toBe(1);
    expect(await keep()).toBe(1);
    expect(writes()).toEqual([]);
    expect(await keep({ known: number, body: "Something else." })).toBe(1);
    expect(writes()).toEqual(["PATCH /issues/1"]);
    expect(shown()).toMatchObject({ state: "open", body: expect.stringMatching(/Something else\.$/) });
  });

  test("is found by its marker where its number is wrong or belongs to somebody else", async () => {
    await stage.ada.openIssue("acme/shop", { title: "x", body: "<!-- self-heal:drift -->\nforged" });
    expect(await keep()).toBe(2);
    expect(await keep({ known: 1 })).toBe(2);
    expect(await keep({ known: 99 })).toBe(2);
    expect(stage.view.issues().find(({ number }) => number === 1)).toMatchObject({ title: "x" });
  });

  test("closes itself with a comment, once, and opens again for the same text", async () => {
    await keep();
    expect(await keep({ open: false, closing: "All is well." })).toBe(1);
    expect(shown()).toMatchObject({ state: "closed", state_reason: "completed" });
    expect(stage.view.comments(1)).toHaveLength(1);
    writes();
    await keep({ open: false, known: 1, closing: "All is well." });
    expect(writes()).toEqual([]);
    await keep({ known: 1 });
    expect(shown()).toMatchObject({ state: "open" });
  });

  test("stays closed where a person closed it, until there is something new", async () => {
    await keep();
    await stage.ada.closeIssue("acme/shop", 1);
    await keep({ known: 1 });
    expect(shown()).toMatchObject({ state: "closed" });
    await keep({ known: 1, body: "News." });
    expect(shown()).toMatchObject({ state: "open" });
  });

  test("stays open where a person opened it again", async () => {
    await keep();
    await keep({ open: false });
    await stage.ada.editIssue("acme/shop", 1, { state: "open" });
    await keep({ open: false, known: 1 });
    expect(shown()).toMatchObject({ state: "open" });
  });

  test("is not made in order to be closed", async () => {
    expect(await keep({ open: false })).toBeUndefined();
    expect(stage.view.issues()).toEqual([]);
  });
});

test("where issues are switched off, there is none", async () => {
  const { clients } = fakeClients(({ method, path }) => {
    if (path === "/app") return { json: { id: 4242, slug: "self-heal" } };
    if (path !== "/repos/acme/shop/issues") return undefined;
    return method === "GET" ? { json: [] } : { status: 410, json: { message: "Issues are disabled for this repo" } };
  });
  const octokit = await clients.for(repository, "report");
  const issue = { marker: "<!-- x -->", title: "t", body: "b", open: true };
  expect(await keepIssue(octokit, repository, issue)).toBeUndefined();
});
