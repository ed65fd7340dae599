import { afterEach, expect, test } from "vitest";
import type { Ci } from "../support/github/types.ts";
import { attempts, final, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

let world: World;

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

const incident = async () => (await world.app.store.incidents({ limit: 1 }))[0];

/** Each further attempt changes one more line, so that there is something to push. */
const more = (n: number) =>
  [
    { calls: [{ tool: "read", input: { file_path: "src/average.js" } }] },
    {
      calls: [
        {
          tool: "edit",
          input: {
            file_path: "src/average.js",
            old_string: "  const total",
            new_string: `  // round ${n}\n  const total`,
          },
        },
      ],
    },
    { final },
  ] as const;

async function healWith(ci: Ci, policy = ""): Promise<void> {
  world = await startWorld({
    repository: { files: { ...shopFiles, ...(policy && { ".github/self-heal.yml": policy }) } },
    scripts: attempts(fixSteps(), more(2), more(3), more(4)),
    ci,
  });
  await world.github.asUser(people.maintainer).openIssue(world.name, { ...shopReport, labels: ["ai-fix"] });
  await world.settle();
}

const onFix = (answer: (round: number) => "success" | "failure"): Ci => {
  let round = 0;
  return ({ branch }) =>
    Promise.resolve(
      branch.startsWith("self-heal/")
        ? { conclusion: answer((round += 1)), name: "test", log: `##[error]round ${round} went wrong` }
        : undefined,
    );
};

test("red checks on the pull request start another attempt that reads why; green ones take it out of draft", async () => {
  await healWith(onFix((round) => (round === 1 ? "failure" : "success")));
  expect((await incident())?.state).toMatchObject({ phase: "awaitingApproval", tries: { attempt: 2, ci: 1 } });
  expect(
    JSON.stringify(world.model.requests.find((request) => JSON.stringify(request).includes("attempt 2"))),
  ).toContain("round 1 went wrong");
  const [pull] = await world.repository.pulls();
  expect(pull).toMatchObject({ draft: false });
});

test("checks that stay red end the automatic attempts and ask a human, on the pull request too", async () => {
  await healWith(onFix(() => "failure"));
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "ci-red", tries: { attempt: 3, ci: 2 } });
  expect((await world.repository.pulls())[0]).toMatchObject({ draft: true, state: "open" });
  expect(world.comments(2)[0]).toContain("Reason: `ci-red`");
});

test("a human's word resets the count", async () => {
  await healWith(
    onFix((round) => (round < 3 ? "failure" : "success")),
    "limits:\n  ciIterations: 1\n",
  );
  expect((await incident())?.state).toMatchObject({ phase: "held", reason: "ci-red" });
  await world.github.asUser(people.maintainer).comment(world.name, 2, "/self-heal retry once more");
  await world.settle();
  expect((await incident())?.state).toMatchObject({
    phase: "awaitingApproval",
    tries: { attempt: 3, automatic: 1, ci: 0 },
  });
});

test("a push by a human after the checks voids them", async () => {
  await healWith(onFix(() => "success"));
  expect((await incident())?.state.phase).toBe("awaitingApproval");
  const [pull] = (await world.repository.pulls()) as unknown as { head: { ref: string } }[];
  world.github.fail({ path: /check-runs$/, status: 500, times: 1 });
  const head = await world.github.asUser(people.maintainer).push(world.name, { "NOTES.md": "x\n" }, pull?.head.ref);
  await world.settle();
  const { state } = (await incident()) ?? {};
  expect(state).toMatchObject({ pull: { head } });
  world.github.heal();
});

test("the failure on the merged commit leads to a revert that a human must merge", async () => {
  await healWith(onFix(() => "success"));
  const mona = world.github.asUser(people.maintainer);
  const { sha } = await mona.merge(world.name, 2);
  await world.settle();
  const now = await incident();
  expect(now?.state.phase).toBe("watching");
  // The issue's own failure is reported again, for the merged commit.
  await mona.removeLabel(world.name, 1, "ai-fix");
  await mona.request(`PATCH /repos/${world.name}/issues/1`, { state: "open" });
  await mona.addLabel(world.name, 1, "ai-fix");
  await world.settle();
  // A label names no commit, so a human is asked instead of guessing.
  expect((await incident())?.state).toMatchObject({ phase: "closed", outcome: "needsHuman", reason: "recurred" });
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
});
