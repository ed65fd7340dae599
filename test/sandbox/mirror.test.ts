import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, chmodSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import type { TreeSha } from "../../src/domain/repository.ts";
import { makeRepository, openPlace, write } from "./place.ts";
import type { Place, Repository } from "./place.ts";

let place: Place;
let repository: Repository;

beforeAll(async () => {
  place = openPlace();
  repository = await place.repository({ "a.txt": "one\ntwo\n", "src/b.js": "b\n", "src/c.js": "c\n" });
});
afterAll(async () => place.close());

/** Another commit on `main`, fetched. */
async function commit(files: Readonly<Record<string, string>>): Promise<{ commit: CommitSha; tree: TreeSha }> {
  write(repository.path, files);
  repository.git("add", "--all");
  repository.git("commit", "--quiet", "--message=next");
  const commit_ = await repository.mirror.fetch({ branch: "main" });
  return { commit: commit_, tree: await repository.mirror.treeOf(commit_) };
}

test("follows a branch", async () => {
  const next = await commit({ "a.txt": "one\n2\n" });
  expect(next.commit).toBe(repository.git("rev-parse", "main"));
  expect(next.tree).toBe(repository.git("rev-parse", "main^{tree}"));
  expect(await repository.mirror.mergeBase(repository.commit, next.commit)).toBe(repository.commit);
});

test("fetches a branch that others once stood in the way of", async () => {
  repository.git("branch", "topic");
  await repository.mirror.fetch({ branch: "topic" });
  repository.git("branch", "-D", "topic");
  repository.git("branch", "topic/one");
  expect(await repository.mirror.fetch({ branch: "topic/one" })).toBe(repository.git("rev-parse", "main"));
});

test("asks nobody for a commit that it has", async () => {
  const moved = `${repository.path}-moved`;
  execFileSync("mv", [repository.path, moved]);
  try {
    expect(await repository.mirror.fetch({ commit: repository.commit })).toBe(repository.commit);
    await expect(repository.mirror.fetch({ branch: "main" })).rejects.toThrow("git fetch failed");
  } finally {
    execFileSync("mv", [moved, repository.path]);
  }
});

test("fetches a commit that no branch names", async () => {
  repository.git("checkout", "--quiet", "--detach");
  repository.git("commit", "--quiet", "--allow-empty", "--message=stray");
  const stray = CommitSha.parse(repository.git("rev-parse", "HEAD"));
  repository.git("checkout", "--quiet", "main");
  expect(await repository.mirror.fetch({ commit: stray })).toBe(stray);
});

test("refuses names that are no branches and sources that are not allowed", async () => {
  for (const branch of ["", "-x", "a b", "a..b", "a:b", "x.lock", "a\nb"])
    await expect(repository.mirror.fetch({ branch })).rejects.toThrow("not a branch name");
  for (const url of ["http://example.com/a.git", "ssh://localhost/a", "ext::sh -c id", "https://user:pass@localhost/"])
    await expect(place.sandbox.mirror({ key: "bad", url })).rejects.toThrow(/a Source/);
  await expect(place.sandbox.mirror({ key: "../up", url: repository.path })).rejects.toThrow("invalid mirror key");
});

test("lists and reads files of a tree, of limited size", async () => {
  const { mirror, tree } = repository;
  expect(await mirror.list(tree)).toEqual(["a.txt", "src/b.js", "src/c.js"]);
  expect(String(await mirror.read(tree, "src/b.js"))).toBe("b\n");
  for (const path of ["missing", "src", "a\nb", "../a.txt"]) expect(await mirror.read(tree, path)).toBeUndefined();
  const big = await commit({ big: "x".repeat(5 * 1024 * 1024 + 1) });
  expect(await mirror.read(big.tree, "big")).toBeUndefined();
});

test("tells what changed between two trees, and hides nothing for an attribute's sake", async () => {
  const before = await repository.mirror.treeOf(await repository.mirror.fetch({ branch: "main" }));
  rmSync(join(repository.path, "src/c.js"));
  chmodSync(join(repository.path, "src/b.js"), 0o755);
  const after = await commit({
    "a.txt": "one\n2\nthree\n",
    "odd\tname": "new\n",
    "data.bin": "a\0b",
    ".gitattributes": "* -diff\n",
  });
  expect(await repository.mirror.diff(before, after.tree)).toEqual([
    file(".gitattributes", "added", { added: 1, bytes: 8 }),
    file("a.txt", "modified", { oldMode: "100644", added: 1, bytes: 12 }),
    file("data.bin", "added", { binary: true, bytes: 3 }),
    file("odd\tname", "added", { added: 1, bytes: 4 }),
    file("src/b.js", "modified", { oldMode: "100644", mode: "100755", bytes: 2 }),
    file("src/c.js", "deleted", { oldMode: "100644", mode: "000000", removed: 1 }),
  ]);
  expect(await repository.mirror.diffText(before, after.tree, 10_000)).toContain("+three\n");
  const cut = await repository.mirror.diffText(before, after.tree, 100);
  expect(cut).toMatch(/\[cut after 100 characters\]\n$/);
  expect(cut.length).toBeLessThan(140);
});

function file(path: string, change: string, rest: object) {
  const none = { oldMode: "000000", mode: "100644", binary: false, added: 0, removed: 0, bytes: 0 };
  return { path, change, ...none, ...rest };
}

