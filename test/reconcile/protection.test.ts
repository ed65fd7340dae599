import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import { openScene, wide } from "./protection-scene.ts";
import type { Scene } from "./protection-scene.ts";

const dayMs = 86_400_000;

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.stage.close());

describe("the first look", () => {
  test("remembers what it found and opens no issue, whatever fails", async () => {
    const { note, tasks } = await scene.run();
    expect(note).toMatch(/^5 of 14 expectations hold, 0 drifted$/);
    expect(scene.stage.view.issues()).toEqual([]);
    expect(scene.memory).toMatchObject({ defaultBranch: "main", gateRequired: false });
    expect(scene.resultOf("pull-request")).toBe("fail");
    expect(tasks).toEqual([]);
  });

  test("of a protected repository finds that all holds, and that every pull request needs the gate", async () => {
    scene.protect();
    const { note, tasks } = await scene.run();
    expect(note).toBe("14 of 14 expectations hold, 0 drifted");
    expect(scene.memory.gateRequired).toBe(true);
    expect(tasks).toEqual([{ task: { kind: "lookAround", repository: scene.stage.repo }, afterSeconds: 0 }]);
  });

  test("finds nothing to do in an archived repository", async () => {
    scene.stage.view.archive();
    expect(await scene.run()).toEqual({ note: expect.stringContaining("nothing to protect") });
  });
});

describe("drift", () => {
  beforeEach(async () => {
    scene.protect();
    await scene.run();
    scene.writes();
  });

  test("opens one issue that says what, by whom and how to go back; and closes it by itself", async () => {
    scene.stage.view.setRuleset("main", { enforcement: "disabled" });
    await scene.run("some-bot[bot]");
    expect(scene.issue()).toMatchObject({
      title: "Self-Heal: branch protection differs from the policy",
      state: "open",
    });
    expect(scene.text()).toContain("**A pull request is required**: no longer holds since");
    expect(scene.text()).toContain("after a change by `some-bot[bot]`");
    expect(scene.text()).toContain("tick **Require a pull request before merging**");
    expect(scene.memory.issues).toEqual({ drift: 1 });
    scene.writes();
    await scene.run();
    expect(scene.writes()).toEqual([]);
    scene.stage.view.setRuleset("main", { enforcement: "active" });
    await scene.run();
    expect(scene.issue()).toMatchObject({ state: "closed" });
    expect(scene.stage.view.comments(1)).toMatchObject([{ body: expect.stringContaining("hold again") }]);
    expect(scene.memory.drift).toBeUndefined();
    scene.writes();
    await scene.run();
    expect(scene.writes()).toEqual([]);
  });

  test("that comes back later opens the same issue again", async () => {
    scene.stage.view.setRuleset("main", { enforcement: "disabled" });
    await scene.run();
    scene.stage.view.setRuleset("main", { enforcement: "active" });
    await scene.run();
    scene.stage.github.clock.advance(dayMs);
    scene.stage.view.setRuleset("main", { enforcement: "disabled" });
    await scene.run();
    expect(scene.stage.view.issues()).toHaveLength(1);
    expect(scene.issue()).toMatchObject({ state: "open" });
  });

  test("stays where it is when a permission is lost, without a word on each look", async () => {
    scene.stage.view.setRuleset("main", {
      bypass_actors: [{ actor_id: 1, actor_type: "Team", bypass_mode: "always" }],
    });
    await scene.run("eve");
    expect(scene.text()).toContain("**Nobody can bypass the rules**: no longer holds");
    scene.stage.github.grant(scene.stage.repo.installation, { ...wide, administration: "read" });
    scene.stage.clients.forget(scene.stage.repo.installation);
    await scene.run();
    expect(scene.text()).toContain("**Nobody can bypass the rules**: can no longer be seen");
    expect(scene.text()).toContain("after a change by `eve`");
    scene.writes();
    await scene.run();
    await scene.run();
    expect(scene.writes()).toEqual([]);
    expect(scene.issue()).toMatchObject({ state: "open" });
  });

  test("after the default branch was renamed, the gate's check has to be required under its new name", async () => {
    await scene.stage.view.renameDefaultBranch("trunk");
    await scene.run("mona");
    expect(scene.memory).toMatchObject({ defaultBranch: "trunk", gateRequired: false });
    expect(scene.text()).toContain("`self-heal/approval (trunk)`");
  });

  test("of a secret is a reminder first, in its own section", async () => {
    scene.stage.github.clock.advance(76 * dayMs);
    await scene.run();
    expect(scene.text()).toContain("## Secrets to rotate");
    expect(scene.text()).not.toContain("## What no longer holds");
    scene.stage.github.clock.advance(5 * dayMs);
    scene.writes();
    await scene.run();
    expect(scene.writes()).toEqual([]);
    scene.stage.github.clock.advance(10 * dayMs);
    await scene.run();
    expect(scene.text()).toContain("**Secrets are rotated**: no longer holds");
    const { settings } = scene.stage.view;
    settings.secrets.splice(0, 1, { name: "ANTHROPIC_API_KEY", updatedAt: scene.stage.github.clock.now() });
    await scene.run();
    expect(scene.issue()).toMatchObject({ state: "closed" });
  });
});

describe("past the rules", () => {
  test("a bypass is reported once, and the issue closes after a quiet week", async () => {
    await scene.run();
    scene.bypass(1);
    await scene.run();
    expect(scene.text()).toContain(`- \`eve\` got \`refs/heads/main\` to ${"b".repeat(40)} past its rules on`);
    scene.writes();
    await scene.run();
    expect(scene.writes()).toEqual([]);
    scene.stage.github.clock.advance(8 * dayMs);
    await scene.run();
    expect(scene.issue()).toMatchObject({ state: "closed" });
    scene.bypass(2);
    await scene.run();
    expect(scene.issue()).toMatchObject({ state: "open" });
    expect(scene.text().match(/past its rules/g)).toHaveLength(1);
    expect(scene.memory.bypasses).toHaveLength(2);
  });

  test("a merge that the gate had not passed is listed", async () => {
    await scene.run();
    const sha = CommitSha.parse("c".repeat(40));
    scene.memory.ungated = [{ number: 9, by: "eve", at: scene.stage.github.clock.now().getTime(), sha }];
    await scene.run();
    expect(scene.text()).toContain(`- #9 was merged by \`eve\` as ${sha} on`);
    expect(scene.text()).toContain("without a passing decision of the gate");
  });

  test("nobody is told again about what they closed the issue over", async () => {
    scene.bypass(1);
    await scene.run();
    await scene.stage.ada.closeIssue("acme/shop", 1);
    scene.writes();
    await scene.run();
    expect(scene.writes()).toEqual([]);
    expect(scene.issue()).toMatchObject({ state: "closed" });
  });
});

test("without the optional permissions it reports what it cannot see, and opens nothing", async () => {
  await scene.stage.close();
  const { administration: _, secrets: __, ...few } = wide;
  scene = await openScene(few);
  scene.protect();
  await scene.run();
  const unknowns = scene.memory.protection?.expectations
    .filter(({ result }) => result === "unknown")
    .map(({ id }) => id);
  expect(unknowns).toEqual(["no-bypass", "workflow-permissions", "actions-may-approve", "secrets", "secret-rotation"]);
  expect(scene.stage.view.issues()).toEqual([]);
});
