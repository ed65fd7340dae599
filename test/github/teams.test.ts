import { describe, expect, test } from "vitest";
import { fakePull } from "./fake-pull.ts";
import { sha, snapshotOf, unknownFor } from "./snapshot-of.ts";

describe("teams", () => {
  const policy = { gate: { teams: ["core"], tiers: [{ name: "big", approvals: 2, teams: ["Leads"] }] } };
  const teams = { core: ["Ada", "bob"], leads: ["bob"], owners: ["ada"], other: ["ada"] };
  const tree = { ".github/CODEOWNERS": "# @acme/other\n* @Acme/Owners @elsewhere/core @ada\n" };

  test("are those that the policy, its tiers and CODEOWNERS name, by their members", async () => {
    const { people, codeOwners } = await snapshotOf({ fake: fakePull({ teams, tree }), policy });
    expect(people["ada"]?.teams).toEqual(["core", "owners"]);
    expect(codeOwners).toBe(tree[".github/CODEOWNERS"]);
  });

  test("that do not exist have nobody in them", async () => {
    expect((await snapshotOf({ fake: fakePull(), policy })).people["ada"]?.teams).toEqual([]);
  });

  test("are unknown without the permission, which is named", async () => {
    const { members: _, ...permissions } = fakePull().permissions;
    const { people } = await snapshotOf({ fake: fakePull({ teams, permissions }), policy });
    expect(people["ada"]).toMatchObject({ role: "write", teams: unknownFor("Members: read") });
    const unasked = await snapshotOf({ fake: fakePull({ permissions }) });
    expect(unasked.people["ada"]?.teams).toEqual([]);
  });

  test("a person's repository has none", async () => {
    const repo = { id: 42, owner: { login: "acme", type: "User" }, default_branch: "main" };
    const fake = fakePull({ teams, pull: { base: { sha: sha("b"), ref: "main", repo } } });
    expect((await snapshotOf({ fake, policy })).people["ada"]?.teams).toEqual([]);
  });
});
