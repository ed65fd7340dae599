import type { InputUsage } from "./model-cache.ts";
import type { Cut, Reply } from "./model-reply.ts";
import { blocksOf } from "./model-request.ts";
import type { MessagesRequest } from "./model-request.ts";
import type { Script, Step } from "./script.ts";

/**
 * What goes wrong at one turn (assistant messages in the request, from 0), `times` times (1 when absent), for the prompts
 * that `when` accepts (all when absent). `status`: an HTTP error; a cut: see `Cut`; `refusal` and `truncated`: a reply
 * with that stop reason, cut to half its words and without calls.
 */
export type Fault = { turn: number; times?: number; when?: Script["when"] } & (
  | { kind: "status"; status: number; retryAfter?: string }
  | { kind: Cut | "refusal" | "truncated" }
);

/** Where in its conversation a request stands. Derived from the request alone. */
export type Place = { prompt: string; turn: number; results: string };

export function placeOf({ messages }: MessagesRequest): Place {
  const [first] = messages;
  const last = messages.at(-1);
  const prompt = first ? blocksOf(first).flatMap((block) => (block.type === "text" ? [block.text] : [])) : [];
  const results = last
    ? blocksOf(last).flatMap((block) => (block.type === "tool_result" ? [block.content ?? ""] : []))
    : [];
  return {
    prompt: prompt.join("\n"),
    turn: messages.filter(({ role }) => role === "assistant").length,
    results: results
      .map((part) => (typeof part === "string" ? part : part.map(({ text }) => text).join("\n")))
      .join("\n"),
  };
}

/** The step that a request has come to, or what is wrong. A last `final` is repeated when the model is asked again. */
export function stepAt(scripts: readonly Script[], { prompt, turn, results }: Place): Step | string {
  const script = scripts.find(({ when }) => when(prompt));
  if (!script) return `no script for: ${prompt.slice(0, 200)}`;
  const last = script.steps.at(-1);
  const step = script.steps[turn] ?? (last && "final" in last ? last : undefined);
  if (!step) return `the script has no step ${turn}`;
  if (step.expect && !step.expect.test(results))
    return `step ${turn} expected ${String(step.expect)}, but the tools gave: ${results.slice(0, 2_000)}`;
  return step;
}

export function replyOf(
  step: Step,
  about: { id: string; model: string; usage: InputUsage; fault: Fault["kind"] | undefined },
): Reply {
  const spoilt = about.fault === "truncated" || about.fault === "refusal";
  const all = "calls" in step ? step.calls : [];
  const calls = spoilt ? [] : all;
  const words = ("final" in step ? step.final : step.say) ?? "";
  const say = spoilt ? words.slice(0, words.length / 2) : words;
  return {
    id: about.id,
    model: about.model,
    ...(say && { say }),
    calls,
    stop: stopOf(about.fault, calls.length > 0),
    usage: { ...about.usage, output_tokens: Math.ceil((say.length + JSON.stringify(calls).length) / 4) },
  };
}

function stopOf(fault: Fault["kind"] | undefined, calls: boolean): Reply["stop"] {
  if (fault === "truncated") return "max_tokens";
  if (fault === "refusal") return "refusal";
  return calls ? "tool_use" : "end_turn";
}
