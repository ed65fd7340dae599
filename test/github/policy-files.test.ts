import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorKind } from "../../src/github/github-error.ts";
import { readPolicyText } from "../../src/github/policy-files.ts";
import type { PolicyText } from "../../src/github/policy-files.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import type { Reply } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const path = ".github/self-heal.yml";

describe("a policy file on GitHub", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage({ files: { [path]: "merge: auto\n", "docs/a.md": "", "big.yml": "x".repeat(200_000) } });
  });
  afterEach(() => stage.close());

  const read = async (of: string, ref?: string): Promise<PolicyText> => {
    const octokit = await stage.clients.for(stage.repo, "govern");
    return readPolicyText(octokit, { owner: "acme", name: "shop", path: of, ...(ref && { ref }) });
  };

  test("is read in one request, and named with its content's id", async () => {
    await stage.clients.for(stage.repo, "govern");
    stage.requests();
    expect(await read(path)).toEqual({
      kind: "text",
      source: expect.stringMatching(/^acme\/shop\/\.github\/self-heal\.yml@[0-9a-f]{7}$/),
      text: "merge: auto\n",
    });
    expect(stage.requests()).toEqual([`GET /contents/${path}`]);
  });

  test("is read at a commit, too", async () => {
    const before = await stage.view.head("main");
    await stage.ada.push("acme/shop", { [path]: "merge: manual\n" }, "main");
    expect(await read(path, before)).toMatchObject({ text: "merge: auto\n" });
    expect(await read(path)).toMatchObject({ text: "merge: manual\n" });
  });

  test("may be absent", async () => {
    expect(await read("no.yml")).toEqual({ kind: "absent" });
    expect(await read(path, "f".repeat(40))).toEqual({ kind: "absent" });
  });

  test("that is a directory or too large cannot be read, and it is said why", async () => {
    expect(await read("docs")).toEqual({ kind: "unreadable", why: "acme/shop/docs is a directory" });
    expect(await read("big.yml")).toEqual({ kind: "unreadable", why: "acme/shop/big.yml is too large to be a policy" });
  });
});

describe("an answer of another kind", () => {
  const read = async (reply: Reply): Promise<PolicyText> => {
    const { clients } = fakeClients(({ path: at }) => (at.includes("/contents/") ? reply : undefined));
    return readPolicyText(await clients.for(repository, "read"), { owner: "acme", name: "shop", path });
  };
  const file = { type: "file", size: 3, sha: "a".repeat(40) };

  test.each<[string, Reply, string]>([
    ["a submodule", { json: { ...file, type: "submodule" } }, "is a submodule, not a file"],
    ["a link to a directory", { json: { ...file, type: "symlink", target: "x" } }, "is a symlink, not a file"],
    [
      "bytes",
      { json: { ...file, content: Buffer.from([0xff, 0xfe, 0x00]).toString("base64") } },
      "is not text in UTF-8",
    ],
    ["no permission", { status: 403, json: { message: "Resource not accessible by integration" } }, "Contents: read"],
  ])("such as %s is told", async (_, reply, why) => {
    expect(await read(reply)).toEqual({ kind: "unreadable", why: expect.stringContaining(why) });
  });

  test("such as a failure of GitHub's is thrown, to be tried again", async () => {
    expect(errorKind(await read({ status: 502 }).catch((error: unknown) => error))).toBe("unavailable");
  });
});
