import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { git } from "./bare-git.ts";
import { stage, statusOf } from "./stage.ts";
import type { FakeGitHub } from "./types.ts";

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "stand-in-test-"));
  directories.push(directory);
  return directory;
}

const as = (github: FakeGitHub, token: string) => ({
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: `http.${github.url}/.extraHeader`,
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
  ...Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) => [
      [`GIT_${role}_NAME`, "t"],
      [`GIT_${role}_EMAIL`, "t@example.org"],
    ]),
  ),
});

/** How git ended: "" or its complaint. */
async function attempt(args: string[], env: Record<string, string>): Promise<string> {
  try {
    await git(args, { env });
    return "";
  } catch (error) {
    return String(error);
  }
}

test("real git clones and pushes with an installation token, as far as it reaches", async () => {
  const { github, shop, probot, installation } = await stage({}, { private: true });
  const app = await probot.auth();
  const mint = async (contents: "read" | "write") =>
    (await app.rest.apps.createInstallationAccessToken({ installation_id: installation.id, permissions: { contents } }))
      .data.token;
  const [reader, writer] = [await mint("read"), await mint("write")];
  const work = await temporary();
  expect(await attempt(["clone", "-q", shop.cloneUrl, work], {})).toMatch(/could not read Username|Authentication/);
  expect(await attempt(["clone", "-q", shop.cloneUrl, work], as(github, "ghs_wrong"))).not.toBe("");
  expect(github.requests.at(-1)).toMatchObject({ path: "/acme/shop.git/info/refs", token: "invalid", status: 401 });
  expect(await attempt(["clone", "-q", "--depth", "1", shop.cloneUrl, work], as(github, reader))).toBe("");
  await git(["-C", work, "commit", "-q", "--allow-empty", "-m", "x"], { env: as(github, writer) });
  expect(await attempt(["-C", work, "push", "-q", "origin", "HEAD:fix"], as(github, reader))).toMatch(/403/);
  expect(await attempt(["-C", work, "push", "-q", "origin", "HEAD:fix"], as(github, writer))).toBe("");
  expect(Object.keys(await shop.branches())).toEqual(["fix", "main"]);
  await github.addRepository({ owner: "acme", name: "other", private: true });
  expect(await attempt(["ls-remote", `${github.url}/acme/other.git`], as(github, writer))).toMatch(/not found/);
  expect(await shop.git("fsck", "--strict")).toBe("");
});

test("a commit can be fetched by its id, also when no branch has it", async () => {
  const { github, shop, octokit, at, alice } = await stage();
  const { data: tree } = await octokit.rest.git.getTree({ ...at, tree_sha: "main" });
  const parent = await shop.head();
  const { data: commit } = await octokit.rest.git.createCommit({
    ...at,
    message: "loose",
    tree: tree.sha,
    parents: [parent],
  });
  const work = await temporary();
  await git(["-C", work, "init", "-q"]);
  expect(
    await attempt(["-C", work, "fetch", "-q", "--depth", "1", shop.cloneUrl, commit.sha], as(github, alice.token)),
  ).toBe("");
});

test("an App without the permission workflows cannot push a changed workflow, by git or by API", async () => {
  const { github, shop, octokit, probot, installation, at, alice } = await stage();
  const token = (
    await (await probot.auth()).rest.apps.createInstallationAccessToken({ installation_id: installation.id })
  ).data.token;
  const sha = await alice.push("acme/shop", { ".github/workflows/test.yml": "on: push\n" }, "workflow");
  const work = await temporary();
  await git(["clone", "-q", "-b", "workflow", shop.cloneUrl, work], { env: as(github, token) });
  expect(await attempt(["-C", work, "push", "-q", "origin", "HEAD:copy"], as(github, token))).toMatch(
    /refusing to allow a GitHub App .* without `workflows` permission/,
  );
  expect(await statusOf(octokit.rest.git.createRef({ ...at, ref: "refs/heads/copy", sha }))).toBe(403);
  expect(Object.keys(await shop.branches())).not.toContain("copy");
});

