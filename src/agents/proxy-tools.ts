import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import type { BetaRunnableTool } from "@anthropic-ai/sdk/lib/tools/BetaRunnableTool";
import * as z from "zod";
import type { ToolName, ToolResult, ToolSession } from "../sandbox/sandbox.ts";

/**
 * One finished tool call, for the run log and the limits. `timeout`: the tool ran into its own time limit; `lost`: the
 * tools inside the sandbox are gone for good (out of memory, or killed by a command of the agent).
 */
export type Done = { name: ToolName; input: unknown; result: ToolResult; end: "own" | "timeout" | "lost"; ms: number };

export type ProxyTools = {
  tools: BetaRunnableTool<unknown>[];
  /** The calls that finished since the last time this was asked, in the order they ran. */
  take(): Done[];
  /** Throws what the sandbox threw: a broken sandbox is not something the model could correct. */
  assertAlive(): void;
};

const Input = z.record(z.string(), z.unknown());
// The toolset's BashTimeoutError: "bash: bash command timed out after 120000ms".
const timeout = /^(?:bash: )?bash command timed out after \d+ms$/;
// What a ToolSession answers to every call once its server is gone (sandbox/tool-session.ts).
const lost = /^tools are not available: /;

/**
 * The six tools as the SDK's runner takes them, each only a proxy for the tool inside the sandbox. The runner starts all
 * calls of a reply at once; here they run one after the other, because "edit, then test" in one reply means that order.
 */
export function proxyTools(session: ToolSession, options: { now: () => number; signal: AbortSignal }): ProxyTools {
  let done: Done[] = [];
  let broken: { error: unknown } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const call = async (name: ToolName, raw: unknown): Promise<string> => {
    const { data: input, success } = Input.safeParse(raw);
    if (!success) throw new ToolError("The input must be a JSON object.");
    options.signal.throwIfAborted();
    const startedAt = options.now();
    const full = await untilAborted(session.call(name, input, options.signal), options.signal).catch(
      (error: unknown) => {
        broken ??= { error };
        throw error;
      },
    );
    // The session has cut the text to size, perhaps through a character, and the API refuses half ones and empty text.
    const result = { text: full.text.toWellFormed() || "(no output)", isError: full.isError };
    done.push({ name, input, result, end: endOf(result), ms: options.now() - startedAt });
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

function endOf({ text, isError }: ToolResult): Done["end"] {
  if (isError && timeout.test(text)) return "timeout";
  return isError && lost.test(text) ? "lost" : "own";
}

/** The work's result, or the abort's reason as soon as there is one, even if the work takes no notice. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
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
