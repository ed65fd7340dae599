import { afterEach, expect, test } from "vitest";
import type { Json } from "../support/github/types.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

const collaborators = { [people.maintainer]: "maintain", ada: "write", [people.reporter]: "read" } as const;
const mona = () => world.github.asUser(people.maintainer);
const ada = () => world.github.asUser("ada");

async function propose(policy: string): Promise<void> {
  world = await startWorld({
    repository: { files: { ...shopFiles, ".github/self-heal.yml": policy }, collaborators },
    scripts: attempts(fixSteps()),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  });
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, shopReport);
  await mona().addLabel(world.name, number, "ai-fix");
  await world.settle();
}

type Pull = Json & { number: number; head: { sha: string; ref: string }; merged_at: string | null; state: string };
const pull = async () => (await world.repository.pulls())[0] as Pull;
const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];
const approve = async () => {
  await ada().review(world.name, 2, { event: "APPROVE" });
  await world.settle();
};

test("merge: auto merges exactly the approved commit when the gate passes", async () => {
  await propose("merge: auto\n");
  expect((await pull()).merged_at).toBeNull();
  const { sha } = (await pull()).head;
  await approve();
  expect((await pull()).merged_at).not.toBeNull();
  const merge = world.github.requests.find(({ method, path }) => method === "PUT" && path.endsWith("/merge"));
  expect(merge?.body).toMatchObject({ sha, merge_method: "squash" });
  expect((await incident())?.state.phase).toBe("watching");
  expect((await world.app.store.standing(world.repository.id))?.ungated).toBeUndefined();
});

test("merge: manual never merges, whoever approves", async () => {
  await propose("");
  await approve();
  expect((await pull()).state).toBe("open");
  expect((await incident())?.state.phase).toBe("awaitingApproval");
});

test("attack 21: what was pushed unnoticed after the approved commit is not merged", async () => {
  await propose("merge: auto\n");
  const { sha, ref } = (await pull()).head;
  world.github.deliverTo(undefined);
  await mona().push(world.name, { "src/sneaky.js": "process.exit(1);\n" }, ref);
  world.github.deliverTo(`${world.app.url}/api/github/webhooks`);
  await ada().review(world.name, 2, { event: "APPROVE", commitId: sha });
  await world.settle();
  expect((await pull()).state).toBe("open");
  expect(world.github.requests.some(({ method, path }) => method === "PUT" && path.endsWith("/merge"))).toBe(false);
});

test("attack 21: GitHub says that the head moved: nothing is merged until everything was read again", async () => {
  await propose("merge: auto\n");
  const message = "Head branch was modified. Review and try the merge again.";
  world.github.fail({ method: "PUT", path: /\/pulls\/2\/merge$/, status: 409, body: { message } });
  await approve();
  expect((await pull()).state).toBe("open");
  world.elapse(60_000);
  await world.restart();
  await world.settle();
  const merges = world.github.requests.filter(({ method, path }) => method === "PUT" && path.endsWith("/merge"));
  expect(merges.map(({ status }) => status)).toEqual([409, 200]);
  expect((await incident())?.state.phase).toBe("watching");
});

test("a merge that answered 500 but happened is not made twice", async () => {
  await propose("merge: auto\n");
  world.github.fail({ method: "PUT", path: /\/pulls\/2\/merge$/, drop: "after" });
  await approve();
  expect((await pull()).merged_at).not.toBeNull();
  expect((await incident())?.state.phase).toBe("watching");
  expect(world.github.requests.filter(({ method, path }) => method === "PUT" && path.endsWith("/merge"))).toHaveLength(
    1,
  );
});

test("a merge that GitHub's own rules refuse waits for a person, and says why", async () => {
  await propose("merge: auto\n");
  world.repository.settings.rules.push({
    type: "required_status_checks",
    ruleset_source_type: "Repository",
    ruleset_source: world.name,
    ruleset_id: 1,
    parameters: {
      strict_required_status_checks_policy: false,
      required_status_checks: [{ context: "never reported" }],
    },
  });
  await approve();
  expect((await pull()).state).toBe("open");
  expect((await incident())?.state.phase).toBe("awaitingApproval");
});

test("attack 28: a merge queue's group passes only where every pull request in it does", async () => {
  await propose("");
  const gates = (sha: string) =>
    world.repository.checkRuns(sha).find(({ name }) => name === "self-heal/approval (main)");
  await mona().push(world.name, { "docs/a.md": "a\n" }, "by-hand");
  const { number } = await mona().openPull(world.name, { head: "by-hand", base: "main", title: "by hand" });
  await world.settle();
  const unapproved = await world.github.enqueue(world.name, [number, 2]);
  await world.settle();
  expect(gates(unapproved)).not.toMatchObject({ conclusion: "success" });
  await world.github.leaveQueue(world.name, unapproved, "dequeued");
  await approve();
  const approved = await world.github.enqueue(world.name, [number, 2]);
  await world.settle();
  expect(gates(approved)).toMatchObject({ conclusion: "success" });
});

test("scope: bots judges another bot's pull request", async () => {
  await propose("gate:\n  scope: bots\n");
  const renovate = world.github.addUser("renovate[bot]", { type: "Bot" });
  const sha = await mona().push(world.name, { "package.json": "{}\n" }, "renovate/x");
  await world.github.sendWebhook("pull_request.opened", {
    repository: world.name,
    pull_request: { number: 99, head: { sha }, user: { login: renovate.login, type: "Bot" } },
    sender: { login: renovate.login, type: "Bot" },
  });
  await world.settle();
  // There is no such pull request on GitHub: what a payload claims is not believed.
  expect(world.repository.checkRuns(sha).filter(({ name }) => String(name).startsWith("self-heal/"))).toEqual([]);
});

test("take-over: the App steps back, the pull request and its gate stay", async () => {
  await propose("");
  await mona().comment(world.name, 2, "/self-heal take-over");
  await world.settle();
  expect((await incident())?.state).toMatchObject({ phase: "closed", reason: "taken-over" });
  expect((await pull()).state).toBe("open");
  await approve();
  const { sha } = (await pull()).head;
  const gate = world.repository.checkRuns(sha).find(({ name }) => name === "self-heal/approval (main)");
  expect(gate).toMatchObject({ conclusion: "success" });
});

test("not-a-bug closes the pull request and counts as a false positive", async () => {
  await propose("");
  await ada().comment(world.name, 2, "/self-heal not-a-bug it is meant to be NaN");
  await world.settle();
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "ignored", reason: "not-a-bug" });
  expect((await pull()).state).toBe("closed");
});

test("revert proposes a pull request that takes the merged fix back, under the same gate", async () => {
  await propose("");
  await approve();
  await ada().merge(world.name, 2);
  await world.settle();
  await mona().comment(world.name, 2, "/self-heal revert it made things slower");
  await world.settle();
  expect((await incident())?.state.phase).toBe("reverting");
  const reverts = (await world.repository.pulls()).filter(({ title }) => String(title).startsWith("Revert"));
  expect(reverts).toHaveLength(1);
});
