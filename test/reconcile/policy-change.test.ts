import { afterEach, beforeEach, expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import type { GateRecord } from "../../src/domain/standing.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { policyHash } from "../../src/governance/policy-hash.ts";
import type { Deps } from "../../src/reconcile/deps.ts";
import { policyChange } from "../../src/reconcile/policy-change.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";
import { recallOf } from "../support/recall.ts";
import { decidedAt, snapshot } from "../support/snapshot.ts";

const path = ".github/self-heal.yml";

let stage: Stage;
beforeEach(async () => {
  const collaborators = { ada: "write", bea: "write", cleo: "write", dan: "maintain", eve: "read" } as const;
  stage = await openStage({ collaborators, files: { [path]: "gate:\n  approvals: 1\n", "a.js": "" } });
});
afterEach(() => stage.close());

/** Opens a pull request with these files and runs the task for it. */
async function propose(files: Record<string, string | null>, { base = "main", gates = [] as GateRecord[] } = {}) {
  const branch = `change-${stage.view.issues().length}`;
  const head = await stage.ada.push("acme/shop", files, branch);
  const { number } = await stage.ada.openPull("acme/shop", { head: branch, base, title: "policy" });
  const again = async (): Promise<string> => {
    const deps: Deps = {
      clients: stage.restart(),
      appId: stage.github.app.id,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      now: () => 1_000,
    };
    const task = { kind: "policyChange", repository: stage.repo, number } as const;
    const job = { task, recall: recallOf({ gates }), signal: AbortSignal.timeout(60_000) };
    const { note } = await policyChange(job, deps);
    return note;
  };
  stage.requests();
  const note = await again();
  return { note, head, again, checks: () => stage.view.checkRuns(head), requests: stage.requests() };
}

function gateOf(number: number): GateRecord {
  const policy = Policy.parse({});
  const shot = snapshot();
  return {
    repository: stage.repo,
    number,
    open: false,
    head: shot.pull.head,
    snapshot: shot,
    decision: decideGate(shot, policy, decidedAt),
    policy: policyHash(policy),
    at: decidedAt,
  };
}

test("a pull request that leaves the policy alone gets nothing, for one request", async () => {
  const { note, checks, requests } = await propose({ "a.js": "1" });
  expect(note).toBe("the policy is not touched");
  expect(checks()).toEqual([]);
  expect(requests).toEqual([expect.stringMatching(/^GET \/pulls\/\d+\/files$/)]);
});

test("a good policy passes, and shows which recent fixes would be decided otherwise, and why", async () => {
  const { note, checks } = await propose({ [path]: "gate:\n  approvals: 3\n" }, { gates: [gateOf(7), gateOf(8)] });
  expect(note).toBe("the policy of the pull request is valid");
  const [check] = checks();
  expect(check).toMatchObject({
    name: "self-heal/policy",
    conclusion: "success",
    output: { title: "valid; 2 of 2 recent fixes would be decided otherwise" },
  });
  expect(JSON.stringify(check)).toMatch(/\| #7 \| ✅ pass \| ⏳ pending \| [^|]+ \|/);
});

test("one that decides nothing otherwise says so", async () => {
  const { checks } = await propose({ [path]: "limits:\n  usd: 1\n" }, { gates: [gateOf(7)] });
  expect(checks()).toMatchObject([{ output: { title: "valid; no recent fix would be decided otherwise" } }]);
});

test("errors fail, each at its line, and nothing is simulated", async () => {
  const { checks, again } = await propose({ [path]: "gate:\n  aprovals: 3\nmode: fast\n" }, { gates: [gateOf(7)] });
  expect(checks()).toMatchObject([
    {
      conclusion: "failure",
      output: { title: "2 problems", annotations_count: 2, text: expect.stringContaining("no simulation") },
    },
  ]);
  stage.requests();
  await again();
  expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
});

test("what loosens a lock of the organisation fails at its line, with what would be accepted", async () => {
  await stage.github.addRepository({
    owner: "acme",
    name: ".github",
    files: { [path]: "locked: [gate]\ngate:\n  approvals: 2\n" },
  });
  await stage.github.install("acme/.github");
  const { checks } = await propose({ [path]: "limits:\n  usd: 1\ngate:\n  approvals: 1\n" });
  const [check] = checks();
  expect(check).toMatchObject({ conclusion: "failure", output: { annotations_count: 1 } });
  expect(JSON.stringify(check)).toContain("Accepted here: `2` or more");
});

test("more approvals than there are people fail, because no fix could ever be approved", async () => {
  const { checks } = await propose({ [path]: "gate:\n  approvals: 5\n" });
  expect(checks()).toMatchObject([{ conclusion: "failure", output: { title: "1 problem" } }]);
  expect(JSON.stringify(checks())).toContain("asks for 5, and 4 people have the role `write` here");
});

test("as many approvals as there are people are warned about", async () => {
  const { checks } = await propose({ [path]: "gate:\n  approvals: 4\n" });
  expect(checks()).toMatchObject([{ conclusion: "success" }]);
  expect(JSON.stringify(checks())).toContain("a fix that one of them asked for could not be approved");
});

test("teams that do not exist fail, because nobody could ever approve", async () => {
  const { checks } = await propose({ [path]: "gate:\n  teams: [nobody]\n" });
  const [check] = checks();
  expect(check).toMatchObject({ conclusion: "failure" });
  expect(JSON.stringify(check)).toContain("none of the teams in `gate.teams` exists");
});

test("a policy that is taken out is checked like any other", async () => {
  const { note } = await propose({ [path]: null });
  expect(note).toBe("the policy of the pull request is valid");
});

test("a pull request for another branch is none of its business", async () => {
  await stage.ada.push("acme/shop", { "b.js": "" }, "next");
  const { number } = await stage.ada.openPull("acme/shop", { head: "next", base: "main", title: "other" });
  expect(number).toBeGreaterThan(0);
  const standing = { repository: stage.repo, status: "active", defaultBranch: "trunk" } as const;
  const head = await stage.ada.push("acme/shop", { [path]: "mode: fix\n" }, "late");
  const pull = await stage.ada.openPull("acme/shop", { head: "late", base: "next", title: "policy" });
  const task = { kind: "policyChange", repository: stage.repo, number: pull.number } as const;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const deps: Deps = { clients: stage.restart(), appId: stage.github.app.id, log, now: () => 1 };
  const { note } = await policyChange(
    { task, recall: recallOf({ standing }), signal: AbortSignal.timeout(60_000) },
    deps,
  );
  expect(note).toBe("only the policy on trunk counts, and this is for next");
  expect(stage.view.checkRuns(head)).toEqual([]);
});
