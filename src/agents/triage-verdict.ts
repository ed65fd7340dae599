import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import * as z from "zod";
import { categories } from "../domain/category.ts";
import type { Category } from "../domain/category.ts";
import type { Log } from "../domain/log.ts";
import type { Signal } from "../domain/signal.ts";
import { triageQuestion, triageRole } from "./triage-prompt.ts";
import type { RulesView } from "./triage-prompt.ts";

// Object.keys loses the literal type; the object is frozen at compile time by `as const`.
const names = Object.keys(categories) as [Category, ...Category[]];

// The API's structured output knows no ranges and no lengths, so what is out of bounds is set right afterwards.
const Answer = z.object({
  actionable: z.boolean(),
  confidence: z.number().describe("From 0 to 1: how sure you are of `actionable`."),
  category: z.enum(names),
  why: z.string().describe("At most two sentences."),
});

/** What the model makes of a report. `confidence` is in its own `actionable`, from 0 to 1. */
export type Verdict = { actionable: boolean; confidence: number; category: Category; why: string };

/** Verdicts by fingerprint, so that a repeated failure is asked about once. The least recently used goes first. */
export type VerdictCache = {
  get(fingerprint: string): Verdict | undefined;
  set(fingerprint: string, verdict: Verdict): void;
};

export type TriageModel = {
  /** Undefined: no key is set, and the rules decide alone. */
  client: Anthropic | undefined;
  model: string;
  cache: VerdictCache;
  log: Log;
  signal?: AbortSignal;
};

const maxTokens = 1_000;
const timeoutMs = 20_000;
const maxCached = 1_000;

/**
 * One call of a cheap model about a failure that the rules are unsure of, or the answer it gave before. Undefined where
 * there is no usable answer: no key, an error, a refusal, a timeout. Then the rules decide alone.
 */
export async function askTriageModel(
  { client, model, cache, log, signal: abort }: TriageModel,
  signal: Signal,
  rules: RulesView & { fingerprint: string },
): Promise<Verdict | undefined> {
  const known = cache.get(rules.fingerprint);
  if (known || !client) return known;
  try {
    const reply = await client.messages.parse(
      {
        model,
        max_tokens: maxTokens,
        system: [{ type: "text", text: triageRole, cache_control: { type: "ephemeral" } }],
        messages: [{ role: "user", content: triageQuestion(signal, rules) }],
        output_config: { format: zodOutputFormat(Answer) },
      },
      { timeout: timeoutMs, maxRetries: 0, ...(abort && { signal: abort }) },
    );
    if (!reply.parsed_output) return undefined;
    const verdict = inBounds(reply.parsed_output);
    cache.set(rules.fingerprint, verdict);
    return verdict;
  } catch (error) {
    if (abort?.aborted) throw error;
    log.warn(
      { error: String(error), fingerprint: rules.fingerprint },
      "the triage model gave no verdict; the rules decide alone",
    );
    return undefined;
  }
}

function inBounds({ confidence, why, ...rest }: z.infer<typeof Answer>): Verdict {
  return { ...rest, confidence: Math.min(1, Math.max(0, confidence)), why: why.slice(0, 500) };
}

export function createVerdictCache(max = maxCached): VerdictCache {
  const kept = new Map<string, Verdict>();
  return {
    get(fingerprint) {
      const verdict = kept.get(fingerprint);
      if (verdict) remember(fingerprint, verdict);
      return verdict;
    },
    set: remember,
  };

  function remember(fingerprint: string, verdict: Verdict): void {
    kept.delete(fingerprint);
    kept.set(fingerprint, verdict);
    const [oldest] = kept.keys();
    if (kept.size > max && oldest !== undefined) kept.delete(oldest);
  }
}
