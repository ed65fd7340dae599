import { afterEach, beforeEach, expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import { errorKind } from "../../src/github/github-error.ts";
import { keepRuleset } from "../../src/github/rulesets.ts";
import { expectedRuleset, sameRuleset } from "../../src/governance/ruleset.ts";
import { goodFacts } from "../governance/protection-samples.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({}, { app: { permissions: { administration: "write", contents: "read" } } });
});
afterEach(() => stage.close());

const body = expectedRuleset(Policy.parse({}), { appId: 4242, facts: goodFacts() });
const keep = async () => {
  const octokit = await stage.clients.for(stage.repo, "enforce");
  return keepRuleset(octokit, stage.repo, { body, same: (there) => sameRuleset(body, there) });
};
const rulesets = () => stage.view.settings.rulesets;

test("our ruleset is created once, and left alone while it is as it should be", async () => {
  expect(await keep()).toBe("created");
  expect(rulesets()).toMatchObject([body]);
  stage.requests();
  expect(await keep()).toBe("unchanged");
  expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
});

test.each<[string, Parameters<Stage["view"]["setRuleset"]>[1]]>([
  ["switched it off", { enforcement: "disabled" }],
  ["let somebody bypass it", { bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }] }],
  ["took a rule out", { rules: [] }],
])("it is brought back where somebody %s", async (_, change) => {
  await keep();
  stage.view.setRuleset("Self-Heal", change);
  expect(await keep()).toBe("changed");
  expect(rulesets()).toMatchObject([body]);
});

test("it is made again where somebody deleted it", async () => {
  await keep();
  stage.view.setRuleset("Self-Heal", undefined);
  expect(await keep()).toBe("created");
});

test("other rulesets and classic protection are never touched", async () => {
  stage.view.setRuleset("main", { rules: [{ type: "deletion" }] });
  stage.view.setRuleset("house", { source_type: "Organization", rules: [] });
  stage.view.protect("main", { enforce_admins: { url: "https://api.github.com/x", enabled: false } });
  const before = structuredClone([rulesets(), stage.view.settings.protection]);
  await keep();
  expect([rulesets().filter(({ name }) => name !== "Self-Heal"), stage.view.settings.protection]).toEqual(before);
});

test.each([403, 404, 422])("what GitHub refuses with %i is unknown, with its words", async (status) => {
  stage.github.fail({ method: "POST", path: /\/rulesets$/, status, body: { message: "Name must be unique" } });
  expect(await keep()).toEqual({ unknown: expect.stringContaining("Name must be unique") });
});

test("a failure that will pass is thrown", async () => {
  stage.github.fail({ method: "POST", path: /\/rulesets$/, status: 502 });
  expect(errorKind(await keep().catch((error: unknown) => error))).toBe("unavailable");
});
