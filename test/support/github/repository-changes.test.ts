import { expect, test } from "vitest";
import { probotFor, stage, statusOf } from "./stage.ts";
import type { FakeGitHub } from "./types.ts";

const events = ["repository", "organization", "pull_request"];
const payloads = (github: FakeGitHub, ...names: string[]) =>
  github.deliveries.filter(({ event }) => names.includes(event)).map(({ payload }) => payload);

test("a renamed repository is found under both names, by REST, GraphQL and git", async () => {
  const { github, octokit, shop, alice, at } = await stage({
    app: { events, permissions: { contents: "write", issues: "write" } },
  });
  shop.rename("store", "alice");
  expect([shop.name, shop.fullName]).toEqual(["store", "acme/store"]);
  expect((await octokit.rest.repos.get(at)).data.full_name).toBe("acme/store");
  expect(github.requests.slice(-2).map(({ status, path }) => [status, path])).toEqual([
    [301, "/repos/acme/shop"],
    [200, `/repositories/${shop.id}`],
  ]);
  await octokit.rest.issues.create({ ...at, title: "t" });
  expect((await octokit.rest.issues.listForRepo({ ...at, state: "all" })).data).toHaveLength(1);
  const query = '{ repository(owner: "acme", name: "shop") { nameWithOwner } }';
  expect(await octokit.graphql(query)).toEqual({ repository: { nameWithOwner: "acme/store" } });
  expect(await alice.push("acme/shop", { "a.txt": "a" })).toBe(await shop.head());
  expect(payloads(github, "repository")).toMatchObject([
    { action: "renamed", changes: { repository: { name: { from: "shop" } } }, repository: { name: "store" } },
  ]);
  await github.addRepository({ owner: "acme", name: "shop" });
  expect(await statusOf(octokit.rest.repos.get(at))).toBe(404); // a new one takes the name
  github.assertValid();
});

test("renaming the default branch moves pull requests and protection", async () => {
  const { github, octokit, shop, alice, at } = await stage({
    app: { events, permissions: { pull_requests: "read", administration: "read" } },
  });
  await alice.push("acme/shop", { "a.txt": "a" }, "fix");
  const { number } = await alice.openPull("acme/shop", { head: "fix", base: "main", title: "t" });
  shop.protect("main", { enforce_admins: { url: "https://x.test", enabled: true } });
  await shop.renameDefaultBranch("trunk");
  expect(shop.defaultBranch).toBe("trunk");
  expect(Object.keys(await shop.branches())).toEqual(["fix", "trunk"]);
  expect(await shop.git("symbolic-ref", "HEAD")).toBe("refs/heads/trunk");
  expect((await octokit.rest.pulls.get({ ...at, pull_number: number })).data.base.ref).toBe("trunk");
  expect(await statusOf(octokit.rest.repos.getBranchProtection({ ...at, branch: "trunk" }))).toBe(200);
  expect(payloads(github, "repository")).toMatchObject([
    { action: "edited", changes: { default_branch: { from: "main" } }, repository: { default_branch: "trunk" } },
  ]);
  github.assertValid();
});

test("archived, transferred, deleted", async () => {
  const { github, octokit, shop, at } = await stage({ app: { events, permissions: { contents: "write" } } });
  shop.archive("alice");
  github.addUser("dora");
  shop.transfer("dora");
  expect(shop.fullName).toBe("dora/shop");
  expect(await statusOf(octokit.rest.repos.get({ ...at, owner: "dora" }))).toBe(404); // not in the installation now
  await github.install("dora/shop");
  shop.delete();
  expect(() => github.repository("dora/shop")).toThrow(/no repository/);
  expect(payloads(github, "repository", "installation_repositories")).toMatchObject([
    { action: "archived", repository: { archived: true }, sender: { login: "alice" } },
    {
      action: "transferred",
      changes: { owner: { from: { organization: { login: "acme" } } } },
      repository: { owner: { login: "dora" } },
    },
    { action: "removed", repositories_removed: [{ name: "shop" }] },
    { action: "deleted" },
  ]);
  github.assertValid();
});

test("an account is renamed with all that it owns", async () => {
  const { github, octokit, installation, probot, at } = await stage({
    app: { events, permissions: { members: "read" } },
  });
  github.renameAccount("acme", "apex");
  github.renameAccount("alice", "alicia");
  expect((await octokit.rest.repos.get(at)).data.full_name).toBe("apex/shop");
  const app = await probot.auth();
  const { data } = await app.rest.apps.getInstallation({ installation_id: installation.id });
  expect(data.account).toMatchObject({ login: "apex" });
  const level = { ...at, owner: "apex", username: "alicia" };
  expect((await octokit.rest.repos.getCollaboratorPermissionLevel(level)).data.role_name).toBe("write");
  expect(payloads(github, "installation_target", "organization")).toMatchObject([
    { action: "renamed", account: { login: "apex" }, changes: { login: { from: "acme" } } },
    { action: "renamed", organization: { login: "apex" }, changes: { login: { from: "acme" } } },
  ]);
  github.assertValid();
});

test("an installation loses repositories and is granted other permissions", async () => {
  const { github, octokit, installation, at } = await stage({ app: { permissions: { issues: "write" } } });
  expect(payloads(github, "installation")).toMatchObject([{ action: "created", repositories: [{ name: "shop" }] }]);
  github.grant(installation.id, { issues: "write", administration: "read" });
  const app = await probotFor(github).auth();
  const named = { installation_id: installation.id };
  expect((await app.rest.apps.getInstallation(named)).data.permissions).toMatchObject({ administration: "read" });
  github.suspend(installation.id);
  expect((await app.rest.apps.listInstallations()).data[0]?.suspended_at).toEqual(expect.any(String));
  github.unsuspend(installation.id);
  github.withdraw("acme/shop");
  expect(await statusOf(octokit.rest.repos.get(at))).toBe(404);
  expect(payloads(github, "installation", "installation_repositories").slice(1)).toMatchObject([
    { action: "new_permissions_accepted", installation: { permissions: { administration: "read" } } },
    { action: "suspend" },
    { action: "unsuspend" },
    { action: "removed", repositories_removed: [{ full_name: "acme/shop" }], repositories_added: [] },
  ]);
  github.assertValid();
});
