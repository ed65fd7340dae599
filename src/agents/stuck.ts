/** One thing the model did, as far as telling repetition goes. */
export type Move = { kind: "call"; action: string; observation: string; failed: boolean } | { kind: "monologue" };

/** What to do about a model that goes round in circles. */
export type Verdict = { do: "nudge" | "stop"; note: string };

// Thresholds and window of OpenHands' stuck detector (StuckDetectionThresholds).
const window = 20;
const sameResult = 4;
const sameError = 3;
const monologues = 3;
const alternations = 6;

/**
 * Whether the last moves are a loop. `nudged`: the model has been told once already; a loop of failures after that ends
 * the attempt. Moves are in order of time; calls of one turn in the order the model wrote them.
 */
export function stuck(moves: readonly Move[], nudged: boolean): Verdict | undefined {
  const recent = moves.slice(-window);
  if (tail(recent, monologues)?.every(({ kind }) => kind === "monologue"))
    return { do: "stop", note: `It wrote ${monologues} messages in a row without doing anything.` };
  const calls = recent.slice(recent.findLastIndex(({ kind }) => kind === "monologue") + 1).filter(isCall);
  if (tail(calls, sameResult)?.every((call, _, all) => same(call, all[0])))
    return { do: "stop", note: `It did the same thing ${sameResult} times in a row, with the same result.` };
  if (tail(calls, alternations)?.every((call, at, all) => same(call, all[at % 2]) && !same(all[0], all[1])))
    return { do: "stop", note: `It went back and forth between the same two things ${alternations / 2} times.` };
  if (tail(calls, sameError)?.every(({ failed, action }, _, all) => failed && action === all[0]?.action))
    return { do: nudged ? "stop" : "nudge", note: `It did the same failing thing ${sameError} times in a row.` };
  return undefined;
}

/** A call as a move. Durations and addresses differ from run to run and would hide a repetition. */
export function callMove(name: string, input: unknown, { text, isError }: { text: string; isError: boolean }): Move {
  const observation = text
    .replace(/\d+(?:\.\d+)?\s?(?:ms|µs|s|seconds?|min)\b/g, "<time>")
    .replace(/0x[0-9a-f]+/gi, "<address>");
  return { kind: "call", action: `${name} ${JSON.stringify(input)}`, observation, failed: isError };
}

type CallMove = Extract<Move, { kind: "call" }>;

function isCall(move: Move): move is CallMove {
  return move.kind === "call";
}

function same(a: CallMove | undefined, b: CallMove | undefined): boolean {
  return a?.action === b?.action && a?.observation === b?.observation;
}

function tail<T>(items: readonly T[], count: number): readonly T[] | undefined {
  return items.length < count ? undefined : items.slice(-count);
}
