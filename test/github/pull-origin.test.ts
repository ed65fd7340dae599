import { describe, expect, test } from "vitest";
import { commit, fakePull, headSha, user } from "./fake-pull.ts";
import { remembered, sha, snapshotOf, unknownFor } from "./snapshot-of.ts";

describe("where it comes from", () => {
  test("is a bot's or a person's by its author, where nobody remembers it", async () => {
    const by = async (author: object | null): Promise<unknown> => {
      const fake = fakePull({ pull: { user: author } });
      return (await snapshotOf({ fake, remembered: undefined })).origin;
    };
    expect(await by(user("dependabot[bot]", "Bot"))).toEqual({ kind: "bot" });
    expect(await by(user("ada"))).toEqual({ kind: "person" });
    expect(await by(null)).toEqual(unknownFor("deleted"));
    expect(await by(user("ghost"))).toEqual(unknownFor("deleted"));
  });

  test("is unknown for one of our own that nobody remembers: it may not pass as somebody else's", async () => {
    expect((await snapshotOf({ remembered: undefined })).origin).toEqual(unknownFor("remembers nothing"));
  });

  test("names the proven commit by its tree, and none where people changed it since", async () => {
    const commits = [commit(sha("1")), commit(headSha, { commit: { message: "more", tree: { sha: sha("2") } } })];
    const fake = fakePull({ commits, pull: { commits: 2 } });
    expect((await snapshotOf({ fake })).origin).toMatchObject({ provenHead: sha("1") });
    const never = { ...remembered, provenTree: undefined };
    expect((await snapshotOf({ remembered: never })).origin).toMatchObject({ provenHead: null });
  });

  test("has the author of the failing commit where somebody asks", async () => {
    const fake = fakePull({
      special: (route) =>
        route === `GET /repos/acme/shop/commits/${sha("f")}`
          ? { json: { author: user("mallory", "User", 7) } }
          : undefined,
    });
    const failing = async (failingCommit: string): Promise<unknown> => {
      const { origin } = await snapshotOf({ fake, remembered: { ...remembered, failingCommit } });
      return "failingAuthor" in origin ? origin.failingAuthor : origin;
    };
    expect(await failing(sha("f"))).toEqual({ id: 7, login: "mallory", type: "User" });
    expect(await failing(sha("e"))).toEqual(unknownFor("The author of"));
    expect(await failing("v1.2.3")).toEqual(unknownFor("no id"));
  });

  test("is a fork where its branch is in another repository, or in one that was deleted", async () => {
    const from = async (repo: object | null): Promise<boolean> => {
      const fake = fakePull({ pull: { head: { sha: headSha, ref: "x", repo } } });
      return (await snapshotOf({ fake })).pull.fork;
    };
    expect(await from({ id: 43 })).toBe(true);
    expect(await from(null)).toBe(true);
  });
});
