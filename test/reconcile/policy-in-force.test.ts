import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import type { PolicyRecord } from "../../src/domain/standing.ts";
import { readPolicyFiles, readPolicyInForce } from "../../src/reconcile/policy-in-force.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";

const path = ".github/self-heal.yml";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** Puts files into a repository of acme, which is made and (unless said otherwise) given to the App first. */
async function put(name: string, files: Record<string, string | null>, { installed = true } = {}): Promise<void> {
  const fullName = `acme/${name}`;
  const known = name === "shop" || made.has(name);
  if (!known) {
    await stage.github.addRepository({ owner: "acme", name, collaborators: { ada: "write" }, private: true });
    if (installed) await stage.github.install(fullName);
    made.add(name);
  }
  await stage.ada.push(fullName, files, "main");
}
const made = new Set<string>();
beforeEach(() => made.clear());

const read = async (remembered?: PolicyRecord): Promise<PolicyRecord> =>
  readPolicyInForce(stage.repo, remembered, { clients: stage.restart(), now: () => 1_000 });

describe("the policy in force", () => {
  test("is the defaults where nobody says anything, and says that no organisation's file can be seen", async () => {
    expect(await read()).toEqual({
      policy: Policy.parse({}),
      sources: ["no organisation's file: the App has no access to acme/.github"],
      refused: [],
      problems: [],
      readAt: 1_000,
    });
  });

  test.each([path, "self-heal.yml"])("is the organisation's %s below the repository's own", async (file) => {
    await put(".github", { [file]: "locked: [gate]\ngate:\n  approvals: 2\nlimits:\n  usd: 1\n" });
    await put("shop", { [path]: "gate:\n  approvals: 1\nlimits:\n  usd: 5\n" });
    const record = await read();
    expect(record).toMatchObject({ policy: { gate: { approvals: 2 }, limits: { usd: 5 } }, problems: [] });
    expect(record.sources.map((source) => source.split("@")[0])).toEqual([`acme/.github/${file}`, `acme/shop/${path}`]);
    expect(record.refused).toEqual([{ key: "gate.approvals", why: expect.stringContaining("`2` or more") }]);
    expect(record.organisation?.text).toContain("locked: [gate]");
  });

  test("of the .github repository itself is the organisation's file", async () => {
    await put(".github", { [path]: "locked: [gate]\ngate:\n  approvals: 2\n" });
    const view = stage.github.repository("acme/.github");
    const repository = { ...stage.repo, id: view.id, name: ".github" };
    const record = await readPolicyInForce(repository, undefined, { clients: stage.restart(), now: () => 1 });
    expect(record).toMatchObject({ policy: { gate: { approvals: 2 } }, problems: [], refused: [] });
  });

  test("costs one request per file, and none of them counts while nothing has changed", async () => {
    await put(".github", { [path]: "limits:\n  usd: 1\n" });
    await put("shop", { [path]: "merge: auto\n" });
    const clients = stage.restart();
    const unchanged = (): number => [...clients.unchanged().values()].reduce((sum, one) => sum + one, 0);
    const again = async () => readPolicyInForce(stage.repo, undefined, { clients, now: () => 1 });
    const first = await again();
    stage.requests();
    const before = unchanged();
    expect(await again()).toEqual(first);
    expect(stage.requests()).toHaveLength(2);
    expect(unchanged() - before).toBe(2);
  });
});

describe("a file that extends another", () => {
  test("builds on a whole chain, the nearest deciding", async () => {
    await put("far", { "policies/far.yml": "limits:\n  usd: 1\n  turns: 11\n" });
    await put("near", { [path]: "_extends: acme/far:policies/far.yml\nlimits:\n  turns: 22\n  files: 2\n" });
    await put("shop", { [path]: "_extends: near\nlimits:\n  files: 3\n" });
    const record = await read();
    expect(record).toMatchObject({ problems: [], policy: { limits: { usd: 1, turns: 22, files: 3 } } });
    expect(record.sources).toHaveLength(4);
  });

  test("may be Probot's usual `_extends: .github`, whose locks hold all the same", async () => {
    await put(".github", { [path]: "locked: [limits]\nlimits:\n  usd: 1\n" });
    await put("shop", { [path]: "_extends: .github\nlimits:\n  usd: 9\n" });
    expect(await read()).toMatchObject({
      problems: [],
      policy: { limits: { usd: 1 } },
      refused: [{ key: "limits.usd" }],
    });
  });

  test.each([
    ["is not there", "_extends: near:no.yml", "names acme/near/no.yml, which does not exist"],
    ["the App is not installed on", "_extends: secret", "the App has no access there; install it on acme/secret"],
    ["belongs to somebody else", "_extends: evil/near", "can only name repositories of acme"],
    ["is itself", "_extends: shop", "comes back to acme/shop/.github/self-heal.yml"],
  ])("that %s is a problem on its line", async (_, line, why) => {
    await put("near", { "a.yml": "" });
    await put("secret", { [path]: "" }, { installed: false });
    await put("shop", { [path]: `merge: auto\n${line}\n` });
    const record = await read();
    expect(record.problems).toEqual([expect.stringMatching(/@[0-9a-f]{7}:2:11: /)]);
    expect(record.problems[0]).toContain(why);
    expect(record.policy.merge).toBe("manual");
  });

  test("without end is a problem after five", async () => {
    for (let at = 1; at <= 7; at += 1) await put(`r${at}`, { [path]: `_extends: r${at + 1}\n` });
    await put("shop", { [path]: "_extends: r1\n" });
    expect((await read()).problems.join()).toContain("through more than 5 files");
  });

  test("never shows what is in the other one", async () => {
    await put("near", { "secrets.yml": "password: hunter2\n" });
    await put("shop", { [path]: "_extends: near:secrets.yml\n" });
    const { problems } = await read();
    expect(problems.join()).toContain("acme/near/secrets.yml");
    expect(problems.join()).not.toMatch(/password|hunter2/);
  });
});

