import { afterEach, expect, test } from "vitest";
import type { Fault } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";

let world: World;

afterEach(async () => {
  await world.close();
});

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({ repository: { files: { ...shopFiles } }, scripts: attempts(fixSteps()), ...options });
}

async function label(): Promise<void> {
  await world.github.asUser(people.maintainer).openIssue(world.name, { ...shopReport, labels: ["ai-fix"] });
  await world.settle();
}

const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];

/** Lets what was put back become due, as the clock would, by a restart on the same data. */
async function later(): Promise<void> {
  const jobs = await world.app.store.jobs();
  expect(jobs.waiting).toBeGreaterThan(0);
  world.github.heal();
  world.elapse(24 * 3_600_000);
  await world.restart();
  await world.settle();
}

const pulls = /\/pulls$/;
const faults: [string, Fault][] = [
  ["502 while the pull request is opened", { method: "POST", path: pulls, status: 502 }],
  ["404 while the branch is made", { method: "POST", path: /\/git\/refs$/, status: 404 }],
  ["409 on the commit", { path: /graphql$/, status: 409 }],
  ["422 on the check run", { method: "POST", path: /\/check-runs$/, status: 422 }],
  ["403 on the comment", { method: "POST", path: /\/comments$/, status: 403 }],
  ["429 with a reset", { method: "POST", path: pulls, status: 429, rateLimit: "primary" }],
  ["a secondary limit", { method: "POST", path: pulls, status: 403, rateLimit: "secondary" }],
  ["an answer that is lost after the commit was made", { path: /graphql$/, drop: "after" }],
  ["an answer that is lost after the pull request was opened", { method: "POST", path: pulls, drop: "after" }],
  ["an answer that is lost before the request arrived", { method: "POST", path: pulls, drop: "before" }],
];

test.each(faults)("GitHub: %s: nothing is lost, nothing is doubled", async (_, fault) => {
  await start();
  world.github.fail({ times: 1, ...fault });
  await label();
  if ((await incident())?.state.phase !== "checking" || world.comments(1).length === 0) await later();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
  expect(await world.repository.pulls()).toHaveLength(1);
  expect(world.repository.comments(1)).toHaveLength(1);
  expect(Object.keys(await world.repository.branches())).toHaveLength(2);
  expect(world.repository.checkRuns().filter(({ name }) => name === "self-heal/proof")).toHaveLength(1);
});

test("a token that expired meanwhile is replaced", async () => {
  await start();
  world.elapse(2 * 3_600_000);
  await label();
  expect((await incident())?.state.phase).toBe("checking");
});

test("git that cannot be reached is tried again", async () => {
  await start();
  world.github.fail({ path: /\.git\//, status: 503, times: 50 });
  await label();
  expect((await incident())?.state.phase).toBe("triaging");
  await later();
  expect((await incident())?.state.phase).toMatch(/checking|awaitingApproval/);
});

test("an empty repository is left alone, and said so", async () => {
  await start({ repository: { files: {}, empty: true } });
  await label();
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "repository-unavailable" });
});

test("a model that is overloaded for a moment, or cuts its answer, does not end the attempt", async () => {
  await start({
    faults: [
      { turn: 0, kind: "status", status: 529 },
      { turn: 1, kind: "overloaded" },
      { turn: 2, kind: "eof" },
      { turn: 3, kind: "reset" },
    ],
  });
  await label();
  expect((await incident())?.proof?.verdict).toBe("proven");
});

test("a model that refuses ends the attempt with that reason", async () => {
  await start({ faults: [{ turn: 1, kind: "refusal" }] });
  await label();
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "model-refused" });
  expect(await world.repository.pulls()).toEqual([]);
});

test("an App that was switched off between fix and push pushes nothing", async () => {
  await start();
  world.github.fail({ path: /\/git\/refs$/, status: 502, times: 1 });
  await label();
  await world.github.asUser(people.maintainer).push(world.name, { ".github/self-heal.yml": "enabled: false\n" });
  await later();
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "disabled" });
  expect(await world.repository.pulls()).toEqual([]);
});
