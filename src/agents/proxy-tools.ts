import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import type { BetaRunnableTool } from "@anthropic-ai/sdk/lib/tools/BetaRunnableTool";
import * as z from "zod";
import type { ToolName, ToolResult, ToolSession } from "../sandbox/sandbox.ts";

/** One finished tool call, for the run log and the limits. */
export type Done = { name: ToolName; input: unknown; result: ToolResult; timedOut: boolean; ms: number };

export type ProxyTools = {
  tools: BetaRunnableTool<unknown>[];
  /** The calls that finished since the last time this was asked, in the order they ran. */
  take(): Done[];
  /** Throws what the sandbox threw: a broken sandbox is not something the model could correct. */
  assertAlive(): void;
};

const Input = z.record(z.string(), z.unknown());
// The toolset's BashTimeoutError: "bash command timed out after 120000ms".
const timeout = /\btimed out after \d+/;

/**
 * The six tools as the SDK's runner takes them, each only a proxy for the tool inside the sandbox. The runner starts all
 * calls of a reply at once; here they run one after the other, because "edit, then test" in one reply means that order.
 */
export function proxyTools(
  session: ToolSession,
  options: { maxOutputChars: number; now: () => number; signal: AbortSignal },
): ProxyTools {
  let done: Done[] = [];
  let broken: { error: unknown } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const call = async (name: ToolName, raw: unknown): Promise<string> => {
    const { data: input, success } = Input.safeParse(raw);
    if (!success) throw new ToolError("The input must be a JSON object.");
    const startedAt = options.now();
    const full = await untilAborted(session.call(name, input, options.signal), options.signal).catch(
      (error: unknown) => {
        broken ??= { error };
        throw error;
      },
    );
    const result = { text: shorten(full.text, options.maxOutputChars) || "(no output)", isError: full.isError };
    const timedOut = result.isError && timeout.test(full.text.slice(-2_000));
    done.push({ name, input, result, timedOut, ms: options.now() - startedAt });
    if (result.isError) throw new ToolError(result.text);
    return result.text;
  };
  const inTurn = (name: ToolName, input: unknown): Promise<string> => {
    const next = last.then(() => call(name, input));
    last = next.catch(() => {});
    return next;
  };
  return {
    tools: session.definitions.map((definition) => ({
      ...definition,
      type: "custom",
      input_schema: { ...definition.input_schema, type: "object" },
      run: (input) => inTurn(definition.name, input),
      parse: (input) => input,
    })),
    take: () => {
      const taken = done;
      done = [];
      return taken;
    },
    assertAlive: () => {
      if (broken) throw broken.error;
    },
  };
}

const headShare = 0.6;

/** Keeps the beginning (60 %) and the end (40 %): the command's start says what ran, its end what came of it. */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text.toWellFormed();
  const head = Math.floor(maxChars * headShare);
  const tail = maxChars - head;
  const left = text.length - maxChars;
  return `${text.slice(0, head)}\n… [${left} characters left out] …\n${text.slice(text.length - tail)}`.toWellFormed();
}

/** The work's result, or the abort's reason as soon as there is one, even if the work takes no notice. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  // An abort's reason is whatever the caller of abort() gave; it is passed on unchanged.
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
