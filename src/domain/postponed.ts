/**
 * Thrown by an effect that cannot run now through no fault of its own, such as a spent rate limit.
 * The job is put back until `retryAt` (UTC milliseconds), and this does not count as a failed try.
 */
export class Postponed extends Error {
  override readonly name = "Postponed";
  readonly retryAt: number;

  constructor(message: string, retryAt: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAt = retryAt;
  }
}

/** The time an error asks to be retried at, also when the `Postponed` is a cause or one of an AggregateError. */
export function retryTime(error: unknown): number | undefined {
  if (error instanceof Postponed) return error.retryAt;
  if (!(error instanceof Error)) return undefined;
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const times = [error.cause, ...inner].map(retryTime).filter((time) => time !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}
