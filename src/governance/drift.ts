import type { Drifted, Expectation, ExpectationId, ProtectionReport } from "../domain/protection.ts";

/** `due`: passes, but a secret is to be rotated soon. `absent`: the policy did not (does not) ask for it. */
type State = "absent" | "pass" | "due" | "unknown" | "fail";
type Change = { id: ExpectationId; from: State; to: State };

/** What became different between two reports, expectation by expectation. Nothing at the first one. */
export function drift(before: ProtectionReport | undefined, after: ProtectionReport): Change[] {
  if (!before) return [];
  const ids = new Set([...before.expectations, ...after.expectations].map(({ id }) => id));
  return [...ids]
    .map((id) => ({ id, from: stateOf(before, id), to: stateOf(after, id) }))
    .filter(({ from, to }) => from !== to);
}

/**
 * Brings the list of what drifted up to date: an expectation is on it from when it stops passing until it passes again
 * (or is not asked for any more). What never passed is not drift: it stands in the report. Losing sight of it changes how
 * it stands, not whether it is on the list.
 */
export function driftedNow(
  known: readonly Drifted[],
  { before, after }: { before: ProtectionReport | undefined; after: ProtectionReport },
  { at, by }: { at: number; by: string | undefined },
): Drifted[] {
  const left = drift(before, after).filter(({ from }) => from === "pass" || from === "due");
  return after.expectations.flatMap(({ id }) => {
    const now = stateOf(after, id);
    if (now === "pass" || now === "absent") return [];
    const there = known.find((one) => one.id === id);
    if (there) return [{ ...there, now }];
    return left.some((change) => change.id === id) ? [{ id, now, since: at, ...(by !== undefined && { by }) }] : [];
  });
}

function stateOf({ expectations }: ProtectionReport, id: ExpectationId): State {
  const found = expectations.find((one) => one.id === id);
  if (!found) return "absent";
  return isDue(found) ? "due" : found.result;
}

function isDue({ id, result, note }: Expectation): boolean {
  return id === "secret-rotation" && result === "pass" && note !== undefined;
}
