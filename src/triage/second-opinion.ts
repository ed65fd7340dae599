import type { Signal } from "../domain/signal.ts";
import { isPersonsWord, summed } from "./confidence.ts";
import type { Confidence } from "./confidence.ts";

/** What a model makes of a report; its `confidence` is in its own `actionable`. */
type Opinion = { actionable: boolean; confidence: number };

/** Below this no opinion lifts a report over a usual threshold, so none is asked for. */
const hopeless = 0.35;
/** So far above the threshold nothing a model says matters. */
const margin = 0.15;
/** An opinion that is sure moves the confidence by this. The reporter's text reaches the model, so it decides little. */
const weight = 0.2;

/** Whether a model should be asked: the rules are unsure, and no person has judged. */
export function isUnsure(signal: Pick<Signal, "origin">, { value }: Confidence, threshold: number): boolean {
  return !isPersonsWord(signal) && value >= hopeless && value < threshold + margin;
}

/** The confidence with the model's opinion as one more term. */
export function withOpinion({ terms }: Confidence, { actionable, confidence }: Opinion): Confidence {
  const chance = actionable ? confidence : 1 - confidence;
  const delta = Math.round((chance - 0.5) * 2 * weight * 100) / 100;
  return summed([...terms, { name: `the model ${actionable ? "thinks that it can be fixed" : "doubts it"}`, delta }]);
}
