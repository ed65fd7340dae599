import type { Event, On } from "../../src/domain/event.ts";
import type { Pull } from "../../src/domain/incident.ts";
import type { Patch } from "../../src/domain/patch.ts";
import { Policy } from "../../src/domain/policy.ts";
import type { SettledPolicy } from "../../src/domain/policy.ts";
import type { Proof } from "../../src/domain/proof.ts";
import { CommitSha, TreeSha } from "../../src/domain/repository.ts";

export const shas = ["a", "b"].map((digit) => CommitSha.parse(digit.repeat(40)));
const [a, b] = shas as [CommitSha, CommitSha];
const tree = TreeSha.parse("c".repeat(40));

export const samplePolicy: SettledPolicy = {
  ...Policy.parse({}),
  setup: [],
  verify: ["npm test"],
  detected: ["setup", "verify"],
  defaultBranch: "main",
};

export const samplePull: Pull = { number: 1, head: a, branch: "self-heal/abcd1234-it-breaks" };

export function samplePatch(attempt: number): Patch {
  return {
    attempt,
    base: a,
    parent: a,
    tree,
    files: [
      {
        path: "src/x.js",
        change: "modified",
        oldMode: "100644",
        mode: "100644",
        binary: false,
        added: 1,
        removed: 1,
        bytes: 10,
      },
    ],
    refused: [],
    report: { title: "guard against it", rootCause: "r", changes: "c", unchecked: "u" },
    ledger: {
      model: "m",
      turns: 1,
      inputTokens: 1,
      outputTokens: 1,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      usd: 0,
      seconds: 1,
    },
  };
}

export const sampleProof: Proof = {
  verdict: "proven",
  base: a,
  tree,
  testFiles: ["test/x.test.js"],
  findings: [],
  verify: [],
  baseline: [],
  oldTests: [],
  sameFailure: "unknown",
  reason: "it fails before and passes after",
};

const by = { login: "ada", type: "User" };

/** A sample of every event, two where a value can decide the outcome. A new event does not compile until it is here. */
export function samples(attempt: number): { [T in Event["type"]]: On<T>[] } {
  const at = { kind: "issueComment", id: 1, number: 1 } as const;
  return {
    recurred: [undefined, a, b].map((commit) => ({ type: "recurred", note: "n", ...(commit && { commit }) })),
    triaged: [
      { type: "triaged", verdict: { kind: "fix", policy: samplePolicy, confidence: 1 } },
      { type: "triaged", verdict: { kind: "hold", policy: samplePolicy, reason: "low-confidence", note: "n" } },
      { type: "triaged", verdict: { kind: "ignore", reason: "disabled", note: "n" } },
    ],
    patchProduced: [attempt, attempt + 1].map((number) => ({
      type: "patchProduced",
      patch: samplePatch(Math.max(1, number)),
    })),
    patchNotFound: [{ type: "patchNotFound", attempt: Math.max(1, attempt), reason: "no-repro", note: "n" }],
    proofPassed: [{ type: "proofPassed", proof: sampleProof }],
    proofFailed: [
      { type: "proofFailed", proof: { ...sampleProof, verdict: "rejected" }, reason: "proof-rejected", feedback: "f" },
    ],
    heldBack: [{ type: "heldBack", reason: "disabled", note: "n" }],
    pullOpened: [a, b].map((head) => ({ type: "pullOpened", pull: { ...samplePull, head } })),
    headMoved: [{ type: "headMoved", head: b, by }],
    checksReported: [{ type: "checksReported", head: a }],
    checksPassed: [a, b].map((head) => ({ type: "checksPassed", head })),
    checksFailed: [a, b].map((head) => ({ type: "checksFailed", head, feedback: "f" })),
    approved: [a, b].map((head) => ({ type: "approved", by: "ada", head })),
    gateDecided: [
      { type: "gateDecided", decision: "pass", head: a, summary: "s", approvedBy: ["bob"], policy: "hash" },
    ],
    mergeRefused: [{ type: "mergeRefused", note: "n" }],
    pullMerged: [1, 2, 99].map((number) => ({ type: "pullMerged", number, sha: a, by: "ada" })),
    pullClosed: [1, 2, 99].map((number) => ({ type: "pullClosed", number, by: "ada" })),
    watchElapsed: [{ type: "watchElapsed" }],
    revertProposed: [{ type: "revertProposed", number: 2 }],
    commandGiven: [{ type: "commandGiven", command: { name: "status", text: "" }, by, at }],
    retryAsked: [{ type: "retryAsked", guidance: { by: "ada", text: "look at y" } }],
    stopAsked: [{ type: "stopAsked", by: "ada" }],
    holdAsked: [{ type: "holdAsked", by: "ada", note: "not today" }],
    goAsked: [{ type: "goAsked", by: "ada" }],
    takenOver: [{ type: "takenOver", by: "ada" }],
    notABugSaid: [{ type: "notABugSaid", by: "ada", note: "it is meant to" }],
    revertAsked: [{ type: "revertAsked", by: "ada", note: "too slow" }],
    pauseAsked: [{ type: "pauseAsked", by: "ada", note: "release week" }],
    resumeAsked: [{ type: "resumeAsked", by: "ada" }],
    commandRefused: [{ type: "commandRefused", command: "stop", by: "rita", why: "no write permission" }],
    evidenceArrived: [{ type: "evidenceArrived", title: "t", detail: "d", severity: "error" }],
    resolvedElsewhere: [{ type: "resolvedElsewhere", by: "sentry" }],
    stormTold: [{ type: "stormTold", issue: 3 }],
    effectFailed: ["fix", "report", "revert", "watch"].map((effect) => ({
      type: "effectFailed",
      effect,
      message: "m",
    })),
  };
}
