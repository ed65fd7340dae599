import { afterEach, expect, test } from "vitest";
import { CommitSha, TreeSha } from "../../src/domain/repository.ts";
import { createBranch } from "../../src/github/branches.ts";
import { readChecks, upsertCheck } from "../../src/github/checks.ts";
import { upsertComment } from "../../src/github/comments.ts";
import { commitTree } from "../../src/github/commits.ts";
import { hasWritePermission } from "../../src/github/permissions.ts";
import { addLabels, markReady, openPull, readPull } from "../../src/github/pulls.ts";
import { readRepository } from "../../src/github/repositories.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
afterEach(() => stage.close());

test("a healed incident costs at most 30 requests, tokens included", async () => {
  stage = await openStage();
  const { clients, repo, view, ada, github } = stage;
  const issue = (await ada.openIssue("acme/shop", { title: "It breaks" })).number;
  const contents = "export const price = 2;\n";
  await ada.push("acme/shop", { "src/price.js": contents }, "scratch");
  const expectedTree = TreeSha.parse((await view.git("rev-parse", "scratch^{tree}")).trim());
  const base = CommitSha.parse(await view.head("main"));
  const branch = "self-heal/abcd1234";
  const report = async (body: string): Promise<unknown> =>
    upsertComment(await clients.for(repo, "report"), repo, issue, {
      marker: "<!-- self-heal:progress:abcd1234 -->",
      body,
    });

  // triage, and the progress comment
  const read = await clients.for(repo, "read");
  await readRepository(read, repo);
  await hasWritePermission(read, repo, { login: "ada", type: "User" });
  await clients.gitToken(repo);
  await report("fixing");

  // propose
  const propose = await clients.for(repo, "propose");
  await createBranch(propose, repo, branch, base);
  const change = { path: "src/price.js", mode: "100644", oldMode: "100644", contents: Buffer.from(contents) };
  const commit = { branch, expectedHead: base, message: "fix: count", changes: [change], expectedTree };
  const { head } = await commitTree(propose, repo, commit);
  const { number } = await openPull(propose, repo, {
    branch,
    base: "main",
    title: "Fix",
    body: "Because.",
    draft: true,
  });
  const checker = await clients.for(repo, "report");
  await addLabels(checker, repo, number, ["self-heal", "self-heal:proven"]);
  const texts = { title: "proven", summary: "It failed before and passes after." };
  await upsertCheck(checker, repo, {
    name: "self-heal/proof",
    head,
    externalId: "abcd1234-1",
    conclusion: "success",
    ...texts,
  });
  await report("checking");

  // observe: CI is still running, then green
  await readPull(read, repo, number);
  await readChecks(read, repo, head, { ignoreAppId: github.app.id });
  await github.runCi("acme/shop", head, "success");
  await readPull(read, repo, number);
  expect(await readChecks(read, repo, head, { ignoreAppId: github.app.id })).toMatchObject({ state: "passed" });
  await markReady(propose, repo, number);
  await report("awaiting approval");

  // a human merges; watched for a day, so the token has expired
  await ada.merge("acme/shop", number);
  await report("watching");
  github.clock.advance(24 * 3_600_000);
  await report("healed");

  const spent = clients.requests().get(repo.id) ?? 0;
  expect(spent).toBeGreaterThan(20);
  expect(spent).toBeLessThanOrEqual(30);
});
