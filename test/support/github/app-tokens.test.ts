import { createSign, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { probotFor, stage, statusOf } from "./stage.ts";
import type { FakeGitHub } from "./types.ts";

const hour = 3_600_000;

function jwt(github: FakeGitHub, claims: Record<string, unknown> = {}, key = github.app.privateKey): string {
  const now = Math.floor(github.clock.now().getTime() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now - 60, exp: now + 540, iss: github.app.id, ...claims })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

async function get(github: FakeGitHub, path: string, token: string): Promise<number> {
  const { status } = await fetch(`${github.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return status;
}

test("Probot signs in as the App and as an installation", async () => {
  const { github, octokit, probot, at, installation } = await stage();
  const app = await (await probot.auth()).rest.apps.getAuthenticated();
  expect(app.data).toMatchObject({ id: 4242, slug: "self-heal", permissions: { contents: "write", metadata: "read" } });
  expect((await octokit.rest.repos.get(at)).data.full_name).toBe("acme/shop");
  const found = await (await probot.auth()).rest.apps.getRepoInstallation(at);
  expect(found.data.id).toBe(installation.id);
  github.assertValid();
});

test("the API is served under /api/v3 as well", async () => {
  const { github, installation, at } = await stage();
  const octokit = await probotFor(github, `${github.url}/api/v3`).auth(installation.id);
  expect((await octokit.rest.repos.get(at)).data.full_name).toBe("acme/shop");
  expect(await octokit.graphql("{ viewer { login } }")).toEqual({ viewer: { login: "self-heal" } });
  github.assertValid();
});

test("a JWT may name the App by its id or its client id, and must be signed, fresh and short-lived", async () => {
  const { github } = await stage();
  const { privateKey: stranger } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const now = Math.floor(github.clock.now().getTime() / 1000);
  expect(await get(github, "/app", jwt(github))).toBe(200);
  expect(await get(github, "/app", jwt(github, { iss: github.app.clientId }))).toBe(200);
  expect(await get(github, "/app", jwt(github, { iss: 1 }))).toBe(401);
  expect(await get(github, "/app", jwt(github, { exp: now + 700 }))).toBe(401);
  expect(await get(github, "/app", jwt(github, { exp: now - 1 }))).toBe(401);
  expect(await get(github, "/app", jwt(github, {}, stranger))).toBe(401);
  expect(await get(github, "/repos/acme/shop", jwt(github))).toBe(403);
});

test("an unknown token is nobody, not the first user", async () => {
  const { github } = await stage();
  expect(await get(github, "/repos/acme/shop", "ghs_made_up")).toBe(401);
  expect(github.requests.at(-1)).toMatchObject({ token: "invalid", status: 401 });
});

test("a token ends after an hour, when it is revoked, and with its installation", async () => {
  const { github, probot, installation } = await stage();
  const app = await probot.auth();
  const mint = async () =>
    (await app.rest.apps.createInstallationAccessToken({ installation_id: installation.id })).data.token;
  const first = await mint();
  expect(await get(github, "/repos/acme/shop", first)).toBe(200);
  await fetch(`${github.url}/installation/token`, { method: "DELETE", headers: { authorization: `Bearer ${first}` } });
  expect(await get(github, "/repos/acme/shop", first)).toBe(401);
  const second = await mint();
  github.suspend(installation.id);
  expect(await get(github, "/repos/acme/shop", second)).toBe(403);
  expect(await statusOf(mint())).toBe(403);
  github.unsuspend(installation.id);
  expect(await get(github, "/repos/acme/shop", second)).toBe(200);
  github.clock.advance(hour + 1000);
  expect(await get(github, "/repos/acme/shop", second)).toBe(401);
});

test("a token can be narrowed to repositories and permissions, and is held to them", async () => {
  const { github, probot, installation } = await stage();
  await github.addRepository({ owner: "acme", name: "till" });
  await github.install("acme/till");
  const app = await probot.auth();
  const { data } = await app.rest.apps.createInstallationAccessToken({
    installation_id: installation.id,
    repositories: ["shop"],
    permissions: { issues: "read" },
  });
  expect(data.repositories?.map(({ name }) => name)).toEqual(["shop"]);
  expect(await get(github, "/repos/acme/shop/issues", data.token)).toBe(200);
  expect(await get(github, "/repos/acme/till/issues", data.token)).toBe(404);
  expect(await get(github, "/repos/acme/shop/pulls", data.token)).toBe(403);
  const post = await fetch(`${github.url}/repos/acme/shop/issues`, {
    method: "POST",
    headers: { authorization: `Bearer ${data.token}` },
    body: '{"title":"x"}',
  });
  expect(post.status).toBe(403);
  expect(await post.json()).toMatchObject({ message: "Resource not accessible by integration" });
  expect(github.requests.at(-1)).toMatchObject({ permissions: { issues: "read" }, repositories: ["acme/shop"] });
  github.assertValid();
});

test("a token cannot be asked to be wider than its installation", async () => {
  const { github, probot, installation } = await stage();
  const app = await probot.auth();
  const mint = (more: object) =>
    app.rest.apps.createInstallationAccessToken({ installation_id: installation.id, ...more });
  expect(await statusOf(mint({ permissions: { administration: "write" } }))).toBe(422);
  expect(await statusOf(mint({ permissions: { actions: "write" } }))).toBe(422);
  await github.addRepository({ owner: "acme", name: "secret" });
  expect(await statusOf(mint({ repositories: ["secret"] }))).toBe(422);
});

test("a comment on a pull request takes issues or pull_requests, one on an issue takes issues", async () => {
  const { github, probot, installation, alice } = await stage();
  await alice.openIssue("acme/shop", { title: "an issue" });
  await alice.push("acme/shop", { "new.txt": "x" }, "feature");
  const pull = await alice.openPull("acme/shop", { head: "feature", base: "main", title: "a pull" });
  const app = await probot.auth();
  const { data } = await app.rest.apps.createInstallationAccessToken({
    installation_id: installation.id,
    permissions: { pull_requests: "write" },
  });
  const comment = async (number: number) =>
    (
      await fetch(`${github.url}/repos/acme/shop/issues/${number}/comments`, {
        method: "POST",
        headers: { authorization: `Bearer ${data.token}` },
        body: '{"body":"hi"}',
      })
    ).status;
  expect(await comment(1)).toBe(403);
  expect(await comment(pull.number)).toBe(201);
});

test("people are held to their roles", async () => {
  const { github, shop, alice } = await stage();
  await alice.openIssue("acme/shop", { title: "t", labels: ["bug"] });
  const mallory = github.asUser("mallory");
  expect(await statusOf(mallory.addLabel("acme/shop", 1, "ai-fix"))).toBe(403);
  await mallory.openIssue("acme/shop", { title: "u", labels: ["ai-fix"] });
  expect(shop.issues()[1]).toMatchObject({ title: "u", labels: [] });
  expect(await statusOf(mallory.dispatch("acme/shop", "go"))).toBe(403);
  await github.addRepository({ owner: "acme", name: "hidden", private: true });
  expect(await statusOf(mallory.request("GET /repos/acme/hidden"))).toBe(404);
  shop.archive();
  expect(await statusOf(alice.comment("acme/shop", 1, "late"))).toBe(403);
});

test("the permission of a collaborator is known for every user, and 404 for who is none", async () => {
  const { github, octokit, shop, at } = await stage();
  const level = async (username: string, repo = "shop") =>
    (await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, repo, username })).data;
  shop.setRole("alice", "maintain");
  expect(await level("alice")).toMatchObject({ permission: "write", role_name: "maintain" });
  expect(await level("mallory")).toMatchObject({ permission: "read", role_name: "read" });
  await github.addRepository({ owner: "acme", name: "hidden", private: true });
  await github.install("acme/hidden");
  expect(await level("mallory", "hidden")).toMatchObject({ permission: "none" });
  expect(await statusOf(level("nobody"))).toBe(404);
  expect(await statusOf(level("self-heal[bot]"))).toBe(404);
  github.assertValid();
});
