import { describe, expect, test } from "vitest";
import { fakeClients } from "./fake-fetch.ts";
import { answering, fakePull } from "./fake-pull.ts";
import { snapshotOf, unknownFor } from "./snapshot-of.ts";

describe("CODEOWNERS", () => {
  test.each([
    [["docs/CODEOWNERS"], "docs/CODEOWNERS"],
    [["CODEOWNERS", "docs/CODEOWNERS"], "CODEOWNERS"],
    [["CODEOWNERS", ".github/CODEOWNERS"], ".github/CODEOWNERS"],
    [[".github/workflows/CODEOWNERS", "src/CODEOWNERS"], null],
  ])("of %j the first place counts: %s", async (paths, expected) => {
    const fake = fakePull({ tree: Object.fromEntries(paths.map((path) => [path, `# ${path}`])) });
    expect((await snapshotOf({ fake })).codeOwners).toBe(expected && `# ${expected}`);
  });

  test("is that of the base branch", async () => {
    const github = fakeClients(answering(fakePull()));
    await snapshotOf({ github });
    expect(github.routes()).toContain("GET /repos/acme/shop/git/trees/main");
  });

  test("is unknown where GitHub ignores it or nobody can read it", async () => {
    const entry = (more: object) =>
      fakePull({
        special: (route) =>
          route.endsWith("/trees/main")
            ? { json: { tree: [{ path: "CODEOWNERS", type: "blob", sha: "x", ...more }], truncated: false } }
            : undefined,
      });
    expect((await snapshotOf({ fake: entry({ mode: "120000" }) })).codeOwners).toEqual(unknownFor("not a plain file"));
    expect((await snapshotOf({ fake: entry({ mode: "100644", size: 3_000_001 }) })).codeOwners).toEqual(
      unknownFor("3 MB"),
    );
  });
});