test("the Git Data API writes what git would write", async () => {
  const { github, shop, octokit, at } = await stage();
  const parent = await shop.head();
  const { data: blob } = await octokit.rest.git.createBlob({
    ...at,
    content: Buffer.from("fixed\n").toString("base64"),
    encoding: "base64",
  });
  expect(blob.sha).toBe("eaaa2f850255dbabab16074c24aaa935b9804f3d"); // git hash-object
  const { data: tree } = await octokit.rest.git.createTree({
    ...at,
    base_tree: parent,
    tree: [
      { path: "src/sum.js", mode: "100755", type: "blob", sha: blob.sha },
      { path: "link", mode: "120000", type: "blob", content: "run.sh" },
      { path: "run.sh", mode: "100755", type: "blob", sha: null },
    ],
  });
  const { data: commit } = await octokit.rest.git.createCommit({
    ...at,
    message: "fix",
    tree: tree.sha,
    parents: [parent],
  });
  expect(commit).toMatchObject({ verification: { verified: true }, author: { name: "self-heal[bot]" } });
  await octokit.rest.git.createRef({ ...at, ref: "refs/heads/fix", sha: commit.sha });
  expect(await shop.git("ls-tree", "-r", "fix")).toMatch(/120000 blob \w+\tlink\n100755 blob \w+\tsrc\/sum.js$/);
  expect(await shop.files("fix")).toEqual({ link: "run.sh", "src/sum.js": "fixed\n" });
  expect(await shop.git("fsck", "--strict")).toBe("");
  github.assertValid();
});

test("a commit that names an author is not signed", async () => {
  const { octokit, shop, at } = await stage();
  const { data: tree } = await octokit.rest.git.getTree({ ...at, tree_sha: "main" });
  const author = { name: "Ada", email: "ada@example.org", date: "2026-01-02T03:04:05+09:00" };
  const { data } = await octokit.rest.git.createCommit({
    ...at,
    message: "m",
    tree: tree.sha,
    parents: [await shop.head()],
    author,
  });
  expect(data).toMatchObject({ verification: { verified: false }, author: { date: "2026-01-01T18:04:05Z" } });
});

test("refs move forward, or anywhere by force, and can go", async () => {
  const { github, octokit, shop, at, alice } = await stage({ app: { events: ["push"] } });
  const first = await shop.head();
  const second = await alice.push("acme/shop", { "a.txt": "a" }, "topic");
  const update = (sha: string, force = false) => octokit.rest.git.updateRef({ ...at, ref: "heads/topic", sha, force });
  expect(await statusOf(update(first))).toBe(422);
  expect(await statusOf(update(first, true))).toBe(200);
  expect(await statusOf(update(second))).toBe(200);
  expect(await statusOf(update("0".repeat(39) + "1"))).toBe(422);
  expect(await statusOf(octokit.rest.git.createRef({ ...at, ref: "refs/heads/topic", sha: first }))).toBe(422);
  expect((await octokit.rest.git.getRef({ ...at, ref: "heads/topic" })).data.object.sha).toBe(second);
  await octokit.rest.git.deleteRef({ ...at, ref: "heads/topic" });
  expect(await statusOf(octokit.rest.git.getRef({ ...at, ref: "heads/topic" }))).toBe(404);
  await github.idle();
  const pushes = github.deliveries.filter(({ event }) => event === "push").map(({ payload }) => payload);
  expect(pushes.map((push) => push["forced"])).toEqual([false, true, false, false]);
  expect(pushes.at(-1)).toMatchObject({ deleted: true, after: "0".repeat(40) });
  github.assertValid();
});