test("composes a tree from two", async () => {
  const { mirror, tree } = repository;
  const other = await commit({ "a.txt": "other\n", "test/t.js": "t\n", "src/b.js": "other\n" });
  const composed = await mirror.compose(tree, other.tree, ["test/t.js", "a.txt", "src/c.js", "absent"]);
  expect(await mirror.list(composed)).toEqual(["a.txt", "src/b.js", "test/t.js"]);
  expect(String(await mirror.read(composed, "a.txt"))).toBe("other\n");
  expect(String(await mirror.read(composed, "src/b.js"))).toBe("b\n");
  expect(await mirror.compose(tree, other.tree, [])).toBe(tree);
  const swapped = await mirror.compose(tree, (await commit({ "src2/x": "x" })).tree, ["src2/x"]);
  expect(await mirror.list(swapped)).toContain("src2/x");
});

test("keeps trees under a name and publishes commits to a local repository without touching its files", async () => {
  const { mirror, tree, commit: parent, git, path } = repository;
  await mirror.keep(tree, "incident 7/attempt 1");
  const made = await mirror.commit(tree, parent, "fix: it\n\nBody.");
  writeFileSync(join(path, ".git/hooks/reference-transaction"), "#!/bin/sh\ntouch ../hooked\n", { mode: 0o755 });
  await mirror.publish(made, { directory: path, branch: "self-heal/fix" });
  expect(git("log", "-1", "--format=%s|%P|%T", "self-heal/fix")).toBe(`fix: it|${parent}|${tree}`);
  expect(git("status", "--porcelain")).toBe("");
  await expect(mirror.publish(made, { directory: path, branch: "main" })).rejects.toThrow("git fetch failed");
});

test("hands the token to git's server in a header, and to nothing else", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git`;
  const mirror = await place.sandbox.mirror({ key: "http", url, token: () => Promise.resolve("s3cret") });
  await expect(mirror.fetch({ branch: "main" })).rejects.toThrow(/^((?!s3cret).)*$/s);
  server.close();
  expect(seen).toEqual([`basic ${Buffer.from("x-access-token:s3cret").toString("base64")}`]);
  const config = readFileSync(join(place.directory, "sandbox/mirrors/http.git/config"), "utf8");
  expect(config).not.toMatch(/s3cret|header/i);
});

test("refuses a commit with a .git entry in its tree, and keeps the mirror", async () => {
  const { git, mirror } = repository;
  const blob = git("hash-object", "-w", "a.txt");
  writeFileSync(join(place.directory, "entries"), `100644 blob ${blob}\t.git\n`);
  const input = { input: `100644 blob ${blob}\tx\n`, encoding: "utf8" } as const;
  const honest = execFileSync("git", ["-C", repository.path, "mktree"], input).trim();
  const bytes = execFileSync("git", ["-C", repository.path, "cat-file", "tree", honest]);
  const forged = Buffer.from(bytes.toString("latin1").replace(" x\0", " .git\0"), "latin1");
  const args = ["-C", repository.path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
  const tree = execFileSync("git", args, { input: forged, encoding: "utf8" }).trim();
  git("update-ref", "refs/heads/evil", git("commit-tree", tree, "-m", "evil"));
  await expect(mirror.fetch({ branch: "evil" })).rejects.toThrow("hasDotgit");
  expect(await mirror.list(repository.tree)).toContain("a.txt");
});

test.each(["packs", "loose objects", "everything"])("makes a mirror anew whose %s are damaged", async (what) => {
  const path = join(place.directory, `damaged-${what.replace(" ", "-")}`);
  const files = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}`, `${index}\n`]));
  const git = makeRepository(path, what === "loose objects" ? { f: "1" } : files);
  const key = `damaged-${what.replace(" ", "-")}`;
  const mirror = await place.sandbox.mirror({ key, url: path });
  const head = await mirror.fetch({ branch: "main" });
  const objects = join(place.directory, `sandbox/mirrors/${key}.git/objects`);
  for (const name of readdirSync(objects, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    chmodSync(join(name.parentPath, name.name), 0o644);
    truncateSync(join(name.parentPath, name.name), what === "packs" ? 20 : 0);
  }
  if (what === "everything") rmSync(join(objects, ".."), { recursive: true });
  if (what === "everything") mkdirSync(join(objects, ".."));
  expect(await mirror.fetch({ branch: "main" })).toBe(head);
  const tree = await mirror.treeOf(head);
  const workspace = await mirror.open({ tree, base: head, setup: [], setupTimeoutMs: 1_000 });
  expect(await workspace.run("cat f*", { timeoutMs: 5_000 })).toMatchObject({ exitCode: 0 });
  await workspace.close();
  expect(git("rev-parse", "HEAD")).toBe(head);
});

test("starts from a tree nearby when a new commit changes little, and from a checkout when much", async () => {
  const first = await repository.open();
  await first.close();
  const small = await commit({ "a.txt": "small\n" });
  const near = await repository.open({ tree: small.tree, base: small.commit });
  expect(await near.run("cat a.txt; git status --porcelain", { timeoutMs: 5_000 })).toMatchObject({
    output: "small\n",
  });
  expect(readdirSync(join(place.directory, "sandbox/trees"))).not.toContain(small.tree);
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`many/${index}`, `${index}\n`]));
  const large = await commit(many);
  const far = await repository.open({ tree: large.tree, base: large.commit });
  expect(await far.run("ls many | wc -l; git status --porcelain", { timeoutMs: 5_000 })).toMatchObject({
    output: "400\n",
  });
  expect(readdirSync(join(place.directory, "sandbox/trees"))).toContain(large.tree);
});
