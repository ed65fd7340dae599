import { expect, test } from "vitest";
import { stage, statusOf } from "./stage.ts";

test("asking again for what has not changed is 304, and free", async () => {
  const { github, octokit, alice, at } = await stage();
  await alice.openIssue("acme/shop", { title: "t" });
  const ask = (etag?: string) =>
    octokit.request("GET /repos/{owner}/{repo}/issues", {
      ...at,
      headers: etag === undefined ? {} : { "if-none-match": etag },
    });
  const { headers } = await ask();
  expect(headers.etag).toMatch(/^W\/"[0-9a-f]+"$/);
  const remaining = Number(headers["x-ratelimit-remaining"]);
  const same: unknown = await ask(headers.etag).catch((error: unknown) => error);
  expect(same).toMatchObject({
    status: 304,
    response: { headers: { etag: headers.etag, "x-ratelimit-remaining": String(remaining) } },
  });
  expect(github.requests.at(-1)).toMatchObject({
    status: 304,
    responseBody: undefined,
    operationId: "issues/list-for-repo",
  });
  // A strong tag is compared as a weak one, and one of several will do.
  expect(await statusOf(ask(`"other", ${headers.etag?.replace("W/", "")}`))).toBe(304);
  await alice.openIssue("acme/shop", { title: "u" });
  const news = await ask(headers.etag);
  expect(news.status).toBe(200);
  expect(news.headers.etag).not.toBe(headers.etag);
  expect(Number(news.headers["x-ratelimit-remaining"])).toBe(remaining - 1);
  github.assertValid();
});

test("only answers to GET have a tag", async () => {
  const { octokit, at } = await stage();
  expect((await octokit.rest.issues.create({ ...at, title: "t" })).headers.etag).toBe(undefined);
  const updated = await octokit.rest.issues.update({ ...at, issue_number: 1, title: "u" });
  expect(updated.headers.etag).toBe(undefined);
});
