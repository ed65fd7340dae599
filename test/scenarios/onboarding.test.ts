import { afterEach, expect, test } from "vitest";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

async function install(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({
    newcomer: true,
    repository: { files: { ...shopFiles } },
    scripts: attempts(fixSteps()),
    ...options,
  });
  await world.settle();
}

const mona = () => world.github.asUser(people.maintainer);
const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];
const standing = async () => world.app.store.standing(world.repository.id);
const issues = (title: RegExp) => world.repository.issues().filter((issue) => title.test(String(issue["title"])));
const introduction = () => issues(/Self-Heal is installed/)[0];

async function ask(): Promise<number> {
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, shopReport);
  await mona().addLabel(world.name, number, "ai-fix");
  await world.settle();
  return number;
}

test("a new installation introduces itself once, with the report and a policy file", async () => {
  await install();
  expect(issues(/Self-Heal is installed/)).toHaveLength(1);
  const body = String(introduction()?.["body"]);
  expect(body).toContain("observes");
  expect(body).toContain("❌");
  expect(body).toContain("mode: fix");
  await world.app.upkeep.settings();
  await world.settle();
  expect(world.repository.issues()).toHaveLength(1);
});

test("it observes: a labelled issue is triaged, held, and nothing is spent until a maintainer says go", async () => {
  await install();
  const number = await ask();
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "observing" });
  expect(world.comments(number)[0]).toContain("Reason: `observing`");
  expect(world.model.requests).toEqual([]);
  await mona().comment(world.name, number, "/self-heal go");
  await world.settle();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
});

test("`go` in the introduction lets the whole repository start", async () => {
  await install();
  await mona().comment(world.name, 1, "/self-heal go");
  await world.settle();
  expect(await standing()).toMatchObject({ go: { by: people.maintainer } });
  expect(String(introduction()?.["body"])).toContain("it fixes what fails");
  await ask();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
});

test("`go` by somebody who may not is refused, with the role that is needed", async () => {
  await install();
  await world.github.asUser(people.reporter).comment(world.name, 1, "/self-heal go");
  await world.settle();
  expect((await standing())?.go).toBeUndefined();
  expect(world.comments(1).at(-1)).toContain("maintain permission");
});

test("pause stops everything in the repository, resume lets it go on", async () => {
  await install({ newcomer: false });
  const number = await ask();
  await mona().comment(world.name, number, "/self-heal pause the release is today");
  await world.settle();
  expect(await standing()).toMatchObject({ paused: { by: people.maintainer, reason: "the release is today" } });
  await mona().comment(world.name, number, "/self-heal retry");
  await world.settle();
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "paused" });
  await mona().comment(world.name, number, "/self-heal resume");
  await mona().comment(world.name, number, "/self-heal go");
  await world.settle();
  expect((await standing())?.paused).toBeUndefined();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
});

test("a command where there is no incident is answered with what is missing", async () => {
  await install({ newcomer: false });
  const { number } = await mona().openIssue(world.name, { title: "a question" });
  await mona().comment(world.name, number, "/self-heal retry");
  await world.settle();
  expect(world.comments(number).at(-1)).toContain("no incident here");
  await mona().comment(world.name, number, "/self-heal status");
  await world.settle();
  expect(world.comments(number).at(-1)).toContain("mode `fix`");
});

test("mode: observe in the policy is not overruled by a command", async () => {
  await install({ repository: { files: { ...shopFiles, ".github/self-heal.yml": "mode: observe\n" } } });
  await mona().comment(world.name, 1, "/self-heal go");
  await world.settle();
  expect((await standing())?.go).toBeUndefined();
  expect(world.comments(1).at(-1)).toContain("mode: observe");
});

test("one issue for the organisation, where its policy says so", async () => {
  await install({ repository: { files: { ...shopFiles, ".github/self-heal.yml": "onboarding: organization\n" } } });
  expect(world.repository.issues()).toEqual([]);
  const home = await world.github.addRepository({ owner: "acme", name: ".github", files: { "README.md": "x\n" } });
  await world.github.install(home.fullName);
  await world.settle();
  await world.app.upkeep.settings();
  await world.settle();
  expect(home.issues().map(({ title }) => title)).toContain("Self-Heal is installed here");
});

test("a renamed repository is followed under its new name", async () => {
  await install({ newcomer: false });
  world.repository.rename("store");
  await world.settle();
  expect((await standing())?.repository.name).toBe("store");
  const { number } = await world.github.asUser(people.reporter).openIssue("acme/store", shopReport);
  await mona().addLabel("acme/store", number, "ai-fix");
  await world.settle();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
});

test("without the optional permissions it works, and says what cannot be seen", async () => {
  world = await startWorld({ newcomer: true, repository: { files: { ...shopFiles } } });
  const { id, permissions } = await world.github.install(world.name);
  const { administration: _a, secrets: _s, members: _m, merge_queues: _q, ...required } = permissions;
  world.github.grant(id, required);
  await world.settle();
  await world.app.upkeep.settings();
  await world.settle();
  const report = (await standing())?.protection;
  const results = new Map(report?.expectations.map((one) => [one.id, one.result]));
  expect(results.get("secrets")).toBe("unknown");
  expect(results.get("workflow-permissions")).toBe("unknown");
  expect([...results.values()]).not.toContain("error");
});

test("what was kept about a repository goes after retentionDays, unless the App is back", async () => {
  await install({ repository: { files: { ...shopFiles, ".github/self-heal.yml": "retentionDays: 3\n" } } });
  await ask();
  expect(await incident()).toBeDefined();
  world.github.withdraw(world.name);
  await world.settle();
  expect((await standing())?.status).toBe("removed");
  world.elapse(2 * 86_400_000);
  await world.restart();
  await world.settle();
  expect(await incident()).toBeDefined();
  world.elapse(2 * 86_400_000);
  await world.restart();
  await world.settle();
  expect(await incident()).toBeUndefined();
  expect(await standing()).toBeUndefined();
});
