/**
 * Why there was no fix (or why Self-Heal waits), each with the next human step.
 * A closed list: comments, the API and metrics all speak in these codes.
 */
export const reasons = {
  "no-repro": {
    title: "the failure could not be reproduced",
    next: "Add steps or a failing test to the report, then comment `/self-heal retry`.",
  },
  "no-patch": {
    title: "the agent found no fix",
    next: "Comment `/self-heal retry` with a hint about where to look, or fix it by hand.",
  },
  "proof-rejected": {
    title: "no patch passed the proof",
    next: "Read the proof below, then comment `/self-heal retry` with what the agent missed.",
  },
  "protected-path": {
    title: "the fix would touch a protected path",
    next: "Change that file by hand, or narrow `paths.protected` in the policy.",
  },
  "too-large": {
    title: "the fix is larger than the policy allows",
    next: "Split the problem, or raise `limits.files` and `limits.lines` in the policy.",
  },
  "unsafe-input": {
    title: "the patch holds something a fix must not hold",
    next: "Read the findings; make the change by hand if it is right.",
  },
  "low-confidence": {
    title: "it is not clear enough what to fix",
    next: "Comment `/self-heal retry` to go on anyway, with more detail if you have it.",
  },
  "needs-info": {
    title: "the report says too little",
    next: "Say what was expected and what happened, then comment `/self-heal retry`.",
  },
  "already-fixed": {
    title: "it is already fixed on the default branch",
    next: "Close the report, or say on which version it still happens.",
  },
  duplicate: { title: "another incident is about the same failure", next: "Follow the linked incident." },
  flaky: { title: "the failure comes and goes", next: "Quarantine the test, or report it with a failing seed." },
  infra: { title: "the infrastructure failed, not the code", next: "Run the job again." },
  budget: {
    title: "the budget is spent, or nearly",
    next: "Comment `/self-heal retry` to allow another attempt, or raise the limit: `limits.usd` or `limits.tokens` for an attempt, `intake.usdPerDay` or `intake.installationUsdPerDay` for a day.",
  },
  turns: {
    title: "the agent used up its turns",
    next: "Comment `/self-heal retry` with a hint, or raise `limits.turns`.",
  },
  timeout: { title: "the attempt ran out of time", next: "Comment `/self-heal retry`, or raise `limits.minutes`." },
  stuck: {
    title: "the agent repeated itself without getting on",
    next: "Comment `/self-heal retry` with a hint about the cause.",
  },
  "model-refused": {
    title: "the model declined to work on this",
    next: "Fix it by hand, or rephrase the report and comment `/self-heal retry`.",
  },
  "model-unavailable": {
    title: "the model could not be reached",
    next: "Check ANTHROPIC_API_KEY and the model's status, then comment `/self-heal retry`.",
  },
  "setup-failed": {
    title: "the repository's setup commands failed",
    next: "Run the setup commands from a clean clone and correct `setup` in the policy.",
  },
  "sandbox-unavailable": {
    title: "the sandbox is not safe to use on this host",
    next: "Ask the operator to look at `/api/v1/health/ready`; it says what to install.",
  },
  "not-authorized": {
    title: "the person who asked has no write permission here",
    next: "Ask a maintainer to put the label on.",
  },
  disabled: {
    title: "fixing is switched off",
    next: "Set `enabled: true` in the policy (or SELF_HEAL_ENABLED=true on the App), then comment `/self-heal retry`.",
  },
  "policy-invalid": {
    title: "the policy file has errors",
    next: "Correct `.github/self-heal.yml`, then comment `/self-heal retry`.",
  },
  "repository-unavailable": {
    title: "the repository is archived, empty or out of reach",
    next: "Unarchive it or restore the App's access, then ask again.",
  },
  observing: {
    title: "this repository is only observed: a maintainer must say go",
    next: "A maintainer comments `/self-heal go` to have this fixed, or sets `mode: fix` in the policy.",
  },
  "on-hold": {
    title: "a person put it on hold",
    next: "Comment `/self-heal go` when it may go on, or `/self-heal stop` to end it.",
  },
  paused: {
    title: "fixing is paused in this repository",
    next: "A maintainer comments `/self-heal resume`, then `/self-heal go`.",
  },
  storm: {
    title: "too many new failures at once",
    next: "Look for one cause behind them (a deployment, a service, a network). Say `/self-heal go` on one of them when the storm is over, or on the storm's own issue to end it early.",
  },
  "breaker-open": {
    title: "too many of the last fixes were bad",
    next: "Look at the last fix pull requests: is something wrong with the checks or the policy? One fix is tried again after `intake.breakerHours`; then say `/self-heal go`.",
  },
  "quiet-hours": {
    title: "nothing is started during quiet hours",
    next: "A maintainer comments `/self-heal go` to start it now, or narrows `quietHours.windows` in the policy.",
  },
  environment: {
    title: "failures of this environment are not fixed here",
    next: "A maintainer comments `/self-heal go` to have it fixed anyway, or adds the environment to `intake.environments`.",
  },
  "rate-limit": {
    title: "there is enough to do here already",
    next: "Review or close what is open. A maintainer comments `/self-heal go` to start this one now, or raises the limit in `intake`.",
  },
  protection: {
    title: "the repository's settings are not what its policy expects",
    next: "Correct the settings that the protection report names (or set `protection.mode: report`), then comment `/self-heal go`.",
  },
  "ci-red": {
    title: "the pull request's checks stay red",
    next: "Review the failing checks; push to the branch, or comment `/self-heal retry` with a hint.",
  },
  "branch-moved": {
    title: "somebody pushed to the fix branch while an attempt was under way",
    next: "Comment `/self-heal retry` to build on the new commits.",
  },
  stopped: { title: "a maintainer stopped it", next: "Comment `/self-heal retry` to start again." },
  "taken-over": {
    title: "a person took it over",
    next: "Go on with the branch by hand; comment `/self-heal retry` to have Self-Heal start again on a new one.",
  },
  "not-a-bug": {
    title: "a maintainer said that nothing is broken",
    next: "Close the report; comment `/self-heal retry` if it is a bug after all.",
  },
  "closed-by-human": {
    title: "the pull request was closed without merging",
    next: "Comment `/self-heal retry` with what was wrong, if a new attempt is wanted.",
  },
  recurred: {
    title: "the failure came back after the merge",
    next: "Look at the merged fix; revert it if it made things worse.",
  },
  internal: { title: "Self-Heal itself failed", next: "Ask the operator to read the log of this incident." },
  healed: { title: "the fix was merged and the failure stayed away", next: "Nothing to do." },
  reverted: { title: "the fix was taken back", next: "Reopen the report; the fix did not hold." },
} as const satisfies Record<string, { title: string; next: string }>;

export type Reason = keyof typeof reasons;

/** All codes, in a form that zod can turn into an enum. */
// Object.keys loses the literal type; the object is frozen at compile time by `as const`.
export const reasonCodes = Object.keys(reasons) as [Reason, ...Reason[]];
