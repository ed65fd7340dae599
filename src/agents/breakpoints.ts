import type { BetaContentBlockParam, BetaMessageParam } from "@anthropic-ai/sdk/resources/beta/messages";

/** The API allows four breakpoints per request. Two are the system prompt's (`prompt.ts`), two are put here. */
export const cacheHere = { cache_control: { type: "ephemeral" } } as const;

/** Every message as a list of blocks, so that a mark never changes a message's form: the form is part of the cached prefix. */
export type BlockMessage = { role: "user" | "assistant"; content: BetaContentBlockParam[] };

/**
 * The conversation with marks at the end of the last two user messages. The last one is where the next request will
 * read from; the one before is where the last request wrote to, so that it is found even when this turn added more
 * blocks than the API looks back over (20). Marks only move forward, and what is before them is never rewritten.
 */
export function withBreakpoints(messages: readonly BlockMessage[]): BetaMessageParam[] {
  const users = messages.flatMap(({ role }, index) => (role === "user" ? [index] : []));
  const marked = new Set(users.slice(-2));
  return messages.map((message, index) => (marked.has(index) ? mark(message) : message));
}

function mark(message: BlockMessage): BetaMessageParam {
  const last = message.content.at(-1);
  // Thinking blocks take no mark, but a user message has none.
  if (!last || (last.type !== "text" && last.type !== "tool_result")) return message;
  return { ...message, content: [...message.content.slice(0, -1), { ...last, ...cacheHere }] };
}
