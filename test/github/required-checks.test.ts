import { describe, expect, test } from "vitest";
import { fakePull } from "./fake-pull.ts";
import type { FakePull } from "./fake-pull.ts";
import { snapshotOf, unknownFor } from "./snapshot-of.ts";

describe("required checks", () => {
  const rule = (...required_status_checks: object[]): object => ({
    type: "required_status_checks",
    ruleset_id: 9,
    ruleset_source: "acme",
    parameters: { required_status_checks },
  });
  const fromRules = { name: "lint", app: 15368, source: "ruleset 9 of acme" };

  test("are those of rulesets and of classic protection, each with its source", async () => {
    const required_status_checks = { checks: [{ context: "test", app_id: -1 }], contexts: ["test", "e2e"] };
    const fake = fakePull({
      rules: [
        { type: "deletion" },
        rule({ context: "lint", integration_id: 15368 }, { context: "any" }),
      ] as FakePull["rules"],
      protection: { json: { required_status_checks } },
    });
    const source = "branch protection of main";
    expect((await snapshotOf({ fake })).requiredChecks).toEqual([
      fromRules,
      { name: "any", app: null, source: "ruleset 9 of acme" },
      { name: "test", app: null, source },
      { name: "e2e", app: null, source },
    ]);
  });

  test("without Administration: read are known only where the branch is not protected at all", async () => {
    const { administration: _, ...permissions } = fakePull().permissions;
    const branch = (isProtected: boolean) =>
      fakePull({
        permissions,
        special: (route) => (route.endsWith("/branches/main") ? { json: { protected: isProtected } } : undefined),
      });
    expect((await snapshotOf({ fake: branch(false) })).requiredChecks).toEqual([]);
    expect((await snapshotOf({ fake: branch(true) })).requiredChecks).toEqual(unknownFor("Administration: read"));
  });

  test("are unknown where either cannot be seen, and none where the plan has no protected branches", async () => {
    const refused = { status: 403, json: { message: "Resource not accessible by integration" } };
    const upgrade = {
      status: 403,
      json: { message: "Upgrade to GitHub Pro or make this repository public to enable this feature." },
    };
    expect((await snapshotOf({ fake: fakePull({ protection: refused }) })).requiredChecks).toEqual(
      unknownFor("protection of main"),
    );
    const odd = { status: 404, json: { message: "Not Found" } };
    expect((await snapshotOf({ fake: fakePull({ protection: odd }) })).requiredChecks).toEqual(
      unknownFor("protection of main"),
    );
    const noRules = fakePull({ special: (route) => (route.includes("/rules/") ? refused : undefined) });
    expect((await snapshotOf({ fake: noRules })).requiredChecks).toEqual(unknownFor("rules of main"));
    const noPlan = fakePull({
      protection: upgrade,
      special: (route) => (route.includes("/rules/") ? upgrade : undefined),
    });
    expect((await snapshotOf({ fake: noPlan })).requiredChecks).toEqual([]);
  });
});
