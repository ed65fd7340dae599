import { afterEach, describe, expect, test } from "vitest";
import type { Incident } from "../../src/domain/incident.ts";
import { Policy } from "../../src/domain/policy.ts";
import { CommitSha, TreeSha } from "../../src/domain/repository.ts";
import type { PolicyRecord, Standing } from "../../src/domain/standing.ts";
import { policyHash } from "../../src/governance/policy-hash.ts";
import { NoAccess } from "../../src/github/github-error.ts";
import { openPull } from "../../src/github/pulls.ts";
import { evaluatePull } from "../../src/reconcile/evaluate.ts";
import type { Evaluation } from "../../src/reconcile/evaluate.ts";
import { fakeClients, repository, start } from "../github/fake-fetch.ts";
import type { FakeClients } from "../github/fake-fetch.ts";
import { answering, fakePull, headSha, review, user } from "../github/fake-pull.ts";
import { incidentOf } from "../github/incident-of.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";
import { recallOf } from "../support/recall.ts";

type Setting = {
  github?: FakeClients;
  fake?: ReturnType<typeof fakePull>;
  incident?: Incident | undefined;
  standing?: Partial<Standing>;
  maxAgeMs?: number;
};

async function evaluate(setting: Setting = {}): Promise<Evaluation> {
  const github = setting.github ?? fakeClients(answering(setting.fake ?? fakePull()));
  const incident = "incident" in setting ? setting.incident : incidentOf({});
  const standing: Standing = { repository, status: "active", ...setting.standing };
  const recall = {
    ...recallOf({ standing }),
    incident: async (number: number) => Promise.resolve(number === 1 ? incident : undefined),
  };
  const age = setting.maxAgeMs === undefined ? {} : { maxAgeMs: setting.maxAgeMs };
  return evaluatePull(
    { repository, number: 1, recall, ...age },
    { clients: github.clients, now: () => github.clock.now },
  );
}

const record = (more: Partial<PolicyRecord> = {}): PolicyRecord => ({
  policy: Policy.parse({ gate: { approvals: 2 } }),
  sources: [],
  refused: [],
  problems: [],
  readAt: 1,
  ...more,
});
const file = (text: string): { contents: Record<string, string> } => ({ contents: { ".github/self-heal.yml": text } });

test("passes a proven fix that somebody else approved, under the policy in force", async () => {
  const { decision, policy, inForce, snapshot } = await evaluate();
  expect(decision).toMatchObject({ decision: "pass", approvedBy: ["ada"], head: headSha, base: "main" });
  expect(inForce).toEqual(Policy.parse({}));
  expect(policy).toBe(policyHash(inForce));
  expect(snapshot.origin).toMatchObject({ verdict: "proven", provenHead: headSha });
});

describe("what the incident remembers counts", () => {
  test("whoever asked for the fix cannot approve it", async () => {
    const incident = incidentOf({ requesters: [{ login: "Ada", type: "User" }] });
    expect((await evaluate({ incident })).decision.decision).toBe("pending");
  });

  test("nobody proved a revert", async () => {
    const mergeSha = CommitSha.parse("d".repeat(40));
    const pull = { number: 9, head: headSha, branch: "self-heal/abcd1234" };
    const incident = incidentOf({ state: { phase: "reverting", pull, mergeSha, revert: 1 } });
    expect((await evaluate({ incident })).snapshot.origin).toMatchObject({ verdict: null, provenHead: null });
  });

  test("a tree that was proven and is not there does not count", async () => {
    const incident = incidentOf({});
    if (incident.proof) incident.proof.tree = TreeSha.parse("9".repeat(40));
    expect((await evaluate({ incident })).snapshot.origin).toMatchObject({ provenHead: null });
  });

  test("the author of the failing commit is looked up where the policy asks", async () => {
    const commit = "f".repeat(40);
    const incident = incidentOf({});
    incident.signal.commit = commit;
    const special = (route: string) =>
      route.endsWith(`/commits/${commit}`) ? { json: { author: user("ada") } } : undefined;
    const asked = fakePull({ special, ...file("gate:\n  failingAuthor: true\n") });
    const evaluation = await evaluate({ fake: asked, incident });
    expect(evaluation.snapshot.origin).toMatchObject({ failingAuthor: { login: "ada" } });
    expect(evaluation.decision.decision).toBe("pending");
    expect((await evaluate({ fake: fakePull({ special }), incident })).snapshot.origin).toMatchObject({
      failingAuthor: null,
    });
  });
});

