import { describe, expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { CommitSha } from "../../src/domain/repository.ts";
import type { Standing } from "../../src/domain/standing.ts";
import type { Deps } from "../../src/effects/deps.ts";
import { merge } from "../../src/effects/merge.ts";
import { evaluatePull } from "../../src/reconcile/evaluate.ts";
import { fakeClients, repository, start } from "../github/fake-fetch.ts";
import type { FakeClients, Reply } from "../github/fake-fetch.ts";
import { answering, fakePull, headSha, user } from "../github/fake-pull.ts";
import type { FakePull } from "../github/fake-pull.ts";
import { incidentOf } from "../github/incident-of.ts";
import { recallOf } from "../support/recall.ts";

const pull = { number: 1, head: headSha, branch: "self-heal/abcd1234" };
const tries = { attempt: 1, automatic: 1, ci: 0 };
const merging = incidentOf({ state: { phase: "merging", approvedBy: "ada", tries, pull }, changedAt: start });
const mergeSha = CommitSha.parse("d".repeat(40));
const put = "PUT /repos/acme/shop/pulls/1/merge";
const auto = { contents: { ".github/self-heal.yml": "merge: auto\nmergeMethod: rebase\n" } };

type Setting = {
  fake?: Partial<FakePull>;
  /** What GitHub answers to the merge. */
  answer?: Reply | ((fake: FakePull) => Reply);
  present?: Incident;
  standing?: Partial<Standing>;
  enabled?: boolean;
  /** The policy's file that came a moment after the gate was decided last. */
  newPolicy?: string;
  /** Milliseconds since the merge was ordered. */
  after?: number;
};

async function run(setting: Setting = {}): Promise<{ event: Event | undefined; github: FakeClients }> {
  const { answer = { json: { sha: mergeSha, merged: true } } } = setting;
  const fake = fakePull({ ...auto, ...setting.fake });
  const others = fake.special;
  fake.special = (route, body) => {
    if (route !== put) return others(route, body);
    return typeof answer === "function" ? answer(fake) : answer;
  };
  const github = fakeClients(answering(fake));
  github.clock.now += setting.after ?? 0;
  const recall = {
    ...recallOf({ standing: { repository, status: "active", ...setting.standing } }),
    incident: async () => Promise.resolve(setting.present ?? merging),
  };
  if (setting.newPolicy !== undefined) {
    await evaluatePull({ repository, number: 1, recall }, { clients: github.clients, now: () => github.clock.now });
    fake.contents = { ".github/self-heal.yml": setting.newPolicy };
  }
  // Merging needs neither sandbox nor engine.
  const deps = { clients: github.clients, enabled: () => setting.enabled ?? true, now: () => github.clock.now } as Deps;
  const signal = AbortSignal.timeout(60_000);
  return { event: await merge({ incident: merging, effect: { type: "merge", pull }, recall, signal }, deps), github };
}

const asked = ({ sent }: FakeClients): unknown[] =>
  sent.filter(({ method }) => method === "PUT").map(({ body }) => body);

test("merges the approved commit in the policy's way, after the gate passed again", async () => {
  const { event, github } = await run();
  expect(event).toEqual({ type: "pullMerged", number: 1, sha: mergeSha, by: "self-heal" });
  expect(asked(github)).toEqual([{ sha: headSha, merge_method: "rebase" }]);
});

describe("does not even ask GitHub to merge", () => {
  const refused: [string, Setting, string][] = [
    ["the approval was taken back", { fake: { reviews: [] } }, "does not pass any more"],
    ["the approver lost their role", { fake: { roles: { ada: "read" } } }, "does not pass any more"],
    [
      "a required check broke",
      { fake: { contents: { ".github/self-heal.yml": "merge: auto\ngate: {checks: [{name: e2e}]}\n" } } },
      "does not pass any more",
    ],
    [
      "it was retargeted",
      { fake: { pull: { base: { ...(fakePull().pull["base"] as object), ref: "release" } } } },
      "does not pass any more",
    ],
    ["SELF_HEAL_ENABLED is false", { enabled: false }, "SELF_HEAL_ENABLED"],
    ["the repository is paused", { standing: { paused: { by: "max", at: 1, reason: "freeze" } } }, "max paused"],
    [
      "the policy was switched off",
      { fake: { contents: { ".github/self-heal.yml": "merge: auto\nenabled: false\n" } } },
      "enabled: false",
    ],
    ["the policy was changed a moment ago", { newPolicy: "merge: auto\ngate: { approvals: 2 }\n" }, "does not pass"],
    ["the policy says manual now", { fake: { contents: {} } }, "merge: manual"],
  ];
  test.each(refused)("when %s", async (_, setting, note) => {
    const { event, github } = await run(setting);
    expect(event).toEqual({ type: "mergeRefused", note: expect.stringContaining(note) });
    expect(asked(github)).toEqual([]);
  });

  test.each<[string, Incident]>([
    ["held", incidentOf({ state: { phase: "held", reason: "on-hold", note: "wait", tries, pull } })],
    [
      "waiting for another head",
      incidentOf({ state: { phase: "merging", approvedBy: "ada", tries, pull: { ...pull, head: mergeSha } } }),
    ],
  ])("when the incident is %s meanwhile", async (_, present) => {
    const { event, github } = await run({ present });
    expect(event).toBeUndefined();
    expect(asked(github)).toEqual([]);
  });

  test("when the head has moved, whoever approved what", async () => {
    const moved = "e".repeat(40);
    const head = { ...(fakePull().pull["head"] as object), sha: moved };
    const { event, github } = await run({ fake: { pull: { head } } });
    expect(event).toEqual({ type: "headMoved", head: moved });
    expect(asked(github)).toEqual([]);
  });

  test("when it is merged or closed already: by us, before a crash, or by somebody else", async () => {
    const merged = {
      state: "closed",
      merged: true,
      merge_commit_sha: mergeSha,
      merged_by: user("self-heal[bot]", "Bot"),
    };
    const { event, github } = await run({ fake: { pull: merged } });
    expect(event).toEqual({ type: "pullMerged", number: 1, sha: mergeSha, by: "self-heal[bot]" });
    const special = (route: string) => (route.endsWith("/issues/1") ? { json: { closed_by: user("bob") } } : undefined);
    const closed = await run({ fake: { pull: { state: "closed" }, special } });
    expect(closed.event).toEqual({ type: "pullClosed", number: 1, by: "bob" });
    expect([...asked(github), ...asked(closed.github)]).toEqual([]);
  });
});

describe("when GitHub does not merge", () => {
  const modified = { status: 405, json: { message: "Base branch was modified. Review and try the merge again." } };

  test("its words are passed on", async () => {
    const answer = { status: 405, json: { message: "Changes must be made through the merge queue" } };
    const note = "GitHub refuses to merge it: Changes must be made through the merge queue";
    expect((await run({ answer })).event).toEqual({ type: "mergeRefused", note });
  });

  test("because the head moved in that very moment, the approval is void", async () => {
    const moved = "e".repeat(40);
    const answer = (fake: FakePull): Reply => {
      fake.pull = { ...fake.pull, head: { ...(fake.pull["head"] as object), sha: moved } };
      return { status: 409, json: { message: "Head branch was modified. Review and try the merge again." } };
    };
    expect((await run({ answer })).event).toEqual({ type: "headMoved", head: moved });
  });

  test("and will in a moment, it is tried again three times, ever later", async () => {
    const seen: (number | Event | undefined)[] = [];
    for (const after of [0, 5_000, 15_000, 40_000]) {
      const outcome = await run({ answer: modified, after }).catch((error: unknown) => error);
      seen.push(outcome instanceof Error && "retryAt" in outcome ? Number(outcome.retryAt) - start : undefined);
    }
    expect(seen).toEqual([5_000, 15_000, 40_000, undefined]);
    const { event } = await run({ answer: modified, after: 40_000 });
    expect(event).toEqual({
      type: "mergeRefused",
      note: expect.stringContaining("in 4 tries: Base branch was modified"),
    });
  });

  test("but has all the same, that is what happened", async () => {
    const answer = (fake: FakePull): Reply => {
      const merged_by = user("self-heal[bot]", "Bot");
      fake.pull = { ...fake.pull, state: "closed", merged: true, merge_commit_sha: mergeSha, merged_by };
      return { status: 502, json: { message: "Bad Gateway" } };
    };
    expect((await run({ answer })).event).toMatchObject({ type: "pullMerged", sha: mergeSha });
  });

  test("and fails, it is asked again later rather than at once", async () => {
    await expect(run({ answer: { status: 500 } })).rejects.toMatchObject({ name: "Postponed", retryAt: start + 5_000 });
  });
});
