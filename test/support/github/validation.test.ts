import { expect, test } from "vitest";
import { startGitHub } from "./start-github.ts";
import { handlers, handlersInRepository } from "./routes/all-handlers.ts";
import { needs } from "./needs.ts";
import { checkPayload, restSpecification } from "./specification.ts";
import { stage, statusOf } from "./stage.ts";
import { publishedExample } from "./webhook-payload.ts";

test("every operation of the slim description has a handler and says what it needs", () => {
  const ids = restSpecification().operations.map(({ id }) => id);
  const known = [...Object.keys(handlers), ...Object.keys(handlersInRepository), "rate-limit/get"];
  expect(ids.toSorted()).toEqual(known.toSorted());
  expect(ids.filter((id) => !(id in needs))).toEqual([]);
});

test("a request that GitHub's description does not allow is refused and remembered", async () => {
  const { github, octokit, at } = await stage();
  expect(
    await statusOf(octokit.request("POST /repos/{owner}/{repo}/issues", { ...at, title: null as unknown as string })),
  ).toBe(422);
  expect(
    await statusOf(
      octokit.request(
        "POST /repos/{owner}/{repo}/issues",
        at as unknown as { owner: string; repo: string; title: string },
      ),
    ),
  ).toBe(422);
  expect(await statusOf(octokit.rest.issues.listForRepo({ ...at, state: "ajar" as "open" }))).toBe(422);
  expect(
    await statusOf(octokit.rest.reactions.createForIssue({ ...at, issue_number: 1, content: "shrug" as "eyes" })),
  ).toBe(422);
  expect(github.violations.map(({ kind }) => kind)).toEqual(["request", "request", "request", "request"]);
  expect(() => github.assertValid()).toThrow(/issues\/create/);
});

test("what GitHub would ignore is remembered too", async () => {
  const { github, octokit, at } = await stage();
  await octokit.request("POST /repos/{owner}/{repo}/issues", { ...at, title: "t", lables: ["typo"] });
  await octokit.request("GET /repos/{owner}/{repo}/issues", { ...at, sate: "all" });
  expect(github.violations.flatMap(({ errors }) => errors)).toEqual([
    "body property lables is unknown",
    "query parameter sate is unknown",
  ]);
});

test("an operation nobody has described is 404 and remembered", async () => {
  const { github, octokit } = await stage();
  expect(await statusOf(octokit.request("GET /repos/acme/shop/nonsense"))).toBe(404);
  expect(github.violations).toMatchObject([{ kind: "unknown operation", what: "GET /repos/acme/shop/nonsense" }]);
});

test("an answer that GitHub would not give is remembered", async () => {
  const { github, octokit, shop, at } = await stage();
  shop.settings.rules.push({ type: "no such rule" });
  await octokit.rest.repos.getBranchRules({ ...at, branch: "main" });
  expect(github.violations).toMatchObject([{ kind: "response", what: "repos/get-branch-rules 200" }]);
});

test("an answer or a webhook with a wrong field is found", () => {
  const specification = restSpecification();
  const operation = specification.operations.find(({ id }) => id === "issues/get");
  if (!operation) throw new Error("issues/get is missing");
  expect(specification.checkResponse(operation, 200, { number: "1" })).toContain("/number must be integer");
  expect(specification.checkResponse(operation, 299, {})).toEqual(["status 299 is not described"]);
  const example = publishedExample("issue_comment.created");
  expect(checkPayload("issue_comment", example)).not.toEqual(undefined);
  expect(checkPayload("issue_comment", { ...example, comment: {} })).toContain(
    "/comment must have required property 'body'",
  );
  expect(checkPayload("no_such_event", {})).toBe(undefined);
});

test("null is accepted where GitHub says nullable, also without a type", async () => {
  const { github, octokit, alice, at } = await stage();
  await alice.openIssue("acme/shop", { title: "t", body: "b" });
  await octokit.rest.issues.update({ ...at, issue_number: 1, body: null, milestone: null });
  expect((await octokit.rest.issues.get({ ...at, issue_number: 1 })).data).toMatchObject({
    body: null,
    milestone: null,
  });
  github.assertValid();
});

test("faults are injected as often as asked, and then it works again", async () => {
  const { github, octokit, at } = await stage();
  const get = () => statusOf(octokit.rest.repos.get(at));
  github.fail({ method: "GET", path: /^\/repos\/acme\/shop$/, status: 502, times: 2 });
  expect([await get(), await get(), await get()]).toEqual([502, 502, 200]);
  github.fail({ path: /\/shop$/, drop: "before" });
  expect(await get()).toBe(500); // Octokit's word for no answer
  github.fail({ path: /nothing/, status: 500 });
  github.fail({ path: /\/issues$/, drop: "after" });
  await octokit.rest.issues.create({ ...at, title: "made, but unanswered" }).catch(() => undefined);
  expect(github.repository("acme/shop").issues()).toHaveLength(1);
  github.heal();
  expect(await get()).toBe(200);
});

test("rate limits look like GitHub's", async () => {
  const { github, octokit, alice, at } = await stage({ rateLimit: 2 });
  github.fail({ path: /\/shop$/, rateLimit: "secondary" });
  const secondary: unknown = await octokit.rest.repos.get(at).catch((error: unknown) => error);
  expect(secondary).toMatchObject({ status: 429, response: { headers: { "retry-after": "60" } } });
  github.fail({ path: /\/shop$/, rateLimit: "primary" });
  const primary: unknown = await octokit.rest.repos.get(at).catch((error: unknown) => error);
  expect(primary).toMatchObject({ status: 403, response: { headers: { "x-ratelimit-remaining": "0" } } });
  const { headers } = await octokit.rest.repos.get(at);
  expect(headers).toMatchObject({ "x-ratelimit-limit": "2", "x-ratelimit-remaining": "1" });
  await octokit.rest.repos.get(at);
  expect(await statusOf(octokit.rest.repos.get(at))).toBe(403);
  // Each token has its own count, and gets a new one every hour.
  const ask = () => statusOf(alice.request("GET /repos/acme/shop"));
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 403]);
  github.clock.advance(3_601_000);
  expect(await ask()).toBe(200);
});

test("requests are listed with what they were allowed", async () => {
  const { github, octokit, at } = await stage();
  await octokit.rest.repos.get(at);
  expect(github.requests.at(-1)).toMatchObject({
    method: "GET",
    path: "/repos/acme/shop",
    operationId: "repos/get",
    status: 200,
    token: "installation",
    permissions: { contents: "write" },
  });
  github.clearRequests();
  expect(github.requests).toEqual([]);
});

test("commits do not depend on the machine's time zone", async () => {
  const now = new Date("2026-03-04T05:06:07Z");
  const heads = [];
  for (const zone of ["UTC", "Asia/Tokyo"]) {
    process.env["TZ"] = zone;
    const github = await startGitHub({ now });
    heads.push(await (await github.addRepository({ owner: "acme", name: "shop" })).git("log", "-1", "--format=%ad %H"));
    await github.close();
  }
  delete process.env["TZ"];
  expect(heads[0]?.slice(0, 30)).toBe("Wed Mar 4 05:06:07 2026 +0000 ");
  expect(heads[1]).toBe(heads[0]);
});
