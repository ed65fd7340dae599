/** What was predicted of an incident, from 0 to 1, and whether its fix was good in the end. */
export type Prediction = { confidence: number; good: boolean };

/** Predictions of about the same confidence: from `from`, below `to` (the last bin holds 1, too). */
export type Bin = { from: number; to: number; count: number; meanConfidence?: number; shareGood?: number };

/** `brier`: the mean squared distance from the truth. 0 is perfect, 0.25 is what always saying 0.5 gets. */
export type Calibration = { count: number; brier?: number; bins: Bin[] };

const bins = 10;

/** The reliability curve: of what was said with 0.6, about 60 % should have been right. */
export function calibration(predictions: readonly Prediction[]): Calibration {
  const brier = mean(predictions.map(({ confidence, good }) => (confidence - Number(good)) ** 2));
  return {
    count: predictions.length,
    ...(brier !== undefined && { brier }),
    bins: Array.from({ length: bins }, (_, at) => binOf(at, predictions)),
  };
}

function binOf(at: number, predictions: readonly Prediction[]): Bin {
  const within = predictions.filter(
    ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins + 1e-9)) === at,
  );
  const meanConfidence = mean(within.map(({ confidence }) => confidence));
  const shareGood = mean(within.map(({ good }) => Number(good)));
  return {
    from: at / bins,
    to: (at + 1) / bins,
    count: within.length,
    ...(meanConfidence !== undefined && { meanConfidence }),
    ...(shareGood !== undefined && { shareGood }),
  };
}

function mean(numbers: readonly number[]): number | undefined {
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
