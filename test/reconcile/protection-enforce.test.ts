import { afterEach, beforeEach, expect, test } from "vitest";
import { openScene, wide } from "./protection-scene.ts";
import type { Scene } from "./protection-scene.ts";

let scene: Scene;
afterEach(() => scene.stage.close());

const head = () => scene.stage.view.head("main");
beforeEach(async () => {
  scene = await openScene();
  for (const name of ["lint", "test"]) await scene.stage.github.runCi("acme/shop", await head(), "success", { name });
  scene.policyIs({ mode: "enforce" });
});

test("makes all expectations about rules hold, with one ruleset of its own, and then writes nothing", async () => {
  const { note } = await scene.run();
  expect(note).toBe("14 of 14 expectations hold, 0 drifted, ruleset created");
  expect(scene.stage.view.settings.rulesets.map(({ name }) => name)).toEqual(["Self-Heal"]);
  scene.writes();
  const again = await scene.run();
  expect(again.note).toBe("14 of 14 expectations hold, 0 drifted, ruleset unchanged");
  expect(scene.writes()).toEqual([]);
});

test("brings its ruleset back, so that nothing has drifted", async () => {
  await scene.run();
  scene.stage.view.setRuleset("Self-Heal", { enforcement: "disabled" });
  const { note } = await scene.run("eve");
  expect(note).toBe("14 of 14 expectations hold, 0 drifted, ruleset changed");
  expect(scene.stage.view.issues()).toEqual([]);
});

test("does not require a check that was never seen", async () => {
  scene.policyIs({ mode: "enforce", checks: [{ name: "lint" }, { name: "typecheck" }] });
  await scene.run();
  expect(JSON.stringify(scene.stage.view.settings.rulesets)).not.toContain("typecheck");
  expect(scene.resultOf("required-checks")).toBe("fail");
});

test("says once what is missing where it may not write", async () => {
  scene.stage.github.grant(scene.stage.repo.installation, { ...wide, administration: "read" });
  const { note } = await scene.run();
  expect(note).toContain("ruleset refused");
  expect(scene.text()).toContain("does not have the permission Administration: write");
  scene.writes();
  await scene.run();
  expect(scene.writes()).toEqual([]);
  scene.stage.github.grant(scene.stage.repo.installation, wide);
  scene.stage.clients.forget(scene.stage.repo.installation);
  await scene.run();
  expect(scene.issue()).toMatchObject({ state: "closed" });
});

test("goes on where GitHub refuses the ruleset", async () => {
  scene.stage.github.fail({ method: "POST", path: /\/rulesets$/, status: 422, body: { message: "Invalid rule" } });
  expect((await scene.run()).note).toContain("ruleset refused");
  expect(scene.text()).toContain("Invalid rule");
});