describe("a check run is on all pull requests of its commit", () => {
  const twin = (second: object) => {
    const fake = fakePull();
    const other = { ...fake.pull, number: 2, base: { ...(fake.pull["base"] as object), ref: "release" }, ...second };
    fake.special = (route) => {
      if (/\/commits\/\w+\/pulls$/.test(route)) return { json: [fake.pull, other] };
      return route.endsWith("/pulls/2") ? { json: other } : undefined;
    };
    return fake;
  };

  test("so the worst of them decides, and what is said is about this one", async () => {
    const { decision } = await evaluate({ fake: twin({}) });
    expect(decision).toMatchObject({ decision: "unknown", base: "main", approvedBy: [] });
    expect(JSON.stringify(decision.reasons)).toContain("#2");
  });

  test("a person's does not stand in the way, and a closed one is none", async () => {
    expect((await evaluate({ fake: twin({ user: user("bob") }) })).decision.decision).toBe("pass");
    expect((await evaluate({ fake: twin({ state: "closed" }) })).decision.decision).toBe("pass");
  });
});

describe("the policy in force", () => {
  test("is the default branch's", async () => {
    const { decision, inForce } = await evaluate({ fake: fakePull(file("gate:\n  approvals: 2\n")) });
    expect(inForce.gate.approvals).toBe(2);
    expect(decision.decision).toBe("pending");
  });

  test("is the last good one where the present one is broken", async () => {
    const { snapshot, inForce } = await evaluate({ fake: fakePull(file("gate: 7\n")), standing: { policy: record() } });
    expect(snapshot.policy.state).toBe("last-good");
    expect(inForce.gate.approvals).toBe(2);
  });

  test("is unknown, and nothing passes, where it was broken from the beginning", async () => {
    const { snapshot, decision } = await evaluate({ fake: fakePull(file("gate: 7\n")) });
    expect(snapshot.policy.state).toBe("unknown");
    expect(decision.decision).toBe("unknown");
  });

  test("is read once a minute for all, and again when a task has read it since or somebody insists", async () => {
    const github = fakeClients(answering(fakePull()));
    const reads = (): number => github.routes().filter((route) => /\/contents\/.*self-heal.yml$/.test(route)).length;
    const rules = (): number => github.routes().filter((route) => route.endsWith("/rules/branches/main")).length;
    await Promise.all([evaluate({ github }), evaluate({ github })]);
    await evaluate({ github });
    expect([reads(), rules()]).toEqual([1, 1]);
    await evaluate({ github, standing: { policy: record({ readAt: start }) } });
    expect([reads(), rules()]).toEqual([2, 2]);
    github.clock.now += 60_000;
    await evaluate({ github });
    expect([reads(), rules()]).toEqual([3, 3]);
    await evaluate({ github, maxAgeMs: 0 });
    expect([reads(), rules()]).toEqual([4, 4]);
  });
});

test("of a merged one it is known who merged it", async () => {
  const pull = { state: "closed", merged: true, merge_commit_sha: "d".repeat(40), merged_by: user("root") };
  const { mergedBy, snapshot } = await evaluate({ fake: fakePull({ pull }) });
  expect(mergedBy).toBe("root");
  expect(snapshot.pull.merged).toBe(true);
});

