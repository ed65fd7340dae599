import type { Decision } from "../domain/decision.ts";
import type { Incident, State } from "../domain/incident.ts";
import type { Policy } from "../domain/policy.ts";
import { reasons } from "../domain/reason.ts";
import type { Recall } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import type { Actor } from "../domain/signal.ts";
import type { Account, Snapshot } from "../domain/snapshot.ts";
import type { PolicyRecord } from "../domain/standing.ts";
import { decideGate, worstDecision } from "../governance/gate.ts";
import { policyHash } from "../governance/policy-hash.ts";
import { accountOf } from "../github/account.ts";
import type { Permissions } from "../github/granted.ts";
import { listPullsWithHead } from "../github/fix-pulls.ts";
import type { Octokit } from "../github/octokit.ts";
import type { Remembered } from "../github/pull-origin.ts";
import { readBase, readSnapshot } from "../github/pull-snapshot.ts";
import type { Base } from "../github/pull-snapshot.ts";
import { readPull } from "../github/pulls.ts";
import type { Deps as ReconcilerDeps } from "./deps.ts";
import { lately } from "./lately.ts";
import { readPolicyInForce } from "./policy-in-force.ts";

type Deps = Pick<ReconcilerDeps, "clients" | "now">;

/** What the gate says of a pull request, and what that rests on. */
export type Evaluation = {
  snapshot: Snapshot;
  decision: Decision;
  /** Hash of the policy that it was decided under. */
  policy: string;
  inForce: Policy;
  /** Of a merged one. */
  mergedBy?: string;
};

type Asked = {
  repository: Repository;
  number: number;
  recall: Recall;
  /**
   * How old the policy, and the rules and code owners of the branch may be. Default: a minute, so that a sweep over many
   * pull requests reads them once. All else is read again for each decision.
   */
  maxAgeMs?: number;
};

const shareMs = 60_000;

/**
 * Decides the gate of a pull request from GitHub's present state. A check run belongs to a commit, so the decision is the
 * worst over all open pull requests with the same head. Changes nothing. Throws `Postponed` where GitHub must be asked
 * again later, and `NoAccess` where the App is not installed.
 */
export async function evaluatePull(asked: Asked, deps: Deps): Promise<Evaluation> {
  const { repository, number, recall, maxAgeMs = shareMs } = asked;
  const { clients } = deps;
  const age = { maxAgeMs, now: deps.now() };
  const standing = await recall.standing();
  // What a task has read since is newer than what was read here, and perhaps the reason for this decision.
  const news = `${repository.id} ${standing?.policy?.readAt} ${standing?.protection?.at}`;
  const [octokit, granted, policy] = await Promise.all([
    clients.for(repository, "govern"),
    clients.granted(repository.installation),
    lately(clients, `policy ${news}`, age, async () => readPolicy(repository, standing?.policy, deps)),
  ]);
  const base = async (branch: string): Promise<Base> =>
    lately(clients, `base ${news} ${branch}`, age, async () => readBase(octokit, repository, { branch, granted }));
  const situation = { octokit, repository, recall, granted, policy, readBase: base, now: () => deps.now() };
  const own = await judge(situation, number);
  const { pull } = own.snapshot;
  const twins = pull.state === "open" ? await listPullsWithHead(octokit, repository, pull.head) : [];
  const others = await Promise.all(twins.filter((twin) => twin !== number).map(async (twin) => judge(situation, twin)));
  const worst = worstDecision([own, ...others].map(({ decision }) => decision));
  const mergedBy = pull.merged ? (await readPull(octokit, repository, number)).mergedBy : undefined;
  return {
    snapshot: own.snapshot,
    // Of another one only the outcome counts: the check is about this one's head and base.
    decision: { ...worst, head: pull.head, base: pull.base },
    policy: policyHash(policy.record.policy),
    inForce: policy.record.policy,
    ...(mergedBy !== undefined && { mergedBy }),
  };
}

type PolicyNow = { record: PolicyRecord; state: Snapshot["policy"] };
type Situation = {
  octokit: Octokit;
  repository: Repository;
  recall: Recall;
  granted: Permissions;
  policy: PolicyNow;
  readBase: (branch: string) => Promise<Base>;
  now: () => number;
};

async function judge(situation: Situation, number: number): Promise<{ snapshot: Snapshot; decision: Decision }> {
  const { octokit, repository, recall, policy, ...rest } = situation;
  const inForce = policy.record.policy;
  const incident = await recall.incident(number);
  const remembered = incident && rememberedOf(incident, number, inForce);
  const asked = { ...rest, number, remembered, policy: inForce, policyState: policy.state };
  const snapshot = await readSnapshot(octokit, repository, asked);
  return { snapshot, decision: decideGate(snapshot, inForce, rest.now()) };
}

async function readPolicy(
  repository: Repository,
  remembered: PolicyRecord | undefined,
  deps: Deps,
): Promise<PolicyNow> {
  const record = await readPolicyInForce(repository, remembered, deps);
  return { record, state: stateOf(record, remembered) };
}

/** Where nothing good was ever read, nobody knows what the file means to ask for. */
function stateOf({ problems }: PolicyRecord, remembered: PolicyRecord | undefined): Snapshot["policy"] {
  const [problem = ""] = problems;
  if (problems.length === 0) return { state: "valid", note: "" };
  return { state: remembered ? "last-good" : "unknown", note: problem };
}

/** What the incident knows of its fix, or of the revert of one, which nobody proved. */
function rememberedOf(incident: Incident, number: number, { gate }: Policy): Remembered | undefined {
  const { state, signal, policy } = incident;
  // Without a policy it was never triaged, let alone proposed.
  if (!policy) return undefined;
  const isFix = "pull" in state && state.pull?.number === number;
  const proof = isFix ? incident.proof : undefined;
  return {
    incident: incident.id,
    requesters: accountsOf(incident.requesters),
    pushers: accountsOf(incident.pushers),
    base: policy.defaultBranch,
    verdict: proof?.verdict ?? null,
    onHold: holdOf(state),
    provenTree: proof?.tree,
    failingCommit: gate.failingAuthor ? signal.commit : undefined,
  };
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").slice(0, 500);
}

/** Why it rests, if it does. */
function holdOf(state: State): string | null {
  if (state.phase !== "held") return null;
  return `${reasons[state.reason].title}${state.note && `: ${firstLine(state.note)}`}`;
}

function accountsOf(actors: readonly Actor[]): Account[] {
  return actors.map(accountOf).filter((account) => account !== null);
}
