import { afterEach, beforeEach, expect, test } from "vitest";
import { attempts, final, fixSteps, rightEdit, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

let world: World;

/** The second attempt adds a comment line on top of the first one's work. */
const second = [
  { calls: [{ tool: "read", input: { file_path: "src/average.js" } }] },
  {
    calls: [
      {
        tool: "edit",
        input: {
          file_path: "src/average.js",
          old_string: "  const total",
          new_string: "  // No prices: nothing to divide by.\n  const total",
        },
      },
    ],
    expect: /prices\.length === 0/,
  },
  { final },
] as const;

beforeEach(async () => {
  world = await startWorld({
    repository: { files: { ...shopFiles } },
    scripts: attempts(fixSteps([rightEdit]), second),
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  });
  await mona().openIssue(world.name, { ...shopReport, labels: ["ai-fix"] });
  await world.settle();
});

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

const mona = () => world.github.asUser(people.maintainer);
const rita = () => world.github.asUser(people.reporter);
const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];
const bodies = (number: number) => world.comments(number);

/** What the App reacted with to a comment. */
function reactions(id: number): unknown[] {
  const sent = world.github.requests.filter(
    ({ method, path }) => method === "POST" && path.endsWith(`/comments/${id}/reactions`),
  );
  return sent.map(({ body }) => body);
}

test("a review comment on a line steers a retry, which adds a commit to the same branch", async () => {
  const before = (await world.repository.pulls())[0] as { head: { sha: string; ref: string } };
  const { id } = await mona().reviewComment(world.name, 2, {
    body: "/self-heal retry say why in a comment",
    path: "src/average.js",
    line: 4,
  });
  await world.settle();
  const prompt = JSON.stringify(world.model.requests.find((request) => JSON.stringify(request).includes("attempt 2")));
  expect(prompt).toContain("say why in a comment");
  expect(prompt).toContain("src/average.js");
  expect(prompt).toMatch(/@@ -/);
  const pulls = (await world.repository.pulls()) as unknown as { head: { sha: string; ref: string } }[];
  expect(pulls).toHaveLength(1);
  expect(pulls[0]?.head.ref).toBe(before.head.ref);
  expect(
    (await world.repository.git("rev-list", "--parents", "-1", pulls[0]?.head.sha ?? "")).trim().split(" ")[1],
  ).toBe(before.head.sha);
  expect((await incident())?.state).toMatchObject({ phase: "awaitingApproval", tries: { attempt: 2, automatic: 1 } });
  expect(id).toBeGreaterThan(0);
});

test("a human's commits on the fix branch are kept: the retry builds on them", async () => {
  const [pull] = (await world.repository.pulls()) as unknown as { head: { ref: string } }[];
  const human = await mona().push(world.name, { "NOTES.md": "by hand\n" }, pull?.head.ref);
  await world.settle();
  expect((await incident())?.state).toMatchObject({ pull: { head: human } });
  await mona().comment(world.name, 2, "/self-heal retry");
  await world.settle();
  const files = await world.repository.files(pull?.head.ref ?? "");
  expect(files["NOTES.md"]).toBe("by hand\n");
  expect(files["src/average.js"]).toContain("nothing to divide by");
});

test("an accepted command gets 👀", async () => {
  const { id } = await mona().comment(world.name, 1, "/self-heal retry");
  await world.settle();
  expect(reactions(id)).toEqual([{ content: "eyes" }]);
});

test("stop closes the pull request and the incident; a retry afterwards opens a linked incident", async () => {
  await mona().comment(world.name, 1, "/self-heal stop");
  await world.settle();
  const first = await incident();
  expect(first?.state).toMatchObject({ phase: "closed", outcome: "rejected", reason: "stopped" });
  expect((await world.repository.pulls())[0]).toMatchObject({ state: "closed", merged_at: null });
  await mona().comment(world.name, 1, "/self-heal retry look again");
  await world.settle();
  const next = await incident();
  expect(next?.id).not.toBe(first?.id);
  expect(next?.follows).toBe(first?.id);
  expect((await world.repository.pulls()).filter(({ state }) => state === "open")).toHaveLength(1);
});

test("a person without write permission is refused with a short reason", async () => {
  const { id } = await rita().comment(world.name, 1, "/self-heal stop");
  await world.settle();
  expect(reactions(id)).toEqual([]);
  expect(bodies(1).at(-1)).toContain("only people with write permission");
  expect((await incident())?.state.phase).toBe("awaitingApproval");
});

test("a bot's command is ignored, whatever its permission", async () => {
  await world.github.sendWebhook("issue_comment.created", {
    repository: world.name,
    issue: { number: 1 },
    comment: { body: "/self-heal stop", user: { login: "helper[bot]", type: "Bot" } },
    sender: { login: "helper[bot]", type: "Bot" },
  });
  await world.settle();
  expect((await incident())?.state.phase).toBe("awaitingApproval");
  expect(world.log.some(({ note }) => note?.includes("not a person"))).toBe(true);
});

test("an edited comment never counts", async () => {
  const { id } = await mona().comment(world.name, 1, "nice");
  await mona().request(`PATCH /repos/${world.name}/issues/comments/${id}`, { body: "/self-heal stop" });
  await world.settle();
  expect((await incident())?.state.phase).toBe("awaitingApproval");
});

test("status, help and a word it does not know are answered", async () => {
  await mona().comment(world.name, 2, "/self-heal status");
  await world.settle();
  expect(bodies(2).at(-1)).toContain("`awaitingApproval`");
  await mona().comment(world.name, 2, "/self-heal help");
  await world.settle();
  expect(bodies(2).at(-1)).toContain("/self-heal retry [guidance]");
  await mona().comment(world.name, 2, "/self-heal dance");
  await world.settle();
  expect(bodies(2).at(-1)).toContain("no command `dance`");
});

test("a command in a quote or in code is somebody else's", async () => {
  await mona().comment(world.name, 1, "> /self-heal stop\n\n```\n/self-heal stop\n```\nno");
  await world.settle();
  expect((await incident())?.state.phase).toBe("awaitingApproval");
});

test("the same delivery twice changes nothing twice", async () => {
  await mona().comment(world.name, 1, "/self-heal status");
  await world.settle();
  const count = bodies(1).length;
  const delivery = world.github.deliveries.filter(({ event }) => event === "issue_comment").at(-1);
  await world.github.redeliver(delivery?.id ?? 0);
  await world.settle();
  expect(bodies(1)).toHaveLength(count);
});
