import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CommitSha, TreeSha } from "../../src/domain/repository.ts";
import { createBranch } from "../../src/github/branches.ts";
import { commitTree } from "../../src/github/commits.ts";
import type { Committed } from "../../src/github/commits.ts";
import { errorKind } from "../../src/github/github-error.ts";
import type { Change, NewCommit } from "../../src/github/new-commit.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const branch = "self-heal/fix";
const message = "fix: count the price\n\nSelf-Heal-Incident: abcd1234";
const wrongTree = TreeSha.parse("1".repeat(40));

const edit: Change = file("src/price.js", "export const price = 2;\n");
const added: Change = { ...file("test/price.test.js", "// ünïcode\n"), oldMode: "000000" };
const removed: Change = { path: "README.md", mode: "000000", oldMode: "100644", contents: null };
const script: Change = { ...file("run.sh", "#!/bin/sh\necho 2\n"), mode: "100755", oldMode: "100755" };
const picture: Change = { ...file("logo.bin", ""), oldMode: "000000", contents: Buffer.from([0, 255, 254, 10, 0]) };

function file(path: string, text: string): Change {
  return { path, mode: "100644", oldMode: "100644", contents: Buffer.from(text) };
}

let stage: Stage;
let base: CommitSha;
let trees: { plain: TreeSha; mixed: TreeSha };

beforeEach(async () => {
  stage = await openStage({
    files: { "README.md": "shop\n", "src/price.js": "export const price = 1;\n", "run.sh*": "#!/bin/sh\necho 1\n" },
  });
  const { ada, view, repo, clients } = stage;
  base = CommitSha.parse(await view.head("main"));
  const plain = { "src/price.js": text(edit), "test/price.test.js": text(added), "README.md": null };
  await ada.push("acme/shop", plain, "scratch-plain");
  await ada.push("acme/shop", { "src/price.js": text(edit), "run.sh": text(script) }, "scratch-mixed");
  trees = { plain: await treeOf("scratch-plain"), mixed: await treeOf("scratch-mixed") };
  await createBranch(await clients.for(repo, "propose"), repo, branch, base);
  stage.requests();
});
afterEach(() => stage.close());

function text({ contents }: Change): string {
  return contents?.toString() ?? "";
}

async function treeOf(ref: string): Promise<TreeSha> {
  return TreeSha.parse((await stage.view.git("rev-parse", `${ref}^{tree}`)).trim());
}

async function commit(changes: Partial<NewCommit> = {}, clients = stage.clients): Promise<Committed> {
  const octokit = await clients.for(stage.repo, "propose");
  const wanted = { branch, expectedHead: base, message, changes: [edit, added, removed], expectedTree: trees.plain };
  return commitTree(octokit, stage.repo, { ...wanted, ...changes });
}

const failure = (error: unknown): unknown => error;

describe("plain files", () => {
  test("become one commit, signed as the App, in one request", async () => {
    const made = await commit();
    expect(made).toEqual({ kind: "committed", head: await stage.view.head(branch) });
    expect(stage.requests()).toEqual(["POST /graphql"]);
    expect(await treeOf(branch)).toBe(trees.plain);
    const log = await stage.view.git("log", "-1", "--format=%P%n%an%n%B", branch);
    expect(log.trim()).toBe(`${base}\nself-heal[bot]\n${message}`);
  });

  test("the answer was lost after GitHub made the commit: the repetition finds it, and makes no other", async () => {
    stage.github.fail({ path: /^\/graphql$/, drop: "after" });
    expect(errorKind(await commit().catch(failure))).toBe("unavailable");
    const head = await stage.view.head(branch);
    expect(head).not.toBe(base);
    expect(await commit({}, stage.restart())).toEqual({ kind: "committed", head });
    expect(await stage.view.head(branch)).toBe(head);
  });

  test("nothing is put on top of commits that somebody pushed", async () => {
    const head = await stage.ada.push("acme/shop", { "other.txt": "x\n" }, branch);
    expect(await commit()).toEqual({ kind: "moved", head });
    expect(await stage.view.head(branch)).toBe(head);
  });

  test("a person's commit with the very same contents is not taken for ours", async () => {
    const same = { "src/price.js": text(edit), "test/price.test.js": text(added), "README.md": null };
    const head = await stage.ada.push("acme/shop", same, branch);
    expect(await treeOf(branch)).toBe(trees.plain);
    expect(await commit()).toEqual({ kind: "moved", head });
  });

  test("a commit that does not hold the proven tree is taken back", async () => {
    await expect(commit({ expectedTree: wrongTree })).rejects.toThrow("it was taken back");
    expect(await stage.view.head(branch)).toBe(base);
  });

  test("a branch that is gone is an error", async () => {
    await stage.ada.request(`DELETE /repos/acme/shop/git/refs/heads/${branch}`);
    await expect(commit()).rejects.toThrow("the branch self-heal/fix is gone");
  });

  test("an outage before GitHub did anything leaves the branch alone", async () => {
    stage.github.fail({ path: /^\/graphql$/, status: 502 });
    expect(errorKind(await commit().catch(failure))).toBe("unavailable");
    expect(await stage.view.head(branch)).toBe(base);
  });
});

