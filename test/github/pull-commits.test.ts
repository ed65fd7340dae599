import { describe, expect, test } from "vitest";
import { commit, fakePull, headSha, provenTree, user } from "./fake-pull.ts";
import { snapshotOf } from "./snapshot-of.ts";

describe("commits", () => {
  test("have co-authors by GitHub's own addresses, and as they are written otherwise", async () => {
    const message = [
      "fix",
      "",
      "Co-authored-by: Mona <123+mona-l@users.noreply.github.com>",
      "co-authored-by:old <old@users.noreply.github.com>",
      "Co-Authored-By: Bot <49699333+dependabot[bot]@users.noreply.github.com>",
      "Co-authored-by: Somebody <some@example.com>",
    ].join("\r\n");
    const fake = fakePull({ commits: [commit(headSha, { commit: { message, tree: { sha: provenTree } } })] });
    const { commits } = await snapshotOf({ fake });
    expect(commits).toMatchObject([
      {
        verified: false,
        coAuthors: [
          { id: 123, login: "mona-l", text: "Mona <123+mona-l@users.noreply.github.com>" },
          { login: "old" },
          { id: 49699333, login: "dependabot[bot]" },
          { text: "Somebody <some@example.com>" },
        ],
      },
    ]);
  });

  test("may have messages of any length: reading one takes no longer than it is long", async () => {
    const message = `co-authored-by:${"\n".repeat(200_000)}${"co-authored-by: a <b>\n".repeat(200)}`;
    const fake = fakePull({ commits: [commit(headSha, { commit: { message, tree: { sha: provenTree } } })] });
    const before = performance.now();
    const { commits } = await snapshotOf({ fake });
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(Array.isArray(commits) && commits[0]?.coAuthors).toHaveLength(100);
  });

  test("have co-authors without an id where the address has none that an account could have", async () => {
    const digits = ["0", "9".repeat(30)];
    const message = digits.map((id) => `Co-authored-by: Mona <${id}+mona@users.noreply.github.com>`).join("\n");
    const fake = fakePull({ commits: [commit(headSha, { commit: { message, tree: { sha: provenTree } } })] });
    const { commits } = await snapshotOf({ fake });
    const coAuthors = Array.isArray(commits) ? commits[0]?.coAuthors : undefined;
    expect(coAuthors?.map(({ id, login }) => ({ id, login }))).toEqual([{ login: "mona" }, { login: "mona" }]);
  });

  test("are known by the ids of the accounts", async () => {
    const fake = fakePull({
      commits: [commit(headSha, { author: user("ada", "User", 5), committer: user("web-flow", "User", 19864447) })],
    });
    expect((await snapshotOf({ fake })).commits).toMatchObject([{ author: { id: 5 }, committer: { id: 19864447 } }]);
  });

  test("by addresses that no account has are nobody's", async () => {
    const fake = fakePull({ commits: [commit(headSha, { author: null, committer: {} })] });
    expect((await snapshotOf({ fake })).commits).toMatchObject([{ author: null, committer: null }]);
  });
});
