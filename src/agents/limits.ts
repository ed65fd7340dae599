import type { SettledPolicy } from "../domain/policy.ts";
import type { Reason } from "../domain/reason.ts";

/** What an attempt may use up, and in the same units what it has used up. Tokens count cached ones too. */
export type Amounts = {
  turns: number;
  seconds: number;
  tokens: number;
  usd: number;
  /** Characters of all tool results that the model was shown. */
  outputChars: number;
  /** Tool calls in a row that ran into their own time limit. */
  timeouts: number;
};

/** Why an attempt ended before the model was done. */
export type StopKind = keyof Amounts | "stuck" | "overlong" | "window" | "lost" | "refused" | "unavailable";
export type Stop = { kind: StopKind; note: string };

/** What people are told. Several stops share a reason code; the note says which one it was. */
export const stopReasons: { readonly [K in StopKind]: Reason } = {
  turns: "turns",
  seconds: "timeout",
  tokens: "budget",
  usd: "budget",
  outputChars: "budget",
  timeouts: "timeout",
  stuck: "stuck",
  overlong: "stuck",
  window: "budget",
  lost: "internal",
  refused: "model-refused",
  unavailable: "model-unavailable",
};

// 20 full results are about 150,000 tokens at the default size: a model with a window of 200,000 can still answer.
const fullResults = 20;
// SWE-agent's value (sweagent/tools/tools.py).
const timeoutsInARow = 3;

export function limitsOf({ limits }: SettledPolicy): Amounts {
  return {
    turns: limits.turns,
    seconds: limits.minutes * 60,
    tokens: limits.tokens,
    usd: limits.usd,
    outputChars: limits.outputChars * fullResults,
    timeouts: timeoutsInARow,
  };
}

const notes: { readonly [K in keyof Amounts]: (limit: number) => string } = {
  turns: (limit) => `The limit of ${limit} model turns was reached.`,
  seconds: (limit) => `The attempt did not end within ${round(limit / 60)} minutes.`,
  tokens: (limit) => `The limit of ${limit} tokens was reached.`,
  usd: (limit) => `The limit of ${limit} US dollars was reached.`,
  outputChars: (limit) => `The tools printed more than ${limit} characters in all.`,
  timeouts: (limit) => `${limit} commands in a row ran into their time limit.`,
};

/** The first limit that has been reached, if any. Asked between turns: a turn under way is finished first. */
export function reached(spent: Amounts, limits: Amounts): Stop | undefined {
  // Object.keys loses the literal type; the table above has exactly these keys.
  const kind = (Object.keys(notes) as (keyof Amounts)[]).find((key) => spent[key] >= limits[key]);
  return kind && { kind, note: notes[kind](limits[kind]) };
}

const nearShare = 0.8;

/** Time to tell the model to come to an end: 80 % of the turns or of the money are gone. */
export function nearlySpent(spent: Amounts, limits: Amounts): boolean {
  return spent.turns >= nearShare * limits.turns || spent.usd >= nearShare * limits.usd;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
