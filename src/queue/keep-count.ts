import type { Entry, Tx } from "../database/store.ts";
import type { PastFix } from "../domain/activity.ts";
import type { Event } from "../domain/event.ts";
import type { In, Incident, State } from "../domain/incident.ts";
import type { Ledger } from "../domain/patch.ts";

/** Writes down what counts when the next fix is to be started: money, starts, pull requests, and how fixes ended. */
export async function keepCount(
  tx: Tx,
  before: Incident,
  after: Incident,
  { event, at }: { event: Event; at: number },
): Promise<void> {
  const entries = [spent(event), started(before.state, after.state), proposed(before, event), ended(before, after)];
  for (const entry of entries) if (entry) await tx.record(after, entry, at);
}

/** An attempt that came too late was paid for, too. */
function spent(event: Event): Entry | undefined {
  const ledger = ledgerOf(event);
  return ledger && { kind: "spent", usd: ledger.usd, tokens: tokensOf(ledger) };
}

function ledgerOf(event: Event): Ledger | undefined {
  if (event.type === "patchProduced") return event.patch.ledger;
  return event.type === "patchNotFound" ? event.ledger : undefined;
}

function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Ledger): number {
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

/** After triage, or when a person let it go on; not the attempts that follow from a failed one. */
function started(before: State, { phase }: State): Entry | undefined {
  const idle = before.phase === "triaging" || before.phase === "held";
  return idle && phase === "fixing" ? { kind: "started" } : undefined;
}

/** Also one whose incident has ended meanwhile: it is open until it was closed. */
function proposed({ state }: Incident, event: Event): Entry | undefined {
  if (event.type !== "pullOpened") return undefined;
  const known = "pull" in state && state.pull?.number === event.pull.number;
  return known ? undefined : { kind: "proposed", number: event.pull.number };
}

function ended({ state: before }: Incident, { state }: Incident): Entry | undefined {
  if (state === before) return undefined;
  const end = endOf(before, state);
  return end && { kind: "ended", end };
}

function endOf(before: State, state: State): PastFix["end"] | undefined {
  if (state.phase === before.phase) return undefined;
  if (state.phase === "watching") return "merged";
  if (state.phase === "held") return state.reason === "ci-red" ? "ciRed" : undefined;
  return state.phase === "closed" ? closedAs(state) : undefined;
}

/** Somebody looked at a pull request and did not want it: rejected. Whoever takes one over goes on with it. */
function closedAs({ outcome, pull, mergeSha }: In<"closed">): PastFix["end"] | undefined {
  if (outcome === "reverted" || outcome === "gaveUp") return outcome;
  const refused = outcome === "rejected" || outcome === "ignored";
  return refused && pull && !mergeSha ? "rejected" : undefined;
}