const mutation = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } signature { isValid } } }
}`;

test("createCommitOnBranch commits signed, keeps modes, and refuses a head that has moved", async () => {
  const { github, octokit, shop, alice } = await stage();
  const expectedHeadOid = await alice.push("acme/shop", { "old.txt": "x" }, "fix");
  const input = {
    branch: { repositoryNameWithOwner: "acme/shop", branchName: "fix" },
    expectedHeadOid,
    message: { headline: "Fix it", body: "because" },
    fileChanges: {
      additions: [
        { path: "run.sh", contents: Buffer.from("#!/bin/sh\nexit 0\n").toString("base64") },
        { path: "new/file.bin", contents: Buffer.from([0, 255, 10]).toString("base64") },
      ],
      deletions: [{ path: "old.txt" }],
    },
  };
  const { createCommitOnBranch } = await octokit.graphql<{
    createCommitOnBranch: { commit: { oid: string; tree: { oid: string }; signature: object } };
  }>(mutation, { input });
  const { commit } = createCommitOnBranch;
  expect(commit.oid).toBe(await shop.head("fix"));
  expect(commit).toMatchObject({
    tree: { oid: await shop.git("rev-parse", "fix^{tree}") },
    signature: { isValid: true },
  });
  expect(await shop.git("ls-tree", "-r", "fix")).toMatch(
    /^100644 blob \w+\tnew\/file.bin\n100755 blob \w+\trun.sh\n100644 blob \w+\tsrc\/sum.js$/,
  );
  expect(await shop.git("log", "-1", "--format=%an|%s|%b", "fix")).toBe("self-heal[bot]|Fix it|because");
  const again: unknown = await octokit.graphql(mutation, { input }).catch((error: unknown) => error);
  expect(again).toMatchObject({ errors: [{ type: "STALE_DATA", path: ["createCommitOnBranch"] }] });
  github.assertValid();
});

test("createCommitOnBranch needs contents: write and stays off workflow files", async () => {
  const { octokit, shop } = await stage();
  const input = (path: string, expectedHeadOid: string) => ({
    branch: { repositoryNameWithOwner: "acme/shop", branchName: "main" },
    expectedHeadOid,
    message: { headline: "h" },
    fileChanges: { additions: [{ path, contents: "eA==" }] },
  });
  const refused: unknown = await octokit
    .graphql(mutation, { input: input(".github/workflows/x.yml", await shop.head()) })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
  const { octokit: reader, shop: other } = await stage({ app: { permissions: { contents: "read" } } });
  const forbidden: unknown = await reader
    .graphql(mutation, { input: input("x", await other.head()) })
    .catch((error: unknown) => error);
  expect(forbidden).toMatchObject({
    errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
  });
});

test("files, commits and comparisons are read as they are in git", async () => {
  const { github, octokit, shop, at, alice } = await stage();
  const base = await shop.head();
  const head = await alice.push("acme/shop", { "src/sum.js": "one\n2\nthree\n" }, "fix/with/slashes");
  const { data: file } = await octokit.rest.repos.getContent({ ...at, path: "src/sum.js", ref: "fix/with/slashes" });
  expect(Buffer.from((file as { content: string }).content, "base64").toString()).toBe("one\n2\nthree\n");
  expect((await octokit.rest.repos.getContent({ ...at, path: "src" })).data).toMatchObject([
    { name: "sum.js", type: "file" },
  ]);
  const raw = await octokit.rest.repos.getContent({ ...at, path: "src/sum.js", mediaType: { format: "raw" } });
  expect(raw.data).toBe("one\ntwo\nthree\n");
  expect(await statusOf(octokit.rest.repos.getContent({ ...at, path: "none" }))).toBe(404);
  const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
    ...at,
    basehead: `${base}...fix/with/slashes`,
  });
  expect(data).toMatchObject({
    status: "ahead",
    ahead_by: 1,
    merge_base_commit: { sha: base },
    files: [{ filename: "src/sum.js", additions: 1 }],
  });
  expect((await octokit.rest.repos.getBranch({ ...at, branch: "fix/with/slashes" })).data.commit.sha).toBe(head);
  expect((await octokit.rest.repos.getCommit({ ...at, ref: head })).data.author).toMatchObject({ login: "alice" });
  expect((await octokit.rest.repos.listBranches(at)).data).toHaveLength(2);
  github.assertValid();
});

test("an empty repository says so", async () => {
  const { github, octokit, at } = await stage({}, { empty: true });
  expect(await statusOf(octokit.rest.repos.getContent({ ...at, path: "README.md" }))).toBe(404);
  expect(await statusOf(octokit.rest.git.createBlob({ ...at, content: "x" }))).toBe(409);
  expect(await statusOf(octokit.rest.repos.getBranch({ ...at, branch: "main" }))).toBe(404);
  github.assertValid();
});