test("where the App is not installed nothing can be decided", async () => {
  const github = fakeClients(({ path }) => (path.endsWith("/access_tokens") ? { status: 404 } : { json: {} }));
  await expect(evaluate({ github })).rejects.toBeInstanceOf(NoAccess);
});

test("costs at most eight requests when GitHub's answers are known, and none of them to change anything", async () => {
  const github = fakeClients(answering(fakePull({ protection: { json: {} }, ...file("gate:\n  approvals: 1\n") })));
  const paid = (): number => (github.clients.requests().get(42) ?? 0) - (github.clients.unchanged().get(42) ?? 0);
  await evaluate({ github });
  const cold = paid();
  github.clock.now += 60_000;
  await evaluate({ github });
  expect({ cold, warm: paid() - cold }).toEqual({ cold: 13, warm: 0 });
  expect(github.routes().filter((route) => !/^GET|access_tokens/.test(route))).toEqual([]);
});

describe("on GitHub's own terms", () => {
  let stage: Stage;
  afterEach(() => stage.close());

  test("decides from what is there: approvals, dismissals, pushes, rules and teams", async () => {
    stage = await openStage({ collaborators: { ada: "write", max: "maintain", mona: "write" } });
    const { clients, github, repo, view } = stage;
    view.setRuleset("main", {
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [{ type: "required_status_checks", parameters: required([{ context: "test" }]) }],
    });
    github.addTeam("acme", "core", ["ada"]);
    await stage.ada.push("acme/shop", { ".github/CODEOWNERS": "*.js @acme/core\n" });
    const first = await stage.ada.push(
      "acme/shop",
      { "src/price.js": "export const price = 2;\n" },
      "self-heal/abcd1234",
    );
    const pull = { branch: "self-heal/abcd1234", base: "main", title: "Fix", body: "", draft: false };
    const { number } = await openPull(await clients.for(repo, "propose"), repo, pull);
    const pushers = [{ login: "mona", type: "User" }];
    const incident = incidentOf({
      pushers,
      state: {
        phase: "awaitingApproval",
        tries: { attempt: 1, automatic: 1, ci: 0 },
        pull: { number, head: CommitSha.parse(first), branch: pull.branch },
      },
    });
    const recall = { ...recallOf({}), incident: async () => Promise.resolve(incident) };
    const deps = { clients, now: () => github.clock.now().getTime() };
    const decide = async (): Promise<Evaluation> => evaluatePull({ repository: repo, number, recall }, deps);

    const before = await decide();
    expect(before.snapshot).toMatchObject({
      codeOwners: "*.js @acme/core\n",
      requiredChecks: [{ name: "test", app: null }],
      files: [{ path: "src/price.js" }],
    });
    expect(before.decision.decision).not.toBe("pass");
    const max = github.asUser("max");
    const { id } = await max.review("acme/shop", number, { event: "REQUEST_CHANGES", body: "No." });
    await stage.ada.review("acme/shop", number, { event: "APPROVE" });
    await stage.ada.dismissReview("acme/shop", number, id, "It is fine.");
    await github.runCi("acme/shop", first, "success", { name: "test" });
    const { snapshot } = await decide();
    expect(snapshot.people).toMatchObject({ ada: { role: "write", teams: ["core"] }, max: { role: "maintain" } });
    expect(snapshot.reviews).toMatchObject([
      { state: "DISMISSED", dismissed: { was: "CHANGES_REQUESTED", by: { login: "ada" } } },
      { state: "APPROVED", commit: first },
    ]);
    expect(snapshot.checks).toContainEqual(expect.objectContaining({ name: "test", conclusion: "success" }));
  });
});

const required = (required_status_checks: object[]): object => ({
  strict_required_status_checks_policy: false,
  required_status_checks,
});

test("reviews by people without any access are no reason to fail", async () => {
  const fake = fakePull({ reviews: [review(1, "ada"), review(2, "stranger", "CHANGES_REQUESTED")] });
  expect((await evaluate({ fake })).decision.decision).toBe("pass");
});
