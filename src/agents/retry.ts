import { AnthropicError, APIConnectionError, APIError, APIUserAbortError } from "@anthropic-ai/sdk";

/** Why a request to the model gave no whole reply, and whether asking again can help. */
export type Failure = { kind: "passing"; problem: string; afterMs?: number } | { kind: "lasting"; problem: string };

// Longer waits belong to the queue, not to a process that holds a sandbox open meanwhile.
const maxWaitMs = 60_000;
const firstWaitMs = 1_000;
const maxStepMs = 16_000;

const passingStatuses = new Set([408, 409, 425, 429]);
// An SSE `error` event after a 200 has a type but no status.
const passingTypes = new Set(["overloaded_error", "api_error", "rate_limit_error", "timeout_error"]);

/**
 * Tells failures of the model's API from everything else; undefined: not the API's doing, so it must be thrown on.
 * The SDK retries nothing once a reply has begun (measured with 1.12), which is why this is done here.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof AnthropicError) || error instanceof APIUserAbortError) return undefined;
  // Cut streams and resets are bare AnthropicErrors.
  if (!(error instanceof APIError) || error instanceof APIConnectionError)
    return { kind: "passing", problem: `the connection to the model failed (${error.message})` };
  const problem = `the model's API answered: ${(error.apiMessage ?? error.message).slice(0, 500)}`;
  if (!isPassing(error)) return { kind: "lasting", problem: `${problem}${remedy(error.status)}` };
  const afterMs = askedWaitMs(error.headers);
  return { kind: "passing", problem, ...(afterMs !== undefined && { afterMs }) };
}

/**
 * How long to wait before asking again, in milliseconds; undefined: give up. `failures` counts this one, `waitedMs` is
 * what this request has waited already, `chance` is in [0, 1).
 */
export function backOff(
  tried: { failures: number; waitedMs: number },
  afterMs: number,
  chance: number,
): number | undefined {
  const step = Math.min(firstWaitMs * 2 ** (tried.failures - 1), maxStepMs) * (0.75 + chance / 2);
  const wait = Math.ceil(Math.max(step, afterMs));
  return tried.waitedMs + wait > maxWaitMs ? undefined : wait;
}

function isPassing({ status, type }: APIError): boolean {
  if (status === undefined) return type !== null && passingTypes.has(type);
  return passingStatuses.has(status) || status >= 500;
}

/** Anthropic API docs, "Rate limits": `retry-after` is in seconds; the SDK also knows `retry-after-ms`. */
function askedWaitMs(headers: Headers | undefined): number | undefined {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (ms >= 0) return ms;
  const seconds = Number.parseFloat(headers?.get("retry-after") ?? "");
  return seconds >= 0 ? seconds * 1000 : undefined;
}

function remedy(status: number | undefined): string {
  if (status === 401 || status === 403) return " Check ANTHROPIC_API_KEY.";
  if (status === 404) return " Check SELF_HEAL_MODEL and ANTHROPIC_BASE_URL.";
  return "";
}