describe("when something is wrong", () => {
  test("the last good policy stays in force, and the problems are told with their places", async () => {
    await put("shop", { [path]: "gate:\n  approvals: 3\n" });
    const good = await read();
    await put("shop", { [path]: "gate:\n  aprovals: 4\n" });
    const record = await read(good);
    expect(record.policy).toEqual(good.policy);
    expect(record.sources).toEqual(good.sources);
    expect(record.problems).toEqual([
      expect.stringMatching(
        /^acme\/shop\/\.github\/self-heal\.yml@[0-9a-f]{7}:2:3: .*did you mean `gate.approvals`\?$/,
      ),
    ]);
    await put("shop", { [path]: "gate:\n  approvals: 4\n" });
    expect(await read(record)).toMatchObject({ problems: [], policy: { gate: { approvals: 4 } } });
  });

  test("what the organisation locks meanwhile holds all the same", async () => {
    await put("shop", { [path]: "gate:\n  approvals: 1\nlimits:\n  usd: 1\n" });
    const good = await read();
    await put(".github", { [path]: "locked: [gate]\ngate:\n  approvals: 3\n" });
    await put("shop", { [path]: "[" });
    expect(await read(good)).toMatchObject({ policy: { gate: { approvals: 3 }, limits: { usd: 1 } } });
  });

  test("and there never was a good one, what the organisation says is in force", async () => {
    await put(".github", { [path]: "gate:\n  approvals: 2\n" });
    await put("shop", { [path]: "[" });
    expect(await read()).toMatchObject({ policy: { gate: { approvals: 2 } }, problems: [expect.any(String)] });
  });

  test("with the organisation's file, it is counted, and the one before is kept", async () => {
    await put(".github", { [path]: "locked: [gate]\n" });
    const good = await read();
    await put(".github", { [path]: "secret: 1\npassword: 2\n" });
    const record = await read(good);
    expect(record.problems).toEqual([expect.stringContaining("has 2 errors, the first in line 1; mend that file")]);
    expect(record.organisation).toEqual(good.organisation);
  });

  test("with the access to the organisation's file, what was read last stays in force", async () => {
    await put(".github", { [path]: "locked: [gate]\ngate:\n  approvals: 2\n" });
    const good = await read();
    stage.github.withdraw("acme/.github");
    await put("shop", { [path]: "gate:\n  approvals: 1\n" });
    const record = await read(good);
    expect(record).toMatchObject({ policy: { gate: { approvals: 2 } }, organisation: good.organisation });
    expect(record.problems).toEqual([expect.stringContaining("can no longer be read")]);
    // And so it is the next time.
    expect(await read(record)).toEqual(record);
  });

  test("is not that the organisation took its file out: then it holds no longer", async () => {
    await put(".github", { [path]: "locked: [gate]\ngate:\n  approvals: 2\n" });
    const good = await read();
    await put(".github", { [path]: null });
    const record = await read(good);
    expect(record).toMatchObject({ policy: { gate: { approvals: 1 } }, problems: [] });
    expect(record.organisation).toBeUndefined();
  });

  test("with GitHub, nothing is decided", async () => {
    stage.github.fail({ path: /\/contents\//, status: 502, times: 1 });
    await expect(read()).rejects.toThrow(/502/);
  });
});

test("the policy of a commit is read as if it were the default branch's", async () => {
  await put("shop", { [path]: "merge: auto\n" });
  const before = await stage.view.head("main");
  await put("shop", { [path]: "merge: manual\n" });
  const which = { repository: stage.repo, remembered: undefined, ref: before };
  const reading = await readPolicyFiles(which, { clients: stage.restart(), now: () => 1 });
  expect(reading.record.policy.merge).toBe("auto");
  expect(reading.origins["merge"]).toContain("acme/shop");
});
