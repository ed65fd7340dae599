import type { Decision, Outcome } from "../domain/decision.ts";
import { gateCheckName } from "../domain/decision.ts";
import type { Event } from "../domain/event.ts";
import { gateButtons, gateExternalId } from "../domain/gate-check.ts";
import type { Incident } from "../domain/incident.ts";
import type { Recall, TaskOutcome } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";
import type { Account } from "../domain/snapshot.ts";
import type { GateRecord, Standing } from "../domain/standing.ts";
import { decisionText } from "../governance/decision-text.ts";
import { upsertCheck } from "../github/checks.ts";
import type { Check } from "../github/checks.ts";
import type { Octokit } from "../github/octokit.ts";
import type { Deps, Reconciler } from "./deps.ts";
import { evaluatePull } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";

/**
 * Decides the gate of one pull request from GitHub's present state, and posts it as a check run. A person's pull request
 * is looked at only where GitHub requires the check of everybody.
 */
export const gate: Reconciler<"gate"> = async ({ task: { repository, number }, recall }, deps) => {
  const remembered = await recallAll(recall, number);
  if (!isJudged(remembered, undefined)) return { note: "no fix of ours, and the gate judges no others" };
  const evaluation = await evaluatePull({ repository, number, recall }, deps);
  const { snapshot, decision } = evaluation;
  if (!isJudged(remembered, snapshot.pull.author)) return { note: "a person's pull request; nobody asks for its gate" };
  const { incident } = remembered;
  const { open } = stateOf(evaluation);
  const buttons = incident && { actions: gateButtons };
  const run = { decision, head: decision.head, externalId: gateExternalId(number), ...buttons };
  if (open) await postGate(await deps.clients.for(repository, "report"), repository, run);
  return {
    note: `${decision.decision}: ${decision.summary}`,
    gate: recordOf(repository, evaluation, incident, deps.now()),
    ...follow({ evaluation, ...remembered, repository, number }, deps),
  };
};

type Remembered = { standing: Standing | undefined; incident: Incident | undefined; before: GateRecord | undefined };

async function recallAll(recall: Recall, number: number): Promise<Remembered> {
  const [standing, incident, before] = await Promise.all([
    recall.standing(),
    recall.incident(number),
    recall.gate(number),
  ]);
  return { standing, incident, before };
}

/** Whether somebody asks for the gate of a pull request. While its author is not known, a bot's may be meant. */
function isJudged({ standing, incident, before }: Remembered, author: Account | null | undefined): boolean {
  if (incident || before || standing?.gateRequired) return true;
  return standing?.policy?.policy.gate.scope === "bots" && (author === undefined || author?.type === "Bot");
}

type Seen = Remembered & { evaluation: Evaluation; repository: Repository; number: number };

function stateOf({ snapshot: { pull } }: Evaluation): { open: boolean; merged: boolean } {
  return { open: pull.state === "open", merged: pull.merged };
}

/** What the incident hears of it, and what a merge without a passing decision leads to. */
function follow(seen: Seen, deps: Deps): Pick<TaskOutcome, "events" | "standing" | "tasks"> {
  const { evaluation, incident, repository, number } = seen;
  const events = incident ? gateEvents(seen, incident) : [];
  const address = { kind: "pull", repository: repository.id, number } as const;
  const ungated = stateOf(evaluation).merged ? mergedPast(seen, deps.now()) : undefined;
  return {
    events: events.map((event) => ({ address, event })),
    ...(ungated && { standing: { ungated }, tasks: [{ task: { kind: "protection", repository }, afterSeconds: 0 }] }),
  };
}

function gateEvents({ evaluation, before, standing }: Seen, { state }: Incident): Event[] {
  const { decision, policy, inForce } = evaluation;
  const { head, summary, approvedBy } = decision;
  const changed = before === undefined || fingerprint(before.decision, before.policy) !== fingerprint(decision, policy);
  const decided: Event = { type: "gateDecided", decision: decision.decision, head, summary, approvedBy, policy };
  // Said only where something follows from it: it would be said again by every sweep.
  const asked = inForce.merge === "auto" && !standing?.paused && state.phase === "awaitingApproval";
  const passes = decision.decision === "pass" && stateOf(evaluation).open;
  return [
    ...(changed ? [decided] : []),
    ...(asked && passes ? [{ type: "approved", by: approvedBy.join(", "), head } as const] : []),
  ];
}

function fingerprint({ decision, head, base, summary }: Decision, policy: string): string {
  return JSON.stringify([decision, head, base, summary, policy]);
}

/** Merged although the last decision about this very commit did not let it pass: somebody went past the gate. */
function mergedPast({ evaluation, before, standing, number }: Seen, at: number): Standing["ungated"] {
  const { pull } = evaluation.snapshot;
  // Judged when it was first seen merged: what changes afterwards, such as an approver's role, says nothing of the merge.
  if (before && !before.open) return undefined;
  const allowed = before?.decision.decision === "pass" && before.head === pull.head;
  const known = standing?.ungated ?? [];
  if (allowed || known.some((one) => one.number === number)) return undefined;
  return [...known, { number, by: evaluation.mergedBy ?? "unknown", at, sha: pull.head }].slice(-50);
}

function recordOf(
  repository: Repository,
  evaluation: Evaluation,
  incident: Incident | undefined,
  at: number,
): GateRecord {
  const { snapshot, decision, policy } = evaluation;
  const { number, head } = snapshot.pull;
  const { open } = stateOf(evaluation);
  return { repository, number, open, ...(incident && { incident: incident.id }), head, snapshot, decision, policy, at };
}

/** Never `neutral` or `skipped`: GitHub counts both as success. What waits is shown as running, which blocks, too. */
const states: {
  [O in Outcome]: { conclusion: "success" | "failure" | "action_required" } | { status: "in_progress" };
} = {
  pass: { conclusion: "success" },
  pending: { status: "in_progress" },
  unknown: { conclusion: "action_required" },
  fail: { conclusion: "failure" },
};

type Post = Pick<Check, "head" | "externalId" | "actions"> & { decision: Decision };

/** Posts a gate; writes only what differs. A merge queue's group has the same name on its own commit. */
export async function postGate(octokit: Octokit, repository: Repository, { decision, ...run }: Post): Promise<void> {
  await upsertCheck(octokit, repository, {
    ...run,
    name: gateCheckName(decision.base),
    title: decision.summary,
    summary: decisionText(decision),
    ...states[decision.decision],
  });
}