describe("executables and binary files", () => {
  const mixed = {
    changes: [edit, script],
    get expectedTree() {
      return trees.mixed;
    },
  };

  test("become one commit as the App, with the modes they had", async () => {
    const made = await commit(mixed);
    expect(made).toEqual({ kind: "committed", head: await stage.view.head(branch) });
    expect(await treeOf(branch)).toBe(trees.mixed);
    const log = await stage.view.git("log", "-1", "--format=%P%n%an", branch);
    expect(log.trim()).toBe(`${base}\nself-heal[bot]`);
    expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([
      "POST /git/trees",
      "POST /git/commits",
      `PATCH /git/refs/heads/${branch}`,
    ]);
  });

  test("a binary file goes as it is", async () => {
    const wanted = commit({ changes: [script, picture, removed], expectedTree: wrongTree });
    const [, tree = ""] = /made tree ([0-9a-f]{40})/.exec(String(await wanted.catch(failure))) ?? [];
    await commit({ changes: [script, picture, removed], expectedTree: TreeSha.parse(tree) });
    expect(await stage.view.git("ls-tree", "--name-only", branch)).not.toContain("README.md");
    const size = await stage.view.git("cat-file", "-s", `${branch}:logo.bin`);
    expect(size.trim()).toBe("5");
  });

  test("another tree than the proven one is never pointed at", async () => {
    await expect(commit({ ...mixed, changes: [edit, script], expectedTree: wrongTree })).rejects.toThrow("made tree");
    expect(await stage.view.head(branch)).toBe(base);
  });

  test.each(["trees", "commits", "refs"])("a crash after git/%s is made up for by the repetition", async (step) => {
    stage.github.fail({ path: new RegExp(`/git/${step}`), method: step === "refs" ? "PATCH" : "POST", drop: "after" });
    expect(errorKind(await commit(mixed).catch(failure))).toBe("unavailable");
    const made = await commit({ ...mixed, changes: [edit, script], expectedTree: trees.mixed }, stage.restart());
    expect(made).toEqual({ kind: "committed", head: await stage.view.head(branch) });
    const count = await stage.view.git("rev-list", "--count", `${base}..${branch}`);
    expect(count.trim()).toBe("1");
  });

  test("nothing is put on top of commits that somebody pushed", async () => {
    const head = await stage.ada.push("acme/shop", { "other.txt": "x\n" }, branch);
    expect(await commit({ changes: [edit, script], expectedTree: trees.mixed })).toEqual({ kind: "moved", head });
  });

  test("a submodule is refused before anything is sent", async () => {
    const submodule: Change = { path: "lib", mode: "160000", oldMode: "000000", contents: Buffer.from("x") };
    await expect(commit({ changes: [submodule] })).rejects.toThrow("mode 160000");
    expect(await stage.view.head(branch)).toBe(base);
  });
});
