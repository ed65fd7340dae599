import { describe, expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import { TreeSha } from "../../src/domain/repository.ts";
import { readPolicy, settle } from "../../src/effects/read-policy.ts";
import type { Mirror } from "../../src/sandbox/sandbox.ts";

const tree = TreeSha.parse("a".repeat(40));

/** As much of a mirror as reading a policy needs. */
function mirrorOf(files: Record<string, string>): Mirror {
  const some: Pick<Mirror, "list" | "read"> = {
    list: async () => Object.keys(files),
    read: async (_, path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
  };
  // Anything else that is called fails, as it should.
  return some as Mirror;
}

const packageJson = JSON.stringify({ scripts: { test: "node --test" } });
const npm = { "package.json": packageJson, "package-lock.json": "{}" };

describe("the policy of a local run", () => {
  test("is the tree's own file, settled", async () => {
    const mirror = mirrorOf({ ...npm, ".github/self-heal.yml": "limits:\n  usd: 1\nverify: [make check]\n" });
    expect(await readPolicy(mirror, tree, "main")).toMatchObject({
      ok: true,
      policy: { limits: { usd: 1 }, verify: ["make check"], defaultBranch: "main" },
    });
  });

  test("is the defaults where there is no file", async () => {
    expect(await readPolicy(mirrorOf(npm), tree, "main")).toMatchObject({ ok: true, policy: { limits: { usd: 2 } } });
  });

  test("that has errors is told by file, line and column", async () => {
    expect(await readPolicy(mirrorOf({ ".github/self-heal.yml": "mode: fix\nenabeld: true\n" }), tree, "main")).toEqual(
      {
        ok: false,
        problems: [".github/self-heal.yml:2:1: there is no key `enabeld`; did you mean `enabled`?"],
      },
    );
  });

  test("that extends another repository's cannot be followed, and is not run without its rules", async () => {
    expect(await readPolicy(mirrorOf({ ".github/self-heal.yml": "_extends: base\n" }), tree, "main")).toEqual({
      ok: false,
      problems: [expect.stringContaining("a local run cannot follow `_extends: base`")],
    });
  });
});

describe("settling", () => {
  test("takes the commands that the tree shows where the policy names none, and says which", async () => {
    const settled = await settle(Policy.parse({}), mirrorOf(npm), tree, "main");
    expect(settled.verify.length).toBeGreaterThan(0);
    expect(settled.detected).toContain("verify");
    expect(settled.lockFiles).toBeDefined();
  });

  test("keeps commands that the policy names; what a written setup depends on is unknown", async () => {
    const settled = await settle(Policy.parse({ setup: ["make deps"], verify: [] }), mirrorOf(npm), tree, "main");
    expect(settled).toMatchObject({ setup: ["make deps"], verify: [] });
    expect(settled.detected).not.toContain("verify");
    expect(settled.lockFiles).toBeUndefined();
  });
});
