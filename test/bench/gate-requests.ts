import { CommitSha } from "../../src/domain/repository.ts";
import type { Recall } from "../../src/domain/recall.ts";
import type { GateRecord } from "../../src/domain/standing.ts";
import { evaluatePull } from "../../src/reconcile/evaluate.ts";
import { gate } from "../../src/reconcile/gate.ts";
import { fakeClients, repository } from "../github/fake-fetch.ts";
import type { FakeClients, Reply, Sent } from "../github/fake-fetch.ts";
import { answering, commit, fakePull, review } from "../github/fake-pull.ts";
import type { Json } from "../github/fake-pull.ts";
import { incidentOf } from "../github/incident-of.ts";
import { recallOf } from "../support/recall.ts";

const pulls = 1_000;
const hourMs = 3_600_000;
/** The sweep spreads over an installation's pull requests at this rate. */
const perMinute = 60;
/** GitHub's primary limit of an installation, per hour: the smallest, and the largest it grows to. */
const budgets = { least: 5_000, most: 12_500 };

/**
 * What a gate decision costs in requests that count against the rate limit, alone and for a thousand open fix pull
 * requests of one repository. Simulated: a made-up GitHub behind `fetch`, whose ETags depend on the token as GitHub's do.
 */
export async function benchGateRequests(): Promise<Record<string, number | string>> {
  const { first, second } = await oneDecision();
  const known = createSweep(createSite());
  const cold = await known();
  // The check runs that were just posted are among those that are read.
  const next = await known();
  const warm = await known();
  const newToken = await known(hourMs);
  const opaque = createSweep(createSite("nobody can work it out"));
  await opaque();
  const opaqueToken = await opaque(hourMs);
  const share = (paid: number): string =>
    `${paid} = ${percent(paid, budgets.least)} of ${budgets.least}, ${percent(paid, budgets.most)} of ${budgets.most} an hour`;
  return {
    decisionColdPaid: first.paid,
    decisionWarmSent: second.sent,
    decisionWarmPaid: second.paid,
    sweepOf1000ColdPaid: share(cold.paid),
    sweepOf1000NextPaid: share(next.paid),
    sweepOf1000WarmSent: warm.sent,
    sweepOf1000WarmPaid: share(warm.paid),
    sweepOf1000WarmWrites: warm.writes,
    sweepOf1000NewTokenPaid: share(newToken.paid),
    sweepOf1000NewTokenPaidIfEtagsAreOpaque: share(opaqueToken.paid),
  };
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}

type Cost = { sent: number; paid: number; writes: number };

/** A meter over the requests of a repository. Minting a token counts as one. */
function createMeter({ clients, sent }: FakeClients) {
  const read = (): Cost => {
    const all = clients.requests().get(repository.id) ?? 0;
    const writes = sent.filter(({ path, method }) => method !== "GET" && !path.endsWith("/access_tokens")).length;
    return { sent: all, paid: all - (clients.unchanged().get(repository.id) ?? 0), writes };
  };
  let before = read();
  return (): Cost => {
    const [last, now] = [before, read()];
    before = now;
    return { sent: now.sent - last.sent, paid: now.paid - last.paid, writes: now.writes - last.writes };
  };
}

async function oneDecision(): Promise<{ first: Cost; second: Cost }> {
  const github = fakeClients(createSite());
  const meter = createMeter(github);
  const deps = { clients: github.clients, now: () => github.clock.now };
  await evaluatePull({ repository, number: 1, recall: recallAll() }, deps);
  const first = meter();
  github.clock.now += 120_000;
  await evaluatePull({ repository, number: 1, recall: recallAll() }, deps);
  return { first, second: meter() };
}

/** Decides and posts the gate of all pull requests, some time after the last one. */
function createSweep(site: (sent: Sent) => Reply | undefined): (afterMs?: number) => Promise<Cost> {
  const github = fakeClients(site, { limits: { spacingMs: 0, perHour: 10 * pulls, maxWaiting: pulls } });
  const meter = createMeter(github);
  const records = new Map<number, GateRecord>();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return async (afterMs = 0) => {
    github.clock.now += afterMs;
    for (let number = 1; number <= pulls; number += 1) {
      const task = { kind: "gate", repository, number } as const;
      const job = { task, recall: recallAll(records), signal: AbortSignal.timeout(60_000) };
      const outcome = await gate(job, { clients: github.clients, appId: 4242, log, now: () => github.clock.now });
      if (outcome.gate) records.set(number, outcome.gate);
      github.clock.now += 60_000 / perMinute;
    }
    return meter();
  };
}

function recallAll(records: ReadonlyMap<number, GateRecord> = new Map()): Recall {
  return {
    ...recallOf({ standing: { repository, status: "active" } }),
    incident: async (number) => Promise.resolve(incidentOf({ state: awaiting(number) })),
    gate: async (number) => Promise.resolve(records.get(number)),
  };
}

function awaiting(number: number) {
  const tries = { attempt: 1, automatic: 1, ci: 0 };
  const pull = { number, head: headOf(number), branch: `self-heal/${number}` };
  return { phase: "awaitingApproval" as const, tries, pull };
}

function headOf(number: number): CommitSha {
  return CommitSha.parse(`${number}`.padStart(40, "0"));
}

/** A repository with a thousand fixes that wait for Ada: rules, code owners, CI and a policy, as a careful team has them. */
function createSite(secret?: string): (sent: Sent) => Reply | undefined {
  const sites = new Map<number, (sent: Sent) => Reply | undefined>();
  const siteOf = (number: number) => {
    const site = sites.get(number) ?? answering(fixNumber(number), secret);
    sites.set(number, site);
    return site;
  };
  return (sent) => {
    // Heads are numbers here, and a check run that is posted names one.
    const named = /\/(?:pulls|commits)\/(\d+)/.exec(sent.path)?.[1] ?? sent.body["head_sha"];
    return siteOf(Number(named ?? 1))(sent);
  };
}

function fixNumber(number: number) {
  const head = headOf(number);
  const base = fakePull();
  const fake = fakePull({
    pull: { number, head: { ...(base.pull["head"] as object), sha: head, ref: `self-heal/${number}` } },
    commits: [commit(head)],
    reviews: [
      review(1, "bob", "COMMENTED", { commit_id: head }),
      review(2, "ada", "CHANGES_REQUESTED", { commit_id: head }),
    ],
    rules: [{ type: "required_status_checks", parameters: { required_status_checks: [{ context: "test" }] } }],
    tree: { ".github/CODEOWNERS": "*.js @acme/core\n" },
    teams: { core: ["ada", "bob"] },
    contents: { ".github/self-heal.yml": "gate:\n  approvals: 1\n" },
  });
  return withOwnChecks(fake);
}

/** What the App posts is there the next time. */
function withOwnChecks(fake: ReturnType<typeof fakePull>) {
  const post = (body: Json): Json => {
    const output = { ...(body["output"] as object), annotations_count: 0 };
    const run = { ...body, id: fake.runs.length + 10, app: { id: 4242 }, output };
    fake.runs = [...fake.runs, run];
    return run;
  };
  fake.special = (route, body) =>
    route === "POST /repos/acme/shop/check-runs" ? { status: 201, json: post(body) } : undefined;
  return fake;
}
